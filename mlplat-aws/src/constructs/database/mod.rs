//! `MySql` and `Postgres`: databases that are private, encrypted, backed up
//! and reached by TLS alone.
//!
//! Both are one construct, [`Database`], over an [`Engine`] that says what
//! differs: versions, port, password rules, the parameter that forces TLS. What
//! is wrong with the options is found by `check`; `parts` adds the resources.
//!
//! Who makes the master password decides about the handle. By default we do:
//! it is generated, sealed in the state, written to RDS and to a secret in
//! Secrets Manager, and the handle has it. With
//! [`aws_managed_password`](Database::aws_managed_password) RDS makes it and
//! changes it every seven days; the handle is of another type then and has the
//! secret's ARN alone, so that an application which would keep an old password
//! does not compile with it.

mod check;
mod class;
mod engine;
mod handles;
mod mysql;
mod options;
mod parts;
mod password;
mod postgres;

pub use class::DbClass;
pub(super) use engine::Parts;
pub use engine::{Engine, EngineSupport, EngineVersion};
pub use mysql::{MySql, MySqlEngine, MySqlHandle, MySqlManagedHandle, MySqlVersion};
pub use options::{AwsManagedPassword, Database, SealedPassword};
pub use postgres::{
    Postgres, PostgresEngine, PostgresHandle, PostgresManagedHandle, PostgresVersion,
};
