//! Why a chart cannot be brought.

use crate::chart::ChartError;

/// A fetch that fails.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Something else than an exact version is asked for.
    #[error("{chart} needs an exact version such as 1.2.3, not {version:?}")]
    Version {
        /// The chart.
        chart: String,
        /// What was given.
        version: String,
    },
    /// A repository that is neither `https://`, `http://` nor `oci://`.
    #[error("{0:?} is no chart repository: it must begin with https://, http:// or oci://")]
    Repository(String),
    /// Nothing may be fetched, and the chart is not there.
    #[error(
        "{chart} {version} is not in the cache and fetching is switched off; fetch it once with a \
         network, or vendor the charts"
    )]
    Offline {
        /// The chart.
        chart: String,
        /// Its version.
        version: String,
    },
    /// The lock file does not know the chart, and may not be changed.
    #[error("{chart} {version} from {repository} is not in mlplat.lock")]
    NotLocked {
        /// The chart.
        chart: String,
        /// Its version.
        version: String,
        /// Where it would come from.
        repository: String,
    },
    /// The bytes are not those that were expected.
    #[error("{chart} {version} has the digest {found}, not {expected} as {by} says")]
    Digest {
        /// The chart.
        chart: String,
        /// Its version.
        version: String,
        /// The digest of what came.
        found: String,
        /// The digest that was expected.
        expected: String,
        /// Who says so.
        by: &'static str,
    },
    /// The repository does not have the chart.
    #[error("{chart} {version} is not in the repository {repository}")]
    NotFound {
        /// The chart.
        chart: String,
        /// Its version.
        version: String,
        /// Where it was looked for.
        repository: String,
    },
    /// The network or the server failed.
    #[error("get {url}: {message}")]
    Network {
        /// What was asked for, without credentials.
        url: String,
        /// What happened.
        message: String,
    },
    /// What came is larger than any chart.
    #[error("{url} is larger than {limit} bytes")]
    TooLarge {
        /// What was asked for.
        url: String,
        /// The limit.
        limit: usize,
    },
    /// The repository's index cannot be read.
    #[error("index of {repository}: {message}")]
    Index {
        /// The repository.
        repository: String,
        /// What is wrong.
        message: String,
    },
    /// The archive is not the chart that was asked for.
    #[error("the archive of {chart} {version} holds {found}")]
    OtherChart {
        /// The chart.
        chart: String,
        /// Its version.
        version: String,
        /// Name and version in the archive.
        found: String,
    },
    /// The archive is refused.
    #[error(transparent)]
    Chart(#[from] ChartError),
    /// The lock file cannot be read.
    #[error("mlplat.lock: {0}")]
    Lock(String),
    /// The cache, lock file or vendor folder cannot be used.
    #[error("{action} {path}: {source}")]
    File {
        /// What was tried.
        action: &'static str,
        /// Where.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
}

impl FetchError {
    pub(super) fn file(
        action: &'static str,
        path: &std::path::Path,
        source: std::io::Error,
    ) -> Self {
        Self::File {
            action,
            path: path.display().to_string(),
            source,
        }
    }
}
