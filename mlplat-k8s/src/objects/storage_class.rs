//! `k8s.StorageClass`.

use std::collections::BTreeMap;

use mlplat_core::facts::{OnChange, Refs, Type, f, instant, opt};
use mlplat_core::wiring::Gives;
use mlplat_core::{Cluster, ClusterAccess, Output, Resource};

use super::facts::{ANNOTATIONS, CLUSTER, CLUSTER_OUTPUTS, CLUSTER_WIDE, LABELS, NAME};

/// Facts of `k8s.StorageClass`: API `storage.k8s.io/v1`, kind `StorageClass`.
pub static STORAGE_CLASS: Type = Type {
    name: "k8s.StorageClass",
    doc: "How volumes of a kind are made.",
    api: "storage.k8s.io/v1/storageclasses",
    fields: &[
        CLUSTER,
        NAME,
        LABELS,
        ANNOTATIONS,
        f("Provisioner", OnChange::Replace, Refs::No),
        opt("Parameters", OnChange::Replace),
        opt("ReclaimPolicy", OnChange::Replace),
        opt("VolumeBindingMode", OnChange::Replace),
        opt("AllowVolumeExpansion", OnChange::InPlace),
        opt("MountOptions", OnChange::InPlace),
    ],
    outputs: CLUSTER_OUTPUTS,
    create: instant(0),
    ..CLUSTER_WIDE
};

/// How volumes of a kind are made. Kubernetes API: `storage.k8s.io/v1`
/// `StorageClass`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = STORAGE_CLASS, handle = StorageClassHandle { id: String, name: String })]
pub struct StorageClass {
    /// The cluster.
    pub cluster: Output<ClusterAccess>,
    /// The name: a DNS-1123 label. Generated when not set.
    pub name: Option<Output<String>>,
    /// Labels.
    pub labels: BTreeMap<String, Output<String>>,
    /// Annotations.
    pub annotations: BTreeMap<String, Output<String>>,
    /// The driver: `ebs.csi.aws.com`, `efs.csi.aws.com`.
    pub provisioner: Output<String>,
    /// What the driver is told: `type = "gp3"`, `encrypted = "true"`.
    pub parameters: BTreeMap<String, Output<String>>,
    /// `Delete` or `Retain`: what becomes of a volume when its claim goes.
    /// Default `Delete`.
    pub reclaim_policy: Option<Output<String>>,
    /// `Immediate` or `WaitForFirstConsumer`. Default `Immediate`; set to the
    /// latter by [`StorageClass::new`], so that a volume is made in the zone
    /// of its pod.
    pub volume_binding_mode: Option<Output<String>>,
    /// Whether volumes can grow. Default false; set by [`StorageClass::new`].
    pub allow_volume_expansion: Option<Output<bool>>,
    /// Options of the mount.
    pub mount_options: Vec<Output<String>>,
}

impl StorageClass {
    /// A class of this name and driver, whose volumes are made when a pod
    /// needs them, and can grow.
    pub fn new(cluster: &dyn Cluster, name: &str, provisioner: &str) -> Self {
        Self {
            cluster: cluster.access(),
            name: Some(name.into()),
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
            provisioner: provisioner.into(),
            parameters: BTreeMap::new(),
            reclaim_policy: None,
            volume_binding_mode: Some("WaitForFirstConsumer".into()),
            allow_volume_expansion: Some(true.into()),
            mount_options: Vec::new(),
        }
    }

    /// With one more parameter for the driver.
    #[must_use]
    pub fn parameter(mut self, key: &str, value: impl Gives<String>) -> Self {
        self.parameters.insert(key.to_owned(), value.into());
        self
    }

    /// The class of claims that name none.
    #[must_use]
    pub fn default_class(mut self) -> Self {
        let key = "storageclass.kubernetes.io/is-default-class".to_owned();
        self.annotations.insert(key, "true".into());
        self
    }
}
