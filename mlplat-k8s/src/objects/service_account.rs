//! `k8s.ServiceAccount`.

use std::collections::BTreeMap;

use mlplat_core::facts::{By, Fails, Join, Need, OnChange, Type, instant, opt};
use mlplat_core::{Cluster, ClusterAccess, Output, Resource, ServiceAccountRef};

use super::facts::{ANNOTATIONS, CLUSTER, IN_NAMESPACE, LABELS, NAME, NAMESPACED, OUTPUTS};
use super::{NamespaceHandle, NamespaceName, ServiceAccountName};

/// Facts of `k8s.ServiceAccount`: API `v1`, kind `ServiceAccount`.
pub static SERVICE_ACCOUNT: Type = Type {
    name: "k8s.ServiceAccount",
    doc: "Who pods are, to Kubernetes and to IAM.",
    api: "v1/serviceaccounts",
    fields: &[
        CLUSTER,
        IN_NAMESPACE,
        NAME,
        LABELS,
        ANNOTATIONS,
        opt("AutomountServiceAccountToken", OnChange::InPlace),
    ],
    outputs: OUTPUTS,
    needs: &[Need {
        what: "what the role that an annotation names may do",
        path: &[Join::Follow("Annotations"), Join::Offered("permissions")],
        by: By::ToBecomeReady,
        fails: Fails::OrderOnly,
    }],
    create: instant(0),
    ..NAMESPACED
};

/// Who pods are, to Kubernetes and to IAM. Kubernetes API: `v1` `ServiceAccount`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = SERVICE_ACCOUNT, handle = ServiceAccountHandle {
    id: String,
    name: ServiceAccountName,
    namespace: NamespaceName,
})]
pub struct ServiceAccount {
    /// The cluster.
    pub cluster: Output<ClusterAccess>,
    /// The namespace.
    pub namespace: Output<NamespaceName>,
    /// The name, unique in the namespace: a DNS-1123 label. Generated when not
    /// set.
    pub name: Option<Output<ServiceAccountName>>,
    /// Labels.
    pub labels: BTreeMap<String, Output<String>>,
    /// Annotations.
    pub annotations: BTreeMap<String, Output<String>>,
    /// Whether pods get a token of it without asking. Default true.
    pub automount_service_account_token: Option<Output<bool>>,
}

impl ServiceAccount {
    /// An empty one of this name.
    pub fn new(cluster: &dyn Cluster, namespace: &NamespaceHandle, name: &str) -> Self {
        Self {
            cluster: cluster.access(),
            namespace: (&namespace.name).into(),
            name: Some(ServiceAccountName::new(name).into()),
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
            automount_service_account_token: None,
        }
    }
}

impl From<&ServiceAccountHandle> for ServiceAccountRef {
    fn from(account: &ServiceAccountHandle) -> Self {
        Self {
            namespace: account.namespace.cast(),
            name: account.name.cast(),
        }
    }
}
