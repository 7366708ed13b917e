//! `k8s.NetworkPolicy`.

use std::collections::BTreeMap;

use k8s_openapi::api::networking::v1::NetworkPolicySpec;
use mlplat_core::facts::{Document, Type, instant};
use mlplat_core::{Cluster, ClusterAccess, Output, Resource};

use super::facts::{ANNOTATIONS, CLUSTER, IN_NAMESPACE, LABELS, NAME, NAMESPACED, OUTPUTS, spec};
use super::{NamespaceHandle, NamespaceName};
use crate::Spec;

/// Facts of `k8s.NetworkPolicy`: API `networking.k8s.io/v1`, kind `NetworkPolicy`.
pub static NETWORK_POLICY: Type = Type {
    name: "k8s.NetworkPolicy",
    doc: "Who may talk to a set of pods, and to whom they may talk.",
    api: "networking.k8s.io/v1/networkpolicies",
    fields: &[
        CLUSTER,
        IN_NAMESPACE,
        NAME,
        LABELS,
        ANNOTATIONS,
        spec(&Document {
            fixed: &[],
            keyed: &[],
        }),
    ],
    outputs: OUTPUTS,
    create: instant(0),
    ..NAMESPACED
};

/// Who may talk to a set of pods, and to whom they may talk. Kubernetes API: `networking.k8s.io/v1` `NetworkPolicy`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = NETWORK_POLICY, handle = NetworkPolicyHandle {
    id: String,
    name: String,
    namespace: NamespaceName,
})]
pub struct NetworkPolicy {
    /// The cluster.
    pub cluster: Output<ClusterAccess>,
    /// The namespace.
    pub namespace: Output<NamespaceName>,
    /// The name, unique in the namespace: a DNS-1123 label. Generated when not
    /// set.
    pub name: Option<Output<String>>,
    /// Labels.
    pub labels: BTreeMap<String, Output<String>>,
    /// Annotations.
    pub annotations: BTreeMap<String, Output<String>>,
    /// The pods, and what is let in and out. All of it changes in place.
    pub spec: Spec<NetworkPolicySpec>,
}

impl NetworkPolicy {
    /// One of this name, without labels of its own.
    pub fn new(
        cluster: &dyn Cluster,
        namespace: &NamespaceHandle,
        name: &str,
        spec: Spec<NetworkPolicySpec>,
    ) -> Self {
        Self {
            cluster: cluster.access(),
            namespace: (&namespace.name).into(),
            name: Some(name.into()),
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
            spec,
        }
    }
}
