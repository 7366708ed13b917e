//! What nearly every program needs.

pub use std::process::ExitCode;

pub use mlplat_aws::{
    AccessEntry, Bucket, EcrRepo, EksCluster, Endpoint, Ingress, Irsa, Nat, NodeGroup, Peer,
    PodIdentity, Role, SecurityGroup, Vpc,
};
pub use mlplat_core::graph::{Construct, Lifecycle, Scope, Stack};
pub use mlplat_core::null::Null;
pub use mlplat_core::wiring::{Charset, Generated};
pub use mlplat_core::{Output, Secret, text};
pub use mlplat_k8s::{ConfigMap, Namespace, Secret as KubeSecret, ServiceAccount};
pub use serde::Deserialize;
