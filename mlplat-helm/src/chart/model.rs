//! The chart itself.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::archive::load_archive;
use super::directory::{load_directory, read_error};
use super::error::{ChartError, Warning};
use super::files::ChartFile;
use super::metadata::Metadata;
use crate::yaml::Node;

/// A chart in memory: immutable, cheap to share, free of any release.
#[derive(Debug, Clone, Default)]
pub struct Chart {
    pub(super) metadata: Option<Metadata>,
    pub(super) templates: Vec<ChartFile>,
    pub(super) values: Option<Node>,
    pub(super) schema: Option<ChartFile>,
    pub(super) files: Vec<ChartFile>,
    pub(super) dependencies: Vec<Arc<Chart>>,
    pub(super) warnings: Vec<Warning>,
}

impl Chart {
    /// `Chart.yaml`.
    pub fn metadata(&self) -> &Metadata {
        static NONE: std::sync::LazyLock<Metadata> = std::sync::LazyLock::new(Metadata::default);
        // Loading fails without metadata.
        self.metadata.as_ref().unwrap_or(&NONE)
    }

    /// The chart's name.
    pub fn name(&self) -> &str {
        &self.metadata().name
    }

    /// The files below `templates/`.
    pub fn templates(&self) -> &[ChartFile] {
        &self.templates
    }

    /// `values.yaml`; none when it is absent or empty.
    pub fn values(&self) -> Option<&Node> {
        self.values.as_ref()
    }

    /// `values.schema.json`.
    pub fn schema(&self) -> Option<&ChartFile> {
        self.schema.as_ref()
    }

    /// All other files: what templates see as `.Files`, and `crds/`.
    pub fn files(&self) -> &[ChartFile] {
        &self.files
    }

    /// The charts below `charts/`, by name of their folder or archive.
    pub fn dependencies(&self) -> &[Arc<Chart>] {
        &self.dependencies
    }

    /// What helm would log while loading.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Whether this is a library chart, which has nothing of its own to install.
    pub fn is_library(&self) -> bool {
        self.metadata().kind.eq_ignore_ascii_case("library")
    }

    /// The custom resource definitions below `crds/`, without those of subcharts.
    pub fn crd_files(&self) -> impl Iterator<Item = &ChartFile> {
        self.files.iter().filter(|file| {
            let extension = file.name.rsplit('.').next().unwrap_or_default();
            file.name.starts_with("crds/")
                && ["yaml", "yml", "json"]
                    .iter()
                    .any(|known| extension.eq_ignore_ascii_case(known))
        })
    }
}

/// Loads a chart from a folder or a `.tgz`.
///
/// # Errors
///
/// [`ChartError`].
pub fn load(path: &Path) -> Result<Chart, ChartError> {
    let info = fs::metadata(path).map_err(|source| read_error(path, source))?;
    if info.is_dir() {
        return load_directory(path);
    }
    // A compressed chart is never larger than what it may decompress to.
    if info.len() > super::ArchiveLimits::default().total {
        return Err(ChartError::TooLarge(format!(
            "chart archive of {} bytes is too large",
            info.len()
        )));
    }
    load_archive(&fs::read(path).map_err(|source| read_error(path, source))?)
}
