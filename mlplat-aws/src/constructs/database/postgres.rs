//! `Postgres`.

use super::engine::sealed::Facts;
use super::engine::{Engine, EngineFacts, EngineSupport, EngineVersion};
use super::handles::handles;
use super::options::{Database, SealedPassword};

/// A PostgreSQL server of RDS.
///
/// ```
/// use mlplat_aws::{DbClass, EksCluster, Postgres, Vpc};
/// use mlplat_core::graph::{Context, Graph};
///
/// let graph = Graph::build(Context::new("demo"), |stack| {
///     let network = stack.add("network", Vpc::new("10.10.0.0/16"));
///     let cluster = stack.add("cluster", EksCluster::new(&network));
///     let airflow = Postgres::new(&network)
///         .class(DbClass::M7G_LARGE)
///         .multi_az()
///         .reachable_from(&cluster);
///     stack.add("airflow-db", airflow);
/// })?;
/// assert!(graph.find(&"airflow-db/secret".parse()?).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub type Postgres<P = SealedPassword> = Database<PostgresEngine, P>;

/// PostgreSQL on RDS.
#[derive(Debug, Clone, Copy)]
pub struct PostgresEngine;

/// A major version of PostgreSQL that RDS supports at no extra price. Source:
/// release calendar of RDS for PostgreSQL, read 2026-11-20.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PostgresVersion {
    /// 14, until 2027-02-28.
    V14,
    /// 15, until 2028-02-29.
    V15,
    /// 16, until 2029-02-28.
    V16,
    /// 17, until 2030-02-28. The default.
    V17,
    /// 18, until 2031-02-28.
    V18,
}

const fn until(name: &'static str, day: &'static str) -> EngineVersion {
    EngineVersion {
        name,
        support: EngineSupport::Until(day),
    }
}

const fn ended(name: &'static str, day: &'static str) -> EngineVersion {
    EngineVersion {
        name,
        support: EngineSupport::EndedOn(day),
    }
}

const V14: EngineVersion = until("14", "2027-02-28");
const V15: EngineVersion = until("15", "2028-02-29");
const V16: EngineVersion = until("16", "2029-02-28");
const V17: EngineVersion = until("17", "2030-02-28");
const V18: EngineVersion = until("18", "2031-02-28");

impl From<PostgresVersion> for EngineVersion {
    fn from(version: PostgresVersion) -> Self {
        match version {
            PostgresVersion::V14 => V14,
            PostgresVersion::V15 => V15,
            PostgresVersion::V16 => V16,
            PostgresVersion::V17 => V17,
            PostgresVersion::V18 => V18,
        }
    }
}

impl Facts for PostgresEngine {
    const FACTS: &'static EngineFacts = &EngineFacts {
        name: "postgres",
        title: "PostgreSQL",
        port: 5432,
        username: "postgres",
        username_max: 63,
        reserved_users: &["admin", "rdsadmin"],
        database_max: 63,
        reserved_databases: &["db", "rdsadmin", "template0", "template1"],
        password: (8, 128),
        parameters: &[("rds.force_ssl", "1")],
        versions: &[
            ended("11", "2024-02-29"),
            ended("12", "2025-02-28"),
            ended("13", "2026-02-28"),
            V14,
            V15,
            V16,
            V17,
            V18,
        ],
        default_version: V17,
        major_parts: 1,
        without_insights: &[],
    };
}

impl Engine for PostgresEngine {
    type Version = PostgresVersion;
    type Handle = PostgresHandle;
    type ManagedHandle = PostgresManagedHandle;
}

handles! {
    "postgresql",
    /// A PostgreSQL server whose master password we know.
    PostgresHandle,
    /// A PostgreSQL server whose master password RDS keeps and changes.
    PostgresManagedHandle
}
