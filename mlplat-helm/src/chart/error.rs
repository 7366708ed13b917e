//! Why a chart is refused.

use crate::yaml::YamlError;

/// A chart that cannot be loaded. The texts are helm's where helm refuses the same.
#[derive(Debug, thiserror::Error)]
pub enum ChartError {
    /// A file or folder could not be read.
    #[error("read {path}: {source}")]
    Read {
        /// The path as given.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The archive is not a gzipped tar, or breaks off.
    #[error("chart archive is not readable: {0}")]
    Archive(String),
    /// The archive holds something that a chart must not hold.
    #[error("{0}")]
    Hostile(String),
    /// A limit on sizes or counts is passed.
    #[error("{0}")]
    TooLarge(String),
    /// There is no `Chart.yaml`.
    #[error("Chart.yaml file is missing")]
    NoChartYaml,
    /// A file of the chart is not the YAML that it should be.
    #[error("cannot load {file}: {message}")]
    Yaml {
        /// The file.
        file: String,
        /// What is wrong, in helm's words.
        message: String,
    },
    /// `Chart.yaml` says something that it must not say.
    #[error("validation: {0}")]
    Invalid(String),
    /// A subchart cannot be loaded.
    #[error("error unpacking subchart {name} in {parent}: {source}")]
    Subchart {
        /// Name of its folder or archive.
        name: String,
        /// The chart that holds it.
        parent: String,
        /// Why.
        source: Box<ChartError>,
    },
    /// `.helmignore` holds a pattern that helm does not know.
    #[error("{0}")]
    Ignore(String),
}

impl ChartError {
    pub(super) fn yaml(file: &str, error: &YamlError) -> Self {
        Self::Yaml {
            file: file.to_owned(),
            message: format!("error converting YAML to JSON: yaml: {error}"),
        }
    }
}

/// Something that helm logs and goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning(
    /// The text.
    pub String,
);

impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
