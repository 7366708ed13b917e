//! `k8s.Service`.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ServiceSpec;
use mlplat_core::facts::{Document, OutputFact, Type, keyed, w};
use mlplat_core::{Cluster, ClusterAccess, Output, Resource};

use super::facts::{
    ANNOTATIONS, CLUSTER, IN_NAMESPACE, LABELS, LOAD_BALANCER_HOST, NAME, NAMESPACED, UID, spec,
};
use super::{NamespaceHandle, NamespaceName};
use crate::Spec;

/// Facts of `k8s.Service`: API `v1`, kind `Service`.
pub static SERVICE: Type = Type {
    name: "k8s.Service",
    doc: "One address for a set of pods.",
    api: "v1/services",
    fields: &[
        CLUSTER,
        IN_NAMESPACE,
        NAME,
        LABELS,
        ANNOTATIONS,
        spec(&Document {
            fixed: &["clusterIP", "clusterIPs", "loadBalancerClass"],
            keyed: &[keyed("ports", &["port", "protocol"])],
        }),
    ],
    outputs: &[
        OutputFact::fixed("Id", "{Namespace}/{Name}"),
        OutputFact::fixed("Name", "{Name}"),
        OutputFact::fixed("Namespace", "{Namespace}"),
        UID,
        OutputFact::fixed("Host", "{Name}.{Namespace}.svc.cluster.local"),
        LOAD_BALANCER_HOST,
    ],
    create: w(30, &["Pending", "Ready"], 0),
    update: w(30, &["Pending", "Ready"], 0),
    delete: w(15, &["Terminating"], 0),
    ..NAMESPACED
};

/// One address for a set of pods. Kubernetes API: `v1` `Service`.
///
/// One of type `LoadBalancer` is ready when its controller has given it an
/// address: that is the output `load_balancer_host`, which services of other
/// types do not have. `host` is its name within the cluster.
#[derive(Resource, Clone, Debug)]
#[resource(facts = SERVICE, handle = ServiceHandle {
    id: String,
    name: String,
    namespace: NamespaceName,
    host: String,
    load_balancer_host: String,
})]
pub struct Service {
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
    /// Pods, ports and type. The cluster's addresses and the class of the load
    /// balancer cannot be changed in place.
    pub spec: Spec<ServiceSpec>,
}

impl Service {
    /// One of this name, without labels of its own.
    pub fn new(
        cluster: &dyn Cluster,
        namespace: &NamespaceHandle,
        name: &str,
        spec: Spec<ServiceSpec>,
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
