//! What crosses from a cloud to Kubernetes: how a cluster is reached.

use serde::{Deserialize, Serialize};

use crate::wiring::Output;

/// How a cluster is reached. Cloud crates produce it, the Kubernetes crate
/// consumes it; neither knows the other.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ClusterAccess {
    /// Its ARN or other full name, by which tokens are made: it carries name,
    /// region and account.
    pub id: String,
    /// `https://…` of its API server.
    pub endpoint: String,
    /// Its certificate authority, PEM in base 64.
    pub certificate_authority: String,
    /// By what the deployer is let in. Not used to connect: it makes every
    /// object come after the permission to make it, and go before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admitted_by: Option<String>,
}

/// A Kubernetes service account, by namespace and name: whose pods an identity
/// of a cloud is for. The Kubernetes crate makes it of a service account's
/// handle; a pair of texts names one that somebody else makes.
#[derive(Debug, Clone)]
pub struct ServiceAccountRef {
    /// The namespace.
    pub namespace: Output<String>,
    /// The name within the namespace.
    pub name: Output<String>,
}

/// Namespace and name.
impl From<(&str, &str)> for ServiceAccountRef {
    fn from((namespace, name): (&str, &str)) -> Self {
        Self {
            namespace: namespace.into(),
            name: name.into(),
        }
    }
}

impl From<&ServiceAccountRef> for ServiceAccountRef {
    fn from(account: &ServiceAccountRef) -> Self {
        account.clone()
    }
}

/// Anything that is a cluster to put objects into.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a Kubernetes cluster",
    label = "expected the handle of a cluster, such as that of `EksCluster`"
)]
pub trait Cluster {
    /// How it is reached, once it is there.
    fn access(&self) -> Output<ClusterAccess>;
}
