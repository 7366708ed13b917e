//! `k8s.Namespace`.

use std::collections::BTreeMap;

use mlplat_core::facts::{OutputFact, Type, instant, w};
use mlplat_core::{Cluster, ClusterAccess, Output, Resource};

use super::NamespaceName;
use super::facts::{ANNOTATIONS, CLUSTER, CLUSTER_WIDE, LABELS, NAME, UID};

/// Facts of `k8s.Namespace`: API `v1`, kind `Namespace`.
pub static NAMESPACE: Type = Type {
    name: "k8s.Namespace",
    doc: "A namespace, which takes everything in it along when it goes.",
    api: "v1/namespaces",
    fields: &[CLUSTER, NAME, LABELS, ANNOTATIONS],
    outputs: &[
        OutputFact::fixed("Id", "{Name}"),
        OutputFact::fixed("Name", "{Name}"),
        UID,
    ],
    create: instant(0),
    delete: w(6, &["Terminating"], 0),
    ..CLUSTER_WIDE
};

/// A namespace. Kubernetes API: `v1` `Namespace`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = NAMESPACE, handle = NamespaceHandle { id: String, name: NamespaceName })]
pub struct Namespace {
    /// The cluster.
    pub cluster: Output<ClusterAccess>,
    /// The name, unique in the cluster: a DNS-1123 label. Generated when not
    /// set.
    pub name: Option<Output<NamespaceName>>,
    /// Labels.
    pub labels: BTreeMap<String, Output<String>>,
    /// Annotations.
    pub annotations: BTreeMap<String, Output<String>>,
}

impl Namespace {
    /// A namespace of this name, without labels.
    pub fn new(cluster: &dyn Cluster, name: &str) -> Self {
        Self {
            cluster: cluster.access(),
            name: Some(NamespaceName::new(name).into()),
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
        }
    }

    /// With one more label.
    #[must_use]
    pub fn label(mut self, key: &str, value: &str) -> Self {
        self.labels.insert(key.to_owned(), value.into());
        self
    }
}
