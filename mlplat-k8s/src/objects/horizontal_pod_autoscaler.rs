//! `k8s.HorizontalPodAutoscaler`.

use std::collections::BTreeMap;

use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscalerSpec;
use mlplat_core::facts::{Document, Type, instant};
use mlplat_core::{Cluster, ClusterAccess, Output, Resource};

use super::facts::{ANNOTATIONS, CLUSTER, IN_NAMESPACE, LABELS, NAME, NAMESPACED, OUTPUTS, spec};
use super::{NamespaceHandle, NamespaceName};
use crate::Spec;

/// Facts of `k8s.HorizontalPodAutoscaler`: API `autoscaling/v2`, kind `HorizontalPodAutoscaler`.
pub static HORIZONTAL_POD_AUTOSCALER: Type = Type {
    name: "k8s.HorizontalPodAutoscaler",
    doc: "How many pods a workload has, by what they have to do.",
    api: "autoscaling/v2/horizontalpodautoscalers",
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

/// How many pods a workload has, by what they have to do. Kubernetes API: `autoscaling/v2` `HorizontalPodAutoscaler`.
///
/// Leave `replicas` out of the workload that it scales: what a specification
/// does not set is left to whoever sets it.
#[derive(Resource, Clone, Debug)]
#[resource(facts = HORIZONTAL_POD_AUTOSCALER, handle = HorizontalPodAutoscalerHandle {
    id: String,
    name: String,
    namespace: NamespaceName,
})]
pub struct HorizontalPodAutoscaler {
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
    /// The workload, the bounds and the metrics. All of it changes in place.
    pub spec: Spec<HorizontalPodAutoscalerSpec>,
}

impl HorizontalPodAutoscaler {
    /// One of this name, without labels of its own.
    pub fn new(
        cluster: &dyn Cluster,
        namespace: &NamespaceHandle,
        name: &str,
        spec: Spec<HorizontalPodAutoscalerSpec>,
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
