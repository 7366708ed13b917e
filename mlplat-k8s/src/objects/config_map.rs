//! `k8s.ConfigMap`.

use std::collections::BTreeMap;

use mlplat_core::facts::{DOCUMENT, OnChange, OutputFact, OutputLife, Type, instant, opt};
use mlplat_core::wiring::Gives;
use mlplat_core::{Cluster, ClusterAccess, Output, Resource};

use super::facts::{ANNOTATIONS, CLUSTER, IN_NAMESPACE, LABELS, NAME, NAMESPACED, UID};
use super::{NamespaceHandle, NamespaceName};

/// Facts of `k8s.ConfigMap`: API `v1`, kind `ConfigMap`.
pub static CONFIG_MAP: Type = Type {
    name: "k8s.ConfigMap",
    doc: "Settings that pods read, for everyone to see.",
    api: "v1/configmaps",
    fields: &[
        CLUSTER,
        IN_NAMESPACE,
        NAME,
        LABELS,
        ANNOTATIONS,
        opt("Data", OnChange::InPlace).inside(&DOCUMENT),
    ],
    outputs: &[
        OutputFact::fixed("Id", "{Namespace}/{Name}"),
        OutputFact::fixed("Name", "{Name}"),
        OutputFact::fixed("Namespace", "{Namespace}"),
        UID,
        OutputFact {
            life: OutputLife::ChangesWith(&["Data"]),
            ..OutputFact::fixed("Revision", "{uuid}")
        },
    ],
    create: instant(0),
    ..NAMESPACED
};

/// Settings that pods read, for everyone to see. Kubernetes API: `v1` `ConfigMap`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = CONFIG_MAP, handle = ConfigMapHandle {
    id: String,
    name: String,
    namespace: NamespaceName,
    revision: String,
})]
pub struct ConfigMap {
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
    /// The settings. A secret does not fit here.
    pub data: BTreeMap<String, Output<String>>,
}

impl ConfigMap {
    /// An empty one of this name.
    pub fn new(cluster: &dyn Cluster, namespace: &NamespaceHandle, name: &str) -> Self {
        Self {
            cluster: cluster.access(),
            namespace: (&namespace.name).into(),
            name: Some(name.into()),
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
            data: BTreeMap::new(),
        }
    }
}

impl ConfigMap {
    /// With one more setting.
    #[must_use]
    pub fn entry(mut self, key: &str, value: impl Gives<String>) -> Self {
        self.data.insert(key.to_owned(), value.into());
        self
    }
}
