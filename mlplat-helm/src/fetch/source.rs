//! Which chart, and where from.

use super::error::FetchError;
use crate::semver::Version;

/// A chart of an exact version in a repository.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChartSource {
    repository: String,
    name: String,
    version: String,
}

impl ChartSource {
    /// A chart in an HTTP repository (`https://example.com/charts`) or below an OCI path
    /// (`oci://example.com/charts`).
    ///
    /// # Errors
    ///
    /// [`FetchError::Version`] for a range, [`FetchError::Repository`] for another scheme.
    ///
    /// ```
    /// use mlplat_helm::fetch::ChartSource;
    /// assert!(ChartSource::new("https://example.com/charts", "demo", "1.2.3").is_ok());
    /// assert!(ChartSource::new("https://example.com/charts", "demo", "^1.2").is_err());
    /// ```
    pub fn new(
        repository: impl Into<String>,
        name: impl Into<String>,
        version: impl Into<String>,
    ) -> Result<Self, FetchError> {
        let (repository, name, version) = (repository.into(), name.into(), version.into());
        if !["https://", "http://", "oci://"]
            .iter()
            .any(|scheme| repository.starts_with(scheme))
        {
            return Err(FetchError::Repository(repository));
        }
        let exact = version.split(['-', '+']).next().unwrap_or_default();
        if Version::parse(&version).is_err() || exact.split('.').count() != 3 {
            return Err(FetchError::Version {
                chart: name,
                version,
            });
        }
        Ok(Self {
            repository: repository.trim_end_matches('/').to_owned(),
            name,
            version,
        })
    }

    /// Where the chart comes from, without a slash at the end.
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// The chart's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The chart's version.
    pub fn version(&self) -> &str {
        &self.version
    }

    pub(super) fn is_oci(&self) -> bool {
        self.repository.starts_with("oci://")
    }

    pub(super) fn not_found(&self) -> FetchError {
        FetchError::NotFound {
            chart: self.name.clone(),
            version: self.version.clone(),
            repository: self.repository.clone(),
        }
    }

    /// The name of its archive in a vendor folder.
    pub(super) fn file_name(&self) -> String {
        format!("{}-{}.tgz", self.name, self.version)
    }
}
