//! `k8s.RoleBinding`.

use std::collections::BTreeMap;

use mlplat_core::facts::{DOCUMENT, OnChange, Refs, Type, f, instant};
use mlplat_core::{Cluster, ClusterAccess, Output, Resource};

use super::{RoleRef, Subject};
use crate::objects::facts::{
    ANNOTATIONS, CLUSTER, IN_NAMESPACE, LABELS, NAME, NAMESPACED, OUTPUTS,
};
use crate::objects::{NamespaceHandle, NamespaceName};

/// Facts of `k8s.RoleBinding`: API `rbac.authorization.k8s.io/v1`, kind `RoleBinding`.
pub static ROLE_BINDING: Type = Type {
    name: "k8s.RoleBinding",
    doc: "Gives a role to subjects, within a namespace.",
    api: "rbac.authorization.k8s.io/v1/rolebindings",
    fields: &[
        CLUSTER,
        IN_NAMESPACE,
        NAME,
        LABELS,
        ANNOTATIONS,
        f("RoleRef", OnChange::Replace, Refs::No).inside(&DOCUMENT),
        f("Subjects", OnChange::InPlace, Refs::No)
            .optional()
            .inside(&DOCUMENT),
    ],
    outputs: OUTPUTS,
    create: instant(0),
    ..NAMESPACED
};

/// Gives a role to subjects, within a namespace. Kubernetes API: `rbac.authorization.k8s.io/v1` `RoleBinding`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = ROLE_BINDING, handle = RoleBindingHandle {
    id: String,
    name: String,
    namespace: NamespaceName,
})]
pub struct RoleBinding {
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
    /// The role. It cannot be changed in place.
    pub role_ref: RoleRef,
    /// Who is given it.
    pub subjects: Vec<Subject>,
}

impl RoleBinding {
    /// A binding of a role: the handle of a role or cluster role, or
    /// [`RoleRef::built_in`].
    pub fn new(
        cluster: &dyn Cluster,
        namespace: &NamespaceHandle,
        name: &str,
        role: impl Into<RoleRef>,
    ) -> Self {
        Self {
            cluster: cluster.access(),
            namespace: (&namespace.name).into(),
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
