//! `k8s.PersistentVolumeClaim`.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::PersistentVolumeClaimSpec;
use mlplat_core::facts::{Data, Document, Type, w};
use mlplat_core::{Cluster, ClusterAccess, Output, Resource};

use super::facts::{ANNOTATIONS, CLUSTER, IN_NAMESPACE, LABELS, NAME, OUTPUTS, WITH_PODS, spec};
use super::{NamespaceHandle, NamespaceName};
use crate::Spec;

/// Facts of `k8s.PersistentVolumeClaim`: API `v1`, kind `PersistentVolumeClaim`.
pub static PERSISTENT_VOLUME_CLAIM: Type = Type {
    name: "k8s.PersistentVolumeClaim",
    doc: "A volume for pods, made by its storage class.",
    api: "v1/persistentvolumeclaims",
    fields: &[
        CLUSTER,
        IN_NAMESPACE,
        NAME,
        LABELS,
        ANNOTATIONS,
        spec(&Document {
            fixed: &[
                "accessModes",
                "storageClassName",
                "volumeMode",
                "volumeName",
                "selector",
                "dataSource",
                "dataSourceRef",
            ],
            keyed: &[],
        }),
    ],
    outputs: OUTPUTS,
    data: Data::Destroyed,
    create: w(10, &["Pending", "Bound"], 0),
    update: w(10, &["Resizing", "Bound"], 0),
    delete: w(10, &["Terminating"], 0),
    ..WITH_PODS
};

/// A volume for pods, made by its storage class. Kubernetes API: `v1` `PersistentVolumeClaim`.
///
/// Ready when it is bound; one whose storage class waits for the first pod is
/// ready at once. What is on the volume goes with it, so its deletion has to be
/// allowed (`--delete-data`); also where the storage class retains volumes,
/// which then cost money until somebody deletes them.
#[derive(Resource, Clone, Debug)]
#[resource(facts = PERSISTENT_VOLUME_CLAIM, handle = PersistentVolumeClaimHandle {
    id: String,
    name: String,
    namespace: NamespaceName,
})]
pub struct PersistentVolumeClaim {
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
    /// Class, access and size. Only the size can be changed in place, and only
    /// upwards.
    pub spec: Spec<PersistentVolumeClaimSpec>,
}

impl PersistentVolumeClaim {
    /// One of this name, without labels of its own.
    pub fn new(
        cluster: &dyn Cluster,
        namespace: &NamespaceHandle,
        name: &str,
        spec: Spec<PersistentVolumeClaimSpec>,
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
