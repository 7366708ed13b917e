//! `k8s.ClusterRole`.

use std::collections::BTreeMap;

use k8s_openapi::api::rbac::v1::PolicyRule;
use mlplat_core::facts::{DOCUMENT, OnChange, Refs, Type, f, instant};
use mlplat_core::{Cluster, ClusterAccess, Output, Resource};

use crate::Spec;
use crate::objects::facts::{ANNOTATIONS, CLUSTER, CLUSTER_OUTPUTS, CLUSTER_WIDE, LABELS, NAME};

/// Facts of `k8s.ClusterRole`: API `rbac.authorization.k8s.io/v1`, kind `ClusterRole`.
pub static CLUSTER_ROLE: Type = Type {
    name: "k8s.ClusterRole",
    doc: "What may be done with the API, in one namespace or in all of them.",
    api: "rbac.authorization.k8s.io/v1/clusterroles",
    fields: &[
        CLUSTER,
        NAME,
        LABELS,
        ANNOTATIONS,
        f("Rules", OnChange::InPlace, Refs::No).inside(&DOCUMENT),
    ],
    outputs: CLUSTER_OUTPUTS,
    create: instant(0),
    ..CLUSTER_WIDE
};

/// What may be done with the API, in one namespace or in all of them. Kubernetes API: `rbac.authorization.k8s.io/v1` `ClusterRole`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = CLUSTER_ROLE, handle = ClusterRoleHandle {
    id: String,
    name: String,
})]
pub struct ClusterRole {
    /// The cluster.
    pub cluster: Output<ClusterAccess>,
    /// The name: a DNS-1123 label. Generated when not set.
    pub name: Option<Output<String>>,
    /// Labels.
    pub labels: BTreeMap<String, Output<String>>,
    /// Annotations.
    pub annotations: BTreeMap<String, Output<String>>,
    /// What is allowed; see [`rule`](crate::pods::rule).
    pub rules: Spec<Vec<PolicyRule>>,
}

impl ClusterRole {
    /// One of this name that allows what the rules say.
    pub fn new(cluster: &dyn Cluster, name: &str, rules: Spec<Vec<PolicyRule>>) -> Self {
        Self {
            cluster: cluster.access(),
            name: Some(name.into()),
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
            rules,
        }
    }
}
