//! Fetching, locking and vendoring.

use std::path::{Path, PathBuf};

use super::cache::{Cache, digest_of, write_whole};
use super::error::FetchError;
use super::index;
use super::lock::{LockFile, LockedChart};
use super::network::Network;
use super::oci;
use super::source::ChartSource;
use crate::chart::{Chart, load_archive};

/// A chart that was brought.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// The chart.
    pub chart: Chart,
    /// The digest of its archive.
    pub digest: String,
    /// Whether the network was used for it.
    pub from_network: bool,
}

/// Brings charts and keeps the lock file.
#[derive(Debug)]
pub struct Fetcher {
    cache: Cache,
    lock: LockFile,
    network: Network,
    vendored: Option<PathBuf>,
    offline: bool,
    locked: bool,
}

impl Fetcher {
    /// A fetcher with a cache and what the lock file holds so far.
    pub fn new(cache: Cache, lock: LockFile, network: Network) -> Self {
        Self {
            cache,
            lock,
            network,
            vendored: None,
            offline: false,
            locked: false,
        }
    }

    /// Never uses the network.
    #[must_use]
    pub fn offline(mut self) -> Self {
        self.offline = true;
        self
    }

    /// Takes only charts that the lock file has.
    #[must_use]
    pub fn locked(mut self) -> Self {
        self.locked = true;
        self
    }

    /// Looks into a folder that [`Fetcher::vendor`] has filled before anything else.
    #[must_use]
    pub fn vendored(mut self, folder: impl Into<PathBuf>) -> Self {
        self.vendored = Some(folder.into());
        self
    }

    /// The lock file as it is now; write it next to the program's manifest.
    pub fn lock(&self) -> &LockFile {
        &self.lock
    }

    /// Brings a chart: from the vendor folder, the cache or the network, in this order. A chart
    /// that the lock file does not have is added to it.
    ///
    /// # Errors
    ///
    /// [`FetchError`].
    pub async fn fetch(&mut self, source: &ChartSource) -> Result<Fetched, FetchError> {
        let expected = self.lock.digest(source).map(str::to_owned);
        if expected.is_none() && self.locked {
            return Err(FetchError::NotLocked {
                chart: source.name().to_owned(),
                version: source.version().to_owned(),
                repository: source.repository().to_owned(),
            });
        }
        if let Some(expected) = &expected
            && let Some(bytes) = self.kept(source, expected)?
        {
            return self.accept(source, &bytes, false);
        }
        if self.offline {
            return Err(FetchError::Offline {
                chart: source.name().to_owned(),
                version: source.version().to_owned(),
            });
        }
        let bytes = if source.is_oci() {
            oci::fetch(source, &self.network).await?
        } else {
            let found = index::fetch(source, &self.network).await?;
            if let Some(digest) = &found.digest {
                check(source, &found.bytes, digest, "the repository's index")?;
            }
            found.bytes
        };
        if let Some(expected) = &expected {
            check(source, &bytes, expected, "mlplat.lock")?;
        }
        let fetched = self.accept(source, &bytes, true)?;
        self.cache.put(&bytes)?;
        Ok(fetched)
    }

    /// The bytes in the vendor folder or the cache.
    fn kept(&self, source: &ChartSource, digest: &str) -> Result<Option<Vec<u8>>, FetchError> {
        if let Some(folder) = &self.vendored {
            let path = folder.join(source.file_name());
            if let Ok(bytes) = std::fs::read(&path) {
                check(source, &bytes, digest, "mlplat.lock")?;
                return Ok(Some(bytes));
            }
        }
        Ok(self.cache.get(digest))
    }

    /// Loads the archive, makes sure that it is the chart, and locks it.
    fn accept(
        &mut self,
        source: &ChartSource,
        bytes: &[u8],
        from_network: bool,
    ) -> Result<Fetched, FetchError> {
        let chart = load_archive(bytes)?;
        let metadata = chart.metadata();
        if metadata.name != source.name() || metadata.version != source.version() {
            return Err(FetchError::OtherChart {
                chart: source.name().to_owned(),
                version: source.version().to_owned(),
                found: format!("{} {}", metadata.name, metadata.version),
            });
        }
        let digest = digest_of(bytes);
        self.lock.insert(LockedChart {
            source: source.clone(),
            digest: digest.clone(),
        });
        Ok(Fetched {
            chart,
            digest,
            from_network,
        })
    }

    /// Copies all locked charts into a folder, fetching those that are not in the cache; gives
    /// the files.
    ///
    /// # Errors
    ///
    /// [`FetchError`].
    pub async fn vendor(&mut self, folder: &Path) -> Result<Vec<PathBuf>, FetchError> {
        let charts: Vec<LockedChart> = self.lock.charts().collect();
        let mut files = Vec::new();
        for chart in charts {
            self.fetch(&chart.source).await?;
            let bytes =
                self.kept(&chart.source, &chart.digest)?
                    .ok_or_else(|| FetchError::Offline {
                        chart: chart.source.name().to_owned(),
                        version: chart.source.version().to_owned(),
                    })?;
            let path = folder.join(chart.source.file_name());
            write_whole(&path, &bytes)?;
            files.push(path);
        }
        Ok(files)
    }
}

fn check(
    source: &ChartSource,
    bytes: &[u8],
    expected: &str,
    by: &'static str,
) -> Result<(), FetchError> {
    let found = digest_of(bytes);
    if found == expected {
        return Ok(());
    }
    Err(FetchError::Digest {
        chart: source.name().to_owned(),
        version: source.version().to_owned(),
        found,
        expected: expected.to_owned(),
        by,
    })
}
