//! Kubernetes objects, readiness and teardown for mlplat.
//!
//! Objects are resources like any other: typed inputs, declared facts, one
//! node each. They are written by server-side apply under the field manager
//! `mlplat`, through a real [`kube::Client`] that a [`ClientSource`] gives for
//! each cluster. What others have set on an object is theirs and left alone.

mod clients;
mod error;
mod manifest;
pub mod objects;
mod provider;

pub use clients::ClientSource;
pub use objects::{ConfigMap, Namespace, Secret, ServiceAccount, catalog};
pub use provider::KubeProvider;
