//! `k8s.Ingress`.

use std::collections::BTreeMap;

use k8s_openapi::api::networking::v1::IngressSpec;
use mlplat_core::facts::{Document, OutputFact, Type, w};
use mlplat_core::{Cluster, ClusterAccess, Output, Resource};

use super::facts::{
    ANNOTATIONS, CLUSTER, IN_NAMESPACE, LABELS, LOAD_BALANCER_HOST, NAME, NAMESPACED, UID, spec,
};
use super::{NamespaceHandle, NamespaceName};
use crate::Spec;

/// Facts of `k8s.Ingress`: API `networking.k8s.io/v1`, kind `Ingress`.
pub static INGRESS: Type = Type {
    name: "k8s.Ingress",
    doc: "HTTP from outside to services, by host and path.",
    api: "networking.k8s.io/v1/ingresses",
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
    outputs: &[
        OutputFact::fixed("Id", "{Namespace}/{Name}"),
        OutputFact::fixed("Name", "{Name}"),
        OutputFact::fixed("Namespace", "{Namespace}"),
        UID,
        LOAD_BALANCER_HOST,
    ],
    create: w(60, &["Pending", "Ready"], 0),
    delete: w(20, &["Terminating"], 0),
    ..NAMESPACED
};

/// HTTP from outside to services, by host and path. Kubernetes API: `networking.k8s.io/v1` `Ingress`.
///
/// Ready when its controller has given it an address: that is the output
/// `load_balancer_host`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = INGRESS, handle = IngressHandle {
    id: String,
    name: String,
    namespace: NamespaceName,
    load_balancer_host: String,
})]
pub struct Ingress {
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
    /// Class, rules and TLS. All of it changes in place.
    pub spec: Spec<IngressSpec>,
}

impl Ingress {
    /// One of this name, without labels of its own.
    pub fn new(
        cluster: &dyn Cluster,
        namespace: &NamespaceHandle,
        name: &str,
        spec: Spec<IngressSpec>,
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
