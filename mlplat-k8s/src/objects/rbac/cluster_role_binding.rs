//! `k8s.ClusterRoleBinding`.

use std::collections::BTreeMap;

use mlplat_core::facts::{DOCUMENT, OnChange, Refs, Type, f, instant};
use mlplat_core::{Cluster, ClusterAccess, Output, Resource};

use super::{RoleRef, Subject};
use crate::objects::facts::{ANNOTATIONS, CLUSTER, CLUSTER_OUTPUTS, CLUSTER_WIDE, LABELS, NAME};

/// Facts of `k8s.ClusterRoleBinding`: API `rbac.authorization.k8s.io/v1`, kind `ClusterRoleBinding`.
pub static CLUSTER_ROLE_BINDING: Type = Type {
    name: "k8s.ClusterRoleBinding",
    doc: "Gives a cluster role to subjects, in all namespaces.",
    api: "rbac.authorization.k8s.io/v1/clusterrolebindings",
    fields: &[
        CLUSTER,
        NAME,
        LABELS,
        ANNOTATIONS,
        f("RoleRef", OnChange::Replace, Refs::No).inside(&DOCUMENT),
        f("Subjects", OnChange::InPlace, Refs::No)
            .optional()
            .inside(&DOCUMENT),
    ],
    outputs: CLUSTER_OUTPUTS,
    create: instant(0),
    ..CLUSTER_WIDE
};

/// Gives a cluster role to subjects, in all namespaces. Kubernetes API: `rbac.authorization.k8s.io/v1` `ClusterRoleBinding`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = CLUSTER_ROLE_BINDING, handle = ClusterRoleBindingHandle {
    id: String,
    name: String,
})]
pub struct ClusterRoleBinding {
    /// The cluster.
    pub cluster: Output<ClusterAccess>,
    /// The name: a DNS-1123 label. Generated when not set.
    pub name: Option<Output<String>>,
    /// Labels.
    pub labels: BTreeMap<String, Output<String>>,
    /// Annotations.
    pub annotations: BTreeMap<String, Output<String>>,
    /// The role. It cannot be changed in place.
    pub role_ref: RoleRef,
    /// Who is given it.
    pub subjects: Vec<Subject>,
}

impl ClusterRoleBinding {
    /// A binding of a cluster role: its handle, or [`RoleRef::built_in`]. The
    /// role of a namespace does not fit here; the API refuses it.
    pub fn new(cluster: &dyn Cluster, name: &str, role: impl Into<RoleRef>) -> Self {
        Self {
            cluster: cluster.access(),
            name: Some(name.into()),
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
            role_ref: role.into(),
            subjects: Vec::new(),
        }
    }

    /// With one more subject: the handle of a service account, or a
    /// [`Subject`].
    #[must_use]
    pub fn to(mut self, subject: impl Into<Subject>) -> Self {
        self.subjects.push(subject.into());
        self
    }
}
