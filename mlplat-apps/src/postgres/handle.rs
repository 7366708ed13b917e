//! What a PostgreSQL in a cluster offers.

use mlplat_core::wiring::NodeRef;
use mlplat_core::{Output, Secret};
use mlplat_k8s::objects::NamespaceHandle;

use super::settings::{ADMIN, PORT};
use crate::metadata::{ClientTls, Dialect, MetadataStore};

/// A PostgreSQL in a cluster.
#[derive(Debug, Clone)]
pub struct PostgresInClusterHandle {
    /// Host name, inside the cluster.
    pub host: Output<String>,
    /// TCP port.
    pub port: Output<u16>,
    /// The administrator. Applications should have users of their own.
    pub username: Output<String>,
    /// The administrator's password.
    pub password: Output<Secret<String>>,
    /// Its namespace.
    pub namespace: NamespaceHandle,
    /// The server's node, for an order that no wire shows.
    pub node: NodeRef,
}

impl PostgresInClusterHandle {
    pub(super) fn new(
        host: Output<String>,
        password: Output<Secret<String>>,
        namespace: NamespaceHandle,
        node: NodeRef,
    ) -> Self {
        Self {
            host,
            port: PORT.into(),
            username: ADMIN.into(),
            password,
            namespace,
            node,
        }
    }
}

#[diagnostic::do_not_recommend]
impl MetadataStore for PostgresInClusterHandle {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn host(&self) -> Output<String> {
        self.host.clone()
    }

    fn port(&self) -> Output<u16> {
        self.port.clone()
    }

    fn admin_username(&self) -> Output<String> {
        self.username.clone()
    }

    fn admin_password(&self) -> Output<Secret<String>> {
        self.password.clone()
    }

    fn tls(&self) -> ClientTls {
        ClientTls::Encrypted
    }

    fn node(&self) -> NodeRef {
        self.node
    }
}
