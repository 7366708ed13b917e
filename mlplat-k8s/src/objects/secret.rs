//! `k8s.Secret`.

use std::collections::BTreeMap;

use mlplat_core::facts::{DOCUMENT, OnChange, OutputFact, OutputLife, Type, instant, opt};
use mlplat_core::wiring::Gives;
use mlplat_core::{Cluster, ClusterAccess, Output, Resource};

use super::facts::{ANNOTATIONS, CLUSTER, IN_NAMESPACE, LABELS, NAME, NAMESPACED, UID};
use super::{NamespaceHandle, NamespaceName};

/// Facts of `k8s.Secret`: API `v1`, kind `Secret`.
pub static SECRET: Type = Type {
    name: "k8s.Secret",
    doc: "Secrets that pods read, sealed in the state.",
    api: "v1/secrets",
    fields: &[
        CLUSTER,
        IN_NAMESPACE,
        NAME,
        LABELS,
        ANNOTATIONS,
        opt("StringData", OnChange::InPlace)
            .secret()
            .inside(&DOCUMENT),
        opt("Type", OnChange::Replace),
    ],
    outputs: &[
        OutputFact::fixed("Id", "{Namespace}/{Name}"),
        OutputFact::fixed("Name", "{Name}"),
        OutputFact::fixed("Namespace", "{Namespace}"),
        UID,
        OutputFact {
            life: OutputLife::ChangesWith(&["StringData"]),
            ..OutputFact::fixed("Revision", "{uuid}")
        },
    ],
    create: instant(0),
    ..NAMESPACED
};

/// Secrets that pods read, sealed in the state. Kubernetes API: `v1` `Secret`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = SECRET, handle = SecretHandle {
    id: String,
    name: String,
    namespace: NamespaceName,
    revision: String,
})]
pub struct Secret {
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
    /// The secrets by key. They are sealed in the state and shown nowhere.
    pub string_data: BTreeMap<String, Output<mlplat_core::Secret<String>>>,
    /// `Opaque`, `kubernetes.io/basic-auth` ... Default `Opaque`.
    #[field("Type")]
    pub kind: Option<Output<String>>,
}

impl Secret {
    /// An empty one of this name.
    pub fn new(cluster: &dyn Cluster, namespace: &NamespaceHandle, name: &str) -> Self {
        Self {
            cluster: cluster.access(),
            namespace: (&namespace.name).into(),
            name: Some(name.into()),
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
            string_data: BTreeMap::new(),
            kind: None,
        }
    }
}

impl Secret {
    /// With one more secret.
    #[must_use]
    pub fn entry(mut self, key: &str, value: impl Gives<mlplat_core::Secret<String>>) -> Self {
        self.string_data.insert(key.to_owned(), value.into());
        self
    }
}
