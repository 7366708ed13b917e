//! Typed machine-learning platform constructs for mlplat.
//!
//! - [`Mlflow`]: a tracking server, with its artifacts in a bucket and its
//!   metadata in a [`MetadataStore`];
//! - [`PostgresInCluster`]: a PostgreSQL server in a cluster, with backups;
//! - [`EbsStorageClass`] and [`EfsStorageClass`]: volumes for pods.
//!
//! Each construct decides what runs in its containers by pure functions, which
//! the project's tests start for real: see `docs/design/mlflow.md`.

mod account;
mod exposure;
mod image;
pub mod metadata;
pub mod mlflow;
mod placed;
pub mod postgres;
mod process;
pub mod storage;

pub use exposure::{Exposure, Reach, Site, TlsCertificate};
pub use metadata::MetadataStore;
pub use mlflow::{Mlflow, MlflowHandle, MlflowOptions};
pub use postgres::{PostgresInCluster, PostgresInClusterHandle};
pub use storage::{
    EbsStorageClass, EfsStorageClass, EfsStorageClassOptions, Rwo, Rwx, VolumeClass,
};
