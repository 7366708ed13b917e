//! The databases of RDS.

use mlplat_aws::{MySqlHandle, PostgresHandle};
use mlplat_core::wiring::NodeRef;
use mlplat_core::{Output, Secret};

use super::store::{ClientTls, Dialect, MetadataStore};

/// RDS signs with authorities that are in no public list; without their
/// certificates a connection can be encrypted, not verified.
macro_rules! on_rds {
    ($handle:ident, $dialect:ident) => {
        #[diagnostic::do_not_recommend]
        impl MetadataStore for $handle {
            fn dialect(&self) -> Dialect {
                Dialect::$dialect
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
    };
}

on_rds!(MySqlHandle, MySql);
on_rds!(PostgresHandle, Postgres);
