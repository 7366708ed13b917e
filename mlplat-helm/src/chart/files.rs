//! From a list of files to a chart: which file is what.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::archive::{ArchiveLimits, load_archive_with};
use super::error::{ChartError, Warning};
use super::metadata::Metadata;
use super::model::Chart;
use crate::yaml::{Node, YamlError, parse};

/// A file of a chart: its path below the chart's folder, and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartFile {
    /// Path with `/` between its parts.
    pub name: String,
    /// The bytes, without a byte order mark.
    pub data: Arc<[u8]>,
}

impl ChartFile {
    /// The bytes as text, with U+FFFD for what is not UTF-8.
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.data)
    }
}

/// Cuts off a byte order mark.
pub(super) fn without_bom(mut data: Vec<u8>) -> Vec<u8> {
    if data.starts_with(&[0xEF, 0xBB, 0xBF]) {
        data.drain(..3);
    }
    data
}

/// Makes a chart of files in memory, subcharts included.
///
/// # Errors
///
/// [`ChartError`].
pub fn load_files(files: Vec<ChartFile>, limits: ArchiveLimits) -> Result<Chart, ChartError> {
    let mut chart = Chart::default();
    let read_metadata = chart_yaml(&files)?;
    let mut found = read_metadata.is_some();
    let mut metadata = read_metadata.unwrap_or_default();
    let mut subcharts: BTreeMap<String, Vec<ChartFile>> = BTreeMap::new();
    for file in files {
        match file.name.as_str() {
            "Chart.yaml" => {}
            "Chart.lock" => {
                read("Chart.lock", &file)?;
            }
            "values.yaml" => chart.values = values(&file)?,
            "values.schema.json" => chart.schema = Some(file),
            "requirements.yaml" => {
                found = true;
                metadata
                    .read_over(&read("requirements.yaml", &file)?)
                    .map_err(|message| wrong("requirements.yaml", message))?;
                chart.keep_requirements(&metadata, file);
            }
            "requirements.lock" => {
                read("requirements.lock", &file)?;
                chart.keep_requirements(&metadata, file);
            }
            name if name.starts_with("templates/") => chart.templates.push(file),
            name => match name.strip_prefix("charts/") {
                Some(_) if name.ends_with(".prov") => chart.files.push(file),
                Some(rest) => {
                    let (first, _) = rest.split_once('/').unwrap_or((rest, ""));
                    subcharts
                        .entry(first.to_owned())
                        .or_default()
                        .push(ChartFile {
                            name: rest.to_owned(),
                            data: file.data,
                        });
                }
                None => chart.files.push(file),
            },
        }
    }
    if !found {
        return Err(ChartError::NoChartYaml);
    }
    metadata.validate()?;
    for (name, files) in subcharts {
        if name.starts_with(['_', '.']) {
            continue;
        }
        let child = subchart(&name, files, limits).map_err(|source| ChartError::Subchart {
            name,
            parent: metadata.name.clone(),
            source: Box::new(source),
        })?;
        chart.dependencies.push(Arc::new(child));
    }
    chart.metadata = Some(metadata);
    Ok(chart)
}

fn subchart(name: &str, files: Vec<ChartFile>, limits: ArchiveLimits) -> Result<Chart, ChartError> {
    if name.ends_with(".tgz") {
        return match files.as_slice() {
            [file, ..] if file.name == name => load_archive_with(&file.data, limits),
            _ => Err(ChartError::Archive(format!(
                "error unpacking subchart tar: expected {name}"
            ))),
        };
    }
    let inner = files
        .into_iter()
        .filter_map(|file| {
            // A file right below `charts/` is no chart, and is left out.
            let (_, rest) = file.name.split_once('/')?;
            Some(ChartFile {
                name: rest.to_owned(),
                data: file.data,
            })
        })
        .collect();
    load_files(inner, limits)
}

fn chart_yaml(files: &[ChartFile]) -> Result<Option<Metadata>, ChartError> {
    let mut metadata: Option<Metadata> = None;
    for file in files.iter().filter(|file| file.name == "Chart.yaml") {
        let node = read("Chart.yaml", file)?;
        let metadata = metadata.get_or_insert_default();
        metadata
            .read_over(&node)
            .map_err(|message| wrong("Chart.yaml", message))?;
        // Charts of helm 2 need not say their version.
        if metadata.api_version.is_empty() {
            "v1".clone_into(&mut metadata.api_version);
        }
    }
    Ok(metadata)
}

fn values(file: &ChartFile) -> Result<Option<Node>, ChartError> {
    match read("values.yaml", file)? {
        Node::Null => Ok(None),
        node @ Node::Map(_) => Ok(Some(node)),
        other => Err(wrong(
            "values.yaml",
            format!(
                "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {} into Go \
                 value of type map[string]interface {{}}",
                other.json_kind()
            ),
        )),
    }
}

fn read(name: &str, file: &ChartFile) -> Result<Node, ChartError> {
    let text = std::str::from_utf8(&file.data).map_err(|_| {
        let problem = "invalid leading UTF-8 octet".to_owned();
        ChartError::yaml(name, &YamlError::Syntax { line: 0, problem })
    })?;
    parse(text).map_err(|error| ChartError::yaml(name, &error))
}

fn wrong(file: &str, message: String) -> ChartError {
    ChartError::Yaml {
        file: file.to_owned(),
        message,
    }
}

impl Chart {
    /// `requirements.yaml` stays visible to templates in charts of version 1; in others it is
    /// out of place, though it is read.
    fn keep_requirements(&mut self, metadata: &Metadata, file: ChartFile) {
        if metadata.api_version == "v1" {
            self.files.push(file);
        } else {
            self.warnings.push(Warning(format!(
                "{}: dependencies are handled in Chart.yaml since apiVersion \"v2\"",
                file.name
            )));
        }
    }
}
