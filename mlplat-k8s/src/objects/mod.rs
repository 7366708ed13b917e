//! Kubernetes objects as resources, one file each.

mod config_map;
mod facts;
mod namespace;
mod secret;
mod service_account;

use mlplat_core::facts::Type;

pub use config_map::{CONFIG_MAP, ConfigMap, ConfigMapHandle};
pub use namespace::{NAMESPACE, Namespace, NamespaceHandle};
pub use secret::{SECRET, Secret, SecretHandle};
pub use service_account::{SERVICE_ACCOUNT, ServiceAccount, ServiceAccountHandle};

mlplat_core::ids! {
    /// The name of a namespace.
    pub struct NamespaceName;
    /// The name of a service account within its namespace.
    pub struct ServiceAccountName;
}

/// Every type of this crate.
#[must_use]
pub fn catalog() -> Vec<&'static Type> {
    vec![&NAMESPACE, &SERVICE_ACCOUNT, &CONFIG_MAP, &SECRET]
}
