//! Kubernetes objects, readiness and teardown for mlplat.
//!
//! Objects are resources like any other: typed inputs, declared facts, one
//! node each. Their specifications are the structs of `k8s-openapi`, with
//! outputs of other resources inside ([`Spec`], [`Wires`]); [`pods`] has what
//! such structs need again and again. Objects are written by server-side
//! apply under the field manager `mlplat`, through a real [`kube::Client`]
//! that a [`ClientSource`] gives for each cluster. What others have set on an
//! object is theirs and left alone.

mod clients;
mod error;
pub mod likeness;
mod manifest;
pub mod objects;
pub mod pods;
mod provider;
mod readiness;
mod revision;
mod wires;

pub use clients::ClientSource;
/// The structs of the Kubernetes API.
pub use k8s_openapi as openapi;
pub use objects::{
    ClusterRole, ClusterRoleBinding, ConfigMap, CronJob, DaemonSet, Deployment,
    HorizontalPodAutoscaler, Ingress, IngressClass, Job, Namespace, NetworkPolicy,
    PersistentVolumeClaim, PodDisruptionBudget, Role, RoleBinding, RoleRef, Secret, Service,
    ServiceAccount, StatefulSet, StorageClass, Subject, catalog,
};
pub use provider::KubeProvider;
pub use wires::{PodText, Spec, Wires};
