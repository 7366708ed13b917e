//! `k8s.StatefulSet`.

use std::collections::BTreeMap;

use k8s_openapi::api::apps::v1::StatefulSetSpec;
use mlplat_core::facts::{Data, Document, Type};
use mlplat_core::{Cluster, ClusterAccess, Output, Resource};

use super::facts::{
    ANNOTATIONS, CLUSTER, DELETE_PODS, IN_NAMESPACE, LABELS, NAME, OUTPUTS, POD_LISTS, ROLLOUT,
    WITH_PODS, spec,
};
use super::{NamespaceHandle, NamespaceName, REVISIONS};
use crate::Spec;

/// Facts of `k8s.StatefulSet`: API `apps/v1`, kind `StatefulSet`.
pub static STATEFUL_SET: Type = Type {
    name: "k8s.StatefulSet",
    doc: "Pods with names and volumes that stay theirs.",
    api: "apps/v1/statefulsets",
    fields: &[
        CLUSTER,
        IN_NAMESPACE,
        NAME,
        LABELS,
        ANNOTATIONS,
        spec(&Document {
            fixed: &[
                "selector",
                "serviceName",
                "volumeClaimTemplates",
                "podManagementPolicy",
            ],
            keyed: POD_LISTS,
        }),
    ],
    outputs: OUTPUTS,
    data: Data::LeftBehind {
        made_by: "Spec.volumeClaimTemplates",
        unless: (
            "Spec.persistentVolumeClaimRetentionPolicy.whenDeleted",
            "Delete",
        ),
    },
    create: ROLLOUT,
    update: ROLLOUT,
    delete: DELETE_PODS,
    ..WITH_PODS
};

/// Pods with names and volumes that stay theirs. Kubernetes API: `apps/v1` `StatefulSet`.
///
/// The claims that it makes stay when it goes, unless
/// `persistentVolumeClaimRetentionPolicy` says otherwise; they go with their
/// namespace. What would destroy them has to be allowed (`--delete-data`).
#[derive(Resource, Clone, Debug)]
#[resource(facts = STATEFUL_SET, handle = StatefulSetHandle {
    id: String,
    name: String,
    namespace: NamespaceName,
})]
pub struct StatefulSet {
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
    /// What runs, and how often. Replicas, template, update strategy and retention
    /// of claims change in place; everything else does not.
    pub spec: Spec<StatefulSetSpec>,
}

impl StatefulSet {
    /// One of this name, without labels of its own.
    pub fn new(
        cluster: &dyn Cluster,
        namespace: &NamespaceHandle,
        name: &str,
        spec: Spec<StatefulSetSpec>,
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
