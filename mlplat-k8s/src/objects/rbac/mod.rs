//! Who may do what with the cluster's API.

mod cluster_role;
mod cluster_role_binding;
mod role;
mod role_binding;
mod subject;

pub use cluster_role::{CLUSTER_ROLE, ClusterRole, ClusterRoleHandle};
pub use cluster_role_binding::{
    CLUSTER_ROLE_BINDING, ClusterRoleBinding, ClusterRoleBindingHandle,
};
pub use role::{ROLE, Role, RoleHandle};
pub use role_binding::{ROLE_BINDING, RoleBinding, RoleBindingHandle};
pub use subject::{RoleRef, Subject};
