//! `k8s.IngressClass`.

use std::collections::BTreeMap;

use k8s_openapi::api::networking::v1::IngressClassSpec;
use mlplat_core::facts::{Document, Type, instant};
use mlplat_core::{Cluster, ClusterAccess, Output, Resource};

use super::facts::{ANNOTATIONS, CLUSTER, CLUSTER_OUTPUTS, CLUSTER_WIDE, LABELS, NAME, spec};
use crate::Spec;

/// Facts of `k8s.IngressClass`: API `networking.k8s.io/v1`, kind
/// `IngressClass`.
pub static INGRESS_CLASS: Type = Type {
    name: "k8s.IngressClass",
    doc: "Which controller serves the ingresses that name it.",
    api: "networking.k8s.io/v1/ingressclasses",
    fields: &[
        CLUSTER,
        NAME,
        LABELS,
        ANNOTATIONS,
        spec(&Document {
            fixed: &["controller"],
            keyed: &[],
        }),
    ],
    outputs: CLUSTER_OUTPUTS,
    create: instant(0),
    ..CLUSTER_WIDE
};

/// Which controller serves the ingresses that name it. Kubernetes API:
/// `networking.k8s.io/v1` `IngressClass`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = INGRESS_CLASS, handle = IngressClassHandle { id: String, name: String })]
pub struct IngressClass {
    /// The cluster.
    pub cluster: Output<ClusterAccess>,
    /// The name: a DNS-1123 label. Generated when not set.
    pub name: Option<Output<String>>,
    /// Labels.
    pub labels: BTreeMap<String, Output<String>>,
    /// Annotations.
    pub annotations: BTreeMap<String, Output<String>>,
    /// The controller, which cannot be changed in place, and its parameters.
    pub spec: Spec<IngressClassSpec>,
}

impl IngressClass {
    /// The class of this name, served by a controller:
    /// `ingress.k8s.aws/alb`, `k8s.io/ingress-nginx`.
    pub fn new(cluster: &dyn Cluster, name: &str, controller: &str) -> Self {
        Self {
            cluster: cluster.access(),
            name: Some(name.into()),
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
            spec: Spec::of(|_| IngressClassSpec {
                controller: Some(controller.to_owned()),
                parameters: None,
            }),
        }
    }
}
