//! `k8s.Role`.

use std::collections::BTreeMap;

use k8s_openapi::api::rbac::v1::PolicyRule;
use mlplat_core::facts::{DOCUMENT, OnChange, Refs, Type, f, instant};
use mlplat_core::{Cluster, ClusterAccess, Output, Resource};

use crate::Spec;
use crate::objects::facts::{
    ANNOTATIONS, CLUSTER, IN_NAMESPACE, LABELS, NAME, NAMESPACED, OUTPUTS,
};
use crate::objects::{NamespaceHandle, NamespaceName};

/// Facts of `k8s.Role`: API `rbac.authorization.k8s.io/v1`, kind `Role`.
pub static ROLE: Type = Type {
    name: "k8s.Role",
    doc: "What may be done with the API within a namespace.",
    api: "rbac.authorization.k8s.io/v1/roles",
    fields: &[
        CLUSTER,
        IN_NAMESPACE,
        NAME,
        LABELS,
        ANNOTATIONS,
        f("Rules", OnChange::InPlace, Refs::No).inside(&DOCUMENT),
    ],
    outputs: OUTPUTS,
    create: instant(0),
    ..NAMESPACED
};

/// What may be done with the API within a namespace. Kubernetes API: `rbac.authorization.k8s.io/v1` `Role`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = ROLE, handle = RoleHandle {
    id: String,
    name: String,
    namespace: NamespaceName,
})]
pub struct Role {
    /// The cluster.
    pub cluster: Output<ClusterAccess>,
    /// The namespace.
    pub namespace: Output<NamespaceName>,
    /// The name: a DNS-1123 label. Generated when not set.
    pub name: Option<Output<String>>,
    /// Labels.
    pub labels: BTreeMap<String, Output<String>>,
    /// Annotations.
    pub annotations: BTreeMap<String, Output<String>>,
    /// What is allowed; see [`rule`](crate::pods::rule).
    pub rules: Spec<Vec<PolicyRule>>,
}

impl Role {
    /// One of this name that allows what the rules say.
    pub fn new(
        cluster: &dyn Cluster,
        namespace: &NamespaceHandle,
        name: &str,
        rules: Spec<Vec<PolicyRule>>,
    ) -> Self {
        Self {
            cluster: cluster.access(),
            namespace: (&namespace.name).into(),
            name: Some(name.into()),
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
            rules,
        }
    }
}
