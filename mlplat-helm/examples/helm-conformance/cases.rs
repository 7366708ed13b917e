//! Which renders are compared.

use std::fs;
use std::path::{Path, PathBuf};

use mlplat_helm::chart::{Chart, load};
use mlplat_helm::yaml::Node;
use serde_json::{Map, Value as Json};

/// One render: a chart and the values files given to it.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) chart: PathBuf,
    pub(crate) group: Group,
    /// What distinguishes it from others of the chart.
    pub(crate) name: String,
    /// Texts of values files.
    pub(crate) values: Vec<String>,
}

/// Where the values come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Group {
    Default,
    Ci,
    Variation,
}

impl Group {
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Default => "default or required values",
            Self::Ci => "the charts' own ci values",
            Self::Variation => "variations of switches",
        }
    }
}

impl Case {
    pub(crate) fn chart_name(&self) -> String {
        let stem = self.chart.file_stem();
        stem.unwrap_or_default().to_string_lossy().into_owned()
    }

    pub(crate) fn label(&self) -> String {
        format!("{} [{}]", self.chart_name(), self.name)
    }
}

/// All cases of a folder.
pub(crate) fn collect(folder: &Path) -> Result<Vec<Case>, String> {
    let mut charts: Vec<PathBuf> = fs::read_dir(folder)
        .map_err(|error| format!("read {}: {error}", folder.display()))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "tgz"))
        .collect();
    charts.sort();
    let mut cases = Vec::new();
    for path in charts {
        let chart = load(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let required = fs::read_to_string(folder.join("values").join(format!("{stem}.yaml"))).ok();
        let mut add = |group, name: &str, values: Vec<String>| {
            cases.push(Case {
                chart: path.clone(),
                group,
                name: name.to_owned(),
                values,
            });
        };
        if let Some(required) = &required {
            add(Group::Default, "none given", Vec::new());
            add(Group::Default, "required", vec![required.clone()]);
        } else {
            add(Group::Default, "default", Vec::new());
        }
        for file in chart.files() {
            if file.name.starts_with("ci/") && file.name.ends_with(".yaml") {
                add(Group::Ci, &file.name, vec![file.text().into_owned()]);
            }
        }
        for (name, variation) in variations(&chart) {
            let values = required.iter().cloned().chain([variation]).collect();
            add(Group::Variation, name, values);
        }
    }
    Ok(cases)
}

/// Three variations of a chart's values: everything that is switched off on, everything that is
/// switched on off, and every second switch flipped.
fn variations(chart: &Chart) -> Vec<(&'static str, String)> {
    let Some(values) = chart.values() else {
        return Vec::new();
    };
    let flips: [(&str, Flip); 3] = [
        ("all on", |on, _| !on),
        ("all off", |on, _| on),
        ("every second", |_, count| count.is_multiple_of(2)),
    ];
    flips
        .into_iter()
        .filter_map(|(name, flip)| {
            let overlay = flipped(values, flip, &mut 0)?;
            Some((name, overlay.to_string()))
        })
        .collect()
}

/// Whether a switch is turned around: from its state and its number.
type Flip = fn(bool, usize) -> bool;

/// The switches of a table for which `flip` says so, turned around; none when there are none.
fn flipped(node: &Node, flip: Flip, count: &mut usize) -> Option<Json> {
    const SWITCHES: [&str; 4] = ["enabled", "create", "install", "enable"];
    let mut overlay = Map::new();
    for (key, value) in node.as_map()? {
        match value {
            Node::Bool(on) if SWITCHES.contains(&key.as_str()) => {
                *count += 1;
                if flip(*on, *count) {
                    overlay.insert(key.clone(), Json::Bool(!on));
                }
            }
            Node::Map(_) => {
                if let Some(inner) = flipped(value, flip, count) {
                    overlay.insert(key.clone(), inner);
                }
            }
            _ => {}
        }
    }
    (!overlay.is_empty()).then_some(Json::Object(overlay))
}
