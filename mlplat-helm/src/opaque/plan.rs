//! Planning with two witnesses.

use serde::Serialize;
use serde_json::Value as Json;

use super::diff::{Path, leaf_mut, leaves, show, text};
use super::weave::Weave;
use crate::render::{Environment, Hole, Manifest, Release, RenderError, Rendered, Renderer};
use crate::value::{TaintId, Value};
use crate::yaml::{Node, to_yaml};

/// What a plan says of a release.
#[derive(Debug, Clone, PartialEq)]
pub enum Plan {
    /// All objects, with holes.
    Objects(Box<Planned>),
    /// The release is rendered at deploy; nothing is known of its objects.
    AtDeploy {
        /// Name of the release.
        release: String,
        /// Name of the chart.
        chart: String,
        /// Version of the chart.
        version: String,
    },
}

/// The objects of a release before all values are known.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// The objects. A hole holds what is shown in its place, in the object and in the text.
    pub rendered: Rendered,
    /// What was taken for granted.
    pub assumptions: Vec<Assumption>,
    /// The names of the opaque values that the plan depends on.
    pub opaque: Vec<String>,
}

/// A value that the plan takes for granted.
#[derive(Debug, Clone, PartialEq)]
pub struct Assumption {
    /// The opaque value's name.
    pub name: String,
    /// What it is assumed to be.
    pub value: Json,
}

impl Renderer {
    /// Plans a release whose values may hold opaque ones.
    ///
    /// # Errors
    ///
    /// [`RenderError`]; [`RenderError::Opaque`] when the chart needs to know an opaque value: its
    /// objects, their names, keys or list lengths depend on it.
    pub fn plan<V: Serialize>(
        &self,
        release: &Release<V>,
        environment: &Environment<'_>,
    ) -> Result<Plan, RenderError> {
        if release.at_deploy {
            let metadata = self.chart().metadata();
            return Ok(Plan::AtDeploy {
                release: release.name.clone(),
                chart: metadata.name.clone(),
                version: metadata.version.clone(),
            });
        }
        let weave = Weave::new(serde_json::to_value(&release.values)?)?;
        let first = self.with_witness(release, environment, &weave, 0)?;
        let rendered = if weave.found.values().all(|found| found.assumed.is_some()) {
            first
        } else {
            let second = self.with_witness(release, environment, &weave, 1)?;
            merge(first, second, &weave)?
        };
        let assumed = |(name, found): (&String, &super::weave::Found)| {
            found.assumed.clone().map(|value| Assumption {
                name: name.clone(),
                value,
            })
        };
        Ok(Plan::Objects(Box::new(Planned {
            rendered,
            assumptions: weave.found.iter().filter_map(assumed).collect(),
            opaque: weave.found.keys().cloned().collect(),
        })))
    }

    fn with_witness<V>(
        &self,
        release: &Release<V>,
        environment: &Environment<'_>,
        weave: &Weave,
        which: usize,
    ) -> Result<Rendered, RenderError> {
        let values = weave.values(&|_, found| match &found.assumed {
            Some(value) => (value.clone(), false),
            None => (found.witnesses[which].clone(), true),
        })?;
        let mut context = environment.context();
        for (id, name, _) in weave.ids() {
            context = context.with_opaque(id, name);
        }
        self.render_map(&release.with_values(values), &context)
    }
}

/// Fields by which the cluster tells objects apart, or helm sorts them.
const IDENTITY: [&[&str]; 7] = [
    &["apiVersion"],
    &["kind"],
    &["metadata", "name"],
    &["metadata", "namespace"],
    &["metadata", "annotations", "helm.sh/hook"],
    &["metadata", "annotations", "helm.sh/hook-weight"],
    &["metadata", "annotations", "helm.sh/hook-delete-policy"],
];

/// One render with holes, of two with different witnesses.
fn merge(mut first: Rendered, second: Rendered, weave: &Weave) -> Result<Rendered, RenderError> {
    let all = |rendered: &Rendered| rendered.manifests.len() + rendered.hooks.len();
    if first.manifests.len() != second.manifests.len() || all(&first) != all(&second) {
        return Err(RenderError::Opaque(format!(
            "the number of objects depends on an opaque value ({}); assume a value for it",
            every_name(weave).join(", ")
        )));
    }
    let mine = first.all_manifests_mut();
    let others = second
        .manifests
        .iter()
        .chain(second.hooks.iter().map(|hook| &hook.manifest));
    for (mine, other) in mine.zip(others) {
        dig(mine, other, weave)?;
    }
    Ok(first)
}

/// Digs the holes of one object.
fn dig(mine: &mut Manifest, other: &Manifest, weave: &Weave) -> Result<(), RenderError> {
    let refuse = |what: &str, names: &[String]| {
        Err(RenderError::Opaque(format!(
            "{} {}/{}: {what} depends on an opaque value ({}); assume a value for it or render the \
             release at deploy",
            mine.source,
            mine.kind,
            mine.name,
            names.join(", ")
        )))
    };
    if mine.source != other.source {
        return refuse("the set of objects", &every_name(weave));
    }
    let mut holes: Vec<(Path, Vec<TaintId>)> = mine
        .leaves
        .iter()
        .chain(&other.leaves)
        .map(|leaf| (leaf.path.clone(), leaf.taints.ids().to_vec()))
        .collect();
    match leaves(&mine.object, &other.object) {
        Ok(paths) => holes.extend(paths.into_iter().map(|path| (path, Vec::new()))),
        Err(path) => {
            return refuse(
                &format!("the structure of {}", show(&path)),
                &every_name(weave),
            );
        }
    }
    holes.sort();
    let mut dug: Vec<Hole> = Vec::new();
    for same in holes.chunk_by(|a, b| a.0 == b.0) {
        let path = &same[0].0;
        let mut ids: Vec<TaintId> = same
            .iter()
            .flat_map(|(_, ids)| ids.iter().copied())
            .collect();
        if ids.is_empty() {
            // The taint was lost on the way: any of them may be the reason.
            ids = weave.ids().map(|(id, ..)| id).collect();
        }
        ids.sort_unstable();
        ids.dedup();
        if IDENTITY.iter().any(|fixed| path.iter().eq(fixed.iter())) {
            let names: Vec<String> = ids.iter().map(|&id| weave.name(id).to_owned()).collect();
            return refuse(&show(path), &names);
        }
        dug.push(hole(path, &ids, &mut mine.object, &other.object, weave));
    }
    mine.leaves.clear();
    for hole in &dug {
        if let Some(leaf) = leaf_mut(&mut mine.object, &hole.path) {
            *leaf = Node::Str(hole.shown.clone());
        }
    }
    if !dug.is_empty() {
        mine.text = shown_text(&mine.object);
    }
    mine.holes = dug;
    Ok(())
}

fn hole(path: &[String], ids: &[TaintId], mine: &mut Node, other: &Node, weave: &Weave) -> Hole {
    let names: Vec<String> = ids.iter().map(|&id| weave.name(id).to_owned()).collect();
    let secret = names.iter().any(|name| weave.found[name].secret);
    let first = leaf_mut(mine, path)
        .map(|leaf| text(leaf))
        .unwrap_or_default();
    let second = leaf_mut(&mut other.clone(), path)
        .map(|leaf| text(leaf))
        .unwrap_or_default();
    Hole {
        path: path.to_vec(),
        shown: shown(&first, &second, &names, weave),
        names,
        secret,
    }
}

/// The text with names in place of the witnesses, if that explains both texts.
fn shown(first: &str, second: &str, names: &[String], weave: &Weave) -> String {
    let put_names = |text: &str, which: usize| {
        names.iter().fold(text.to_owned(), |text, name| {
            let witness = match &weave.found[name].witnesses[which] {
                Json::String(witness) => witness.clone(),
                other => other.to_string(),
            };
            text.replace(&witness, &format!("<{name}>"))
        })
    };
    let (first, second) = (put_names(first, 0), put_names(second, 1));
    if first == second
        && names
            .iter()
            .any(|name| first.contains(&format!("<{name}>")))
    {
        return first;
    }
    let names: Vec<String> = names.iter().map(|name| format!("<{name}>")).collect();
    format!("derived from {}", names.join(", "))
}

/// The object's text with what is shown in the holes.
fn shown_text(object: &Node) -> String {
    to_yaml(&Value::from_json(&object.to_json()))
        .map(|text| text.to_text().trim_end().to_owned())
        .unwrap_or_default()
}

fn every_name(weave: &Weave) -> Vec<String> {
    weave.found.keys().cloned().collect()
}
