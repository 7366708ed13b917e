//! `MySql`.

use super::engine::sealed::Facts;
use super::engine::{Engine, EngineFacts, EngineSupport, EngineVersion};
use super::handles::handles;
use super::options::{Database, SealedPassword};

/// A MySQL server of RDS.
///
/// ```
/// use mlplat_aws::{EksCluster, MySql, MySqlVersion, Vpc};
/// use mlplat_core::graph::{Context, Graph};
///
/// let graph = Graph::build(Context::new("demo"), |stack| {
///     let network = stack.add("network", Vpc::new("10.10.0.0/16"));
///     let cluster = stack.add("cluster", EksCluster::new(&network));
///     let metadata = MySql::new(&network)
///         .version(MySqlVersion::V8_4)
///         .database("mlflow")
///         .storage_gib(50)
///         .reachable_from(&cluster);
///     let metadata = stack.add("metadata", metadata);
///     stack.output("host", &metadata.host);
///     stack.output("password", &metadata.password); // shown as <secret>
/// })?;
/// assert!(graph.find(&"metadata/instance".parse()?).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub type MySql<P = SealedPassword> = Database<MySqlEngine, P>;

/// MySQL on RDS.
#[derive(Debug, Clone, Copy)]
pub struct MySqlEngine;

/// A major version of MySQL that RDS offers. Source: RDS user guide, MySQL
/// versions, read 2026-11-20; minor versions up to 8.4.11.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MySqlVersion {
    /// 8.0. Its standard support ended on 2026-07-31.
    V8_0,
    /// 8.4, the version for long-term support. The default.
    V8_4,
}

const V8_0: EngineVersion = EngineVersion {
    name: "8.0",
    support: EngineSupport::EndedOn("2026-07-31"),
};
const V8_4: EngineVersion = EngineVersion {
    name: "8.4",
    support: EngineSupport::Until("2029-07-31"),
};

impl From<MySqlVersion> for EngineVersion {
    fn from(version: MySqlVersion) -> Self {
        match version {
            MySqlVersion::V8_0 => V8_0,
            MySqlVersion::V8_4 => V8_4,
        }
    }
}

impl Facts for MySqlEngine {
    const FACTS: &'static EngineFacts = &EngineFacts {
        name: "mysql",
        title: "MySQL",
        port: 3306,
        username: "admin",
        username_max: 16,
        reserved_users: &["rdsadmin", "rdsrepladmin"],
        database_max: 64,
        reserved_databases: &["information_schema", "mysql", "performance_schema", "sys"],
        password: (8, 41),
        // Backups keep a binary log, and with one only an administrator whom
        // RDS gives nobody may make triggers. MLflow's tables have some.
        parameters: &[
            ("require_secure_transport", "1"),
            ("log_bin_trust_function_creators", "1"),
        ],
        versions: &[
            EngineVersion {
                name: "5.7",
                support: EngineSupport::EndedOn("2024-02-29"),
            },
            V8_0,
            V8_4,
        ],
        default_version: V8_4,
        major_parts: 2,
        without_insights: &["db.t3.micro", "db.t3.small", "db.t4g.micro", "db.t4g.small"],
    };
}

impl Engine for MySqlEngine {
    type Version = MySqlVersion;
    type Handle = MySqlHandle;
    type ManagedHandle = MySqlManagedHandle;
}

handles! {
    "mysql",
    /// A MySQL server whose master password we know.
    MySqlHandle,
    /// A MySQL server whose master password RDS keeps and changes.
    MySqlManagedHandle
}
