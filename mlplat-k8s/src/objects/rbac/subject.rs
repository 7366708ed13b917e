//! Roles and those who are given them, as bindings name them.

use mlplat_core::wiring::Gives;
use mlplat_core::{Output, Resource};

use super::{ClusterRoleHandle, RoleHandle};
use crate::objects::{NamespaceName, ServiceAccountHandle};

/// The API group of roles and bindings.
const GROUP: &str = "rbac.authorization.k8s.io";

/// The role that a binding gives. It cannot be changed: the API refuses.
#[derive(Resource, Clone, Debug)]
#[resource(nested, camel)]
pub struct RoleRef {
    /// `rbac.authorization.k8s.io`.
    pub api_group: Output<String>,
    /// `Role` or `ClusterRole`.
    pub kind: Output<String>,
    /// Its name.
    pub name: Output<String>,
}

impl RoleRef {
    /// A role that every cluster has: `view`, `edit`, `admin`,
    /// `cluster-admin`.
    pub fn built_in(name: &str) -> Self {
        Self {
            api_group: GROUP.into(),
            kind: "ClusterRole".into(),
            name: name.into(),
        }
    }
}

impl From<&RoleHandle> for RoleRef {
    fn from(role: &RoleHandle) -> Self {
        Self {
            api_group: GROUP.into(),
            kind: "Role".into(),
            name: (&role.name).into(),
        }
    }
}

impl From<&ClusterRoleHandle> for RoleRef {
    fn from(role: &ClusterRoleHandle) -> Self {
        Self {
            name: (&role.name).into(),
            ..Self::built_in("")
        }
    }
}

/// Who is given a role.
#[derive(Resource, Clone, Debug)]
#[resource(nested, camel)]
pub struct Subject {
    /// `ServiceAccount`, `User` or `Group`.
    pub kind: Output<String>,
    /// Its name.
    pub name: Output<String>,
    /// Its namespace, for service accounts.
    pub namespace: Option<Output<NamespaceName>>,
    /// `rbac.authorization.k8s.io` for users and groups.
    pub api_group: Option<Output<String>>,
}

impl Subject {
    /// Everyone whom the cluster's authentication puts into this group.
    pub fn group(name: impl Gives<String>) -> Self {
        Self {
            kind: "Group".into(),
            name: name.into(),
            namespace: None,
            api_group: Some(GROUP.into()),
        }
    }
}

impl From<&ServiceAccountHandle> for Subject {
    fn from(account: &ServiceAccountHandle) -> Self {
        Self {
            kind: "ServiceAccount".into(),
            name: account.name.cast(),
            namespace: Some((&account.namespace).into()),
            api_group: None,
        }
    }
}
