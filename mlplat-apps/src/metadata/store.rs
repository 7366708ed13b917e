//! What an application needs to know of a database to keep its metadata there.

use mlplat_core::wiring::NodeRef;
use mlplat_core::{Output, Secret};

/// A database server in which an application gets a database and a user of its
/// own. The administrator named here makes them, and does nothing else.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot store MLflow's metadata; pass a MySql or Postgres handle",
    label = "not a database",
    note = "`MySql`, `Postgres` and `PostgresInCluster` give handles that can"
)]
pub trait MetadataStore {
    /// What the server speaks.
    fn dialect(&self) -> Dialect;
    /// Its host name.
    fn host(&self) -> Output<String>;
    /// Its TCP port.
    fn port(&self) -> Output<u16>;
    /// Who may make databases and users.
    fn admin_username(&self) -> Output<String>;
    /// The administrator's password.
    fn admin_password(&self) -> Output<Secret<String>>;
    /// How clients have to use TLS.
    fn tls(&self) -> ClientTls;
    /// The node that has to be there before clients come.
    fn node(&self) -> NodeRef;
}

/// What a database server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// MySQL 8 and MariaDB 10.
    MySql,
    /// PostgreSQL 14 and later.
    Postgres,
}

/// How clients of a database use TLS.
#[derive(Debug, Clone)]
pub enum ClientTls {
    /// Not at all. Only for a server that nobody else can listen to.
    Off,
    /// Connections are encrypted, but the server need not prove who it is.
    Encrypted,
    /// Connections are encrypted, and the server's certificate has to be for
    /// its host name and signed by one of these authorities.
    Verified {
        /// Certificates of authorities, PEM, one after the other.
        authorities: Output<String>,
    },
}
