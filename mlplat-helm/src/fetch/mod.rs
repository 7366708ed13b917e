//! Charts from repositories, pinned and kept.
//!
//! A [`Fetcher`] brings a chart of an exact version from an HTTP repository (`index.yaml`) or an
//! OCI registry. Its digest goes into `mlplat.lock` ([`LockFile`]); from then on only bytes with
//! that digest are taken, from a content-addressed cache if they are there, so that a chart that
//! was replaced upstream is an error and not a surprise. [`Fetcher::vendor`] copies all locked
//! charts into a folder for use without a network.
//!
//! Whatever is fetched passes [`load_archive`](crate::chart::load_archive), and its `Chart.yaml`
//! has to name the chart and version that were asked for.

mod cache;
mod error;
mod fetcher;
mod index;
mod lock;
mod network;
mod oci;
mod source;

pub use cache::Cache;
pub use error::FetchError;
pub use fetcher::{Fetched, Fetcher};
pub use lock::{LockFile, LockedChart};
pub use network::Network;
pub use source::ChartSource;
