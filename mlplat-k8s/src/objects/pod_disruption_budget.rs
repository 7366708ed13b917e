//! `k8s.PodDisruptionBudget`.

use std::collections::BTreeMap;

use k8s_openapi::api::policy::v1::PodDisruptionBudgetSpec;
use mlplat_core::facts::{Document, Type, instant};
use mlplat_core::{Cluster, ClusterAccess, Output, Resource};

use super::facts::{ANNOTATIONS, CLUSTER, IN_NAMESPACE, LABELS, NAME, NAMESPACED, OUTPUTS, spec};
use super::{NamespaceHandle, NamespaceName};
use crate::Spec;

/// Facts of `k8s.PodDisruptionBudget`: API `policy/v1`, kind `PodDisruptionBudget`.
pub static POD_DISRUPTION_BUDGET: Type = Type {
    name: "k8s.PodDisruptionBudget",
    doc: "How many pods of a set may be away at once, when nodes are drained.",
    api: "policy/v1/poddisruptionbudgets",
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

/// How many pods of a set may be away at once, when nodes are drained. Kubernetes API: `policy/v1` `PodDisruptionBudget`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = POD_DISRUPTION_BUDGET, handle = PodDisruptionBudgetHandle {
    id: String,
    name: String,
    namespace: NamespaceName,
})]
pub struct PodDisruptionBudget {
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
    /// The pods and the bound. All of it changes in place.
    pub spec: Spec<PodDisruptionBudgetSpec>,
}

impl PodDisruptionBudget {
    /// One of this name, without labels of its own.
    pub fn new(
        cluster: &dyn Cluster,
        namespace: &NamespaceHandle,
        name: &str,
        spec: Spec<PodDisruptionBudgetSpec>,
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
