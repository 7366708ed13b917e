//! `k8s.DaemonSet`.

use std::collections::BTreeMap;

use k8s_openapi::api::apps::v1::DaemonSetSpec;
use mlplat_core::facts::{Document, Type};
use mlplat_core::{Cluster, ClusterAccess, Output, Resource};

use super::facts::{
    ANNOTATIONS, CLUSTER, DELETE_PODS, IN_NAMESPACE, LABELS, NAME, OUTPUTS, POD_LISTS, ROLLOUT,
    WITH_PODS, spec,
};
use super::{NamespaceHandle, NamespaceName, REVISIONS};
use crate::Spec;

/// Facts of `k8s.DaemonSet`: API `apps/v1`, kind `DaemonSet`.
pub static DAEMON_SET: Type = Type {
    name: "k8s.DaemonSet",
    doc: "One pod on each node that fits.",
    api: "apps/v1/daemonsets",
    fields: &[
        CLUSTER,
        IN_NAMESPACE,
        NAME,
        LABELS,
        ANNOTATIONS,
        spec(&Document {
            fixed: &["selector"],
            keyed: POD_LISTS,
        }),
    ],
    outputs: OUTPUTS,
    create: ROLLOUT,
    update: ROLLOUT,
    delete: DELETE_PODS,
    ..WITH_PODS
};

/// One pod on each node that fits. Kubernetes API: `apps/v1` `DaemonSet`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = DAEMON_SET, handle = DaemonSetHandle {
    id: String,
    name: String,
    namespace: NamespaceName,
})]
pub struct DaemonSet {
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
    /// What runs. Only `selector` cannot be changed in place.
    pub spec: Spec<DaemonSetSpec>,
}

impl DaemonSet {
    /// One of this name, without labels of its own.
    pub fn new(
        cluster: &dyn Cluster,
        namespace: &NamespaceHandle,
        name: &str,
        spec: Spec<DaemonSetSpec>,
    ) -> Self {
        Self {
            cluster: cluster.access(),
            namespace: (&namespace.name).into(),
            name: Some(name.into()),
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
            spec: spec.rolling(REVISIONS),
        }
    }
}
