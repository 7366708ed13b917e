//! What runs in MLflow's containers: a pure function of the wires and options.
//!
//! Three processes, one after the other, share one image. *Prepare* gives
//! MLflow a database and a user of its own and is the only one that sees the
//! administrator's password. *Migrate* brings the database's tables up to
//! date. *Serve* is the tracking server; it listens on the pod's loopback
//! interface only, behind the [proxy](super::proxy) that asks for a password.
//!
//! The names of the settings are those of MLflow 3.17.2 (`mlflow server
//! --help`, `mlflow/environment_variables.py`).

use std::collections::BTreeMap;

use mlplat_core::wiring::{DbUrl, Expr};
use mlplat_core::{Output, Secret, text};

use crate::metadata::{ClientTls, Dialect, MetadataStore};
use crate::process::{Folder, Process};

/// Where MLflow listens, inside its pod.
pub(crate) const SERVER_PORT: u16 = 5000;
/// A folder of memory or disk that goes with the pod: the only one that can be
/// written.
pub(crate) const SCRATCH: &str = "/scratch";
/// Where the certificates of the database's authorities are.
const AUTHORITIES: &str = "/etc/mlflow/database/authorities.pem";

const PREPARE: &str = include_str!("prepare.py");
const MIGRATE: &str = include_str!("migrate.py");

/// A database server, and what of it is MLflow's.
#[derive(Debug, Clone)]
pub(crate) struct Database {
    dialect: Dialect,
    host: Output<String>,
    port: Output<u16>,
    admin_username: Output<String>,
    admin_password: Output<Secret<String>>,
    tls: ClientTls,
    /// The name of the database, and of its user.
    name: String,
    password: Output<Secret<String>>,
}

impl Database {
    /// The database `name` on a server, with a user of the same name.
    pub(crate) fn new(
        store: &dyn MetadataStore,
        tls: ClientTls,
        name: String,
        password: Output<Secret<String>>,
    ) -> Self {
        Self {
            dialect: store.dialect(),
            host: store.host(),
            port: store.port(),
            admin_username: store.admin_username(),
            admin_password: store.admin_password(),
            tls,
            name,
            password,
        }
    }

    /// As SQLAlchemy reads it, with the options of each driver for TLS.
    fn url(&self) -> Output<Secret<String>> {
        let (scheme, driver) = match self.dialect {
            Dialect::Postgres => ("postgresql", "psycopg2"),
            Dialect::MySql => ("mysql", "pymysql"),
        };
        let url = DbUrl::new(scheme, &self.host, &self.port)
            .driver(driver)
            .user(self.name.as_str(), &self.password)
            .database(self.name.as_str());
        let url = match (self.dialect, &self.tls) {
            (Dialect::Postgres, ClientTls::Off) => url.option("sslmode", "disable"),
            (Dialect::Postgres, ClientTls::Encrypted) => url.option("sslmode", "require"),
            (Dialect::Postgres, ClientTls::Verified { .. }) => url
                .option("sslmode", "verify-full")
                .option("sslrootcert", AUTHORITIES),
            (Dialect::MySql, ClientTls::Off) => url,
            // Any of PyMySQL's TLS settings turns TLS on.
            (Dialect::MySql, ClientTls::Encrypted) => url.option("ssl_check_hostname", "false"),
            (Dialect::MySql, ClientTls::Verified { .. }) => url.option("ssl_ca", AUTHORITIES),
        };
        url.text()
    }

    fn authorities(&self) -> Option<Folder> {
        let ClientTls::Verified { authorities } = &self.tls else {
            return None;
        };
        let (path, name) = AUTHORITIES.rsplit_once('/')?;
        Some(Folder::of(path, name, authorities))
    }
}

/// What the server is told beside its database.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    /// `s3://bucket/folder`, where artifacts go.
    pub(crate) artifacts: Output<String>,
    /// Worker processes.
    pub(crate) workers: u16,
    /// The values of `Host` that it answers, `*` for any part.
    pub(crate) hosts: Vec<Output<String>>,
    /// The pages that may change something: `https://mlflow.example.com`.
    pub(crate) origins: Vec<Output<String>>,
    /// Seals what MLflow's gateway keeps in the database.
    pub(crate) passphrase: Output<Secret<String>>,
    /// Further settings.
    pub(crate) more: BTreeMap<String, Output<String>>,
}

/// Gives MLflow a database and a user; runs with the administrator's password.
pub(crate) fn prepare(database: &Database) -> Process {
    let (dialect, tls) = (
        match database.dialect {
            Dialect::MySql => "mysql",
            Dialect::Postgres => "postgresql",
        },
        match database.tls {
            ClientTls::Off => "off",
            ClientTls::Encrypted => "encrypted",
            ClientTls::Verified { .. } => "verified",
        },
    );
    let process = python(PREPARE)
        .set("DB_DIALECT", dialect)
        .set("DB_TLS", tls)
        .set("DB_HOST", &database.host)
        .set("DB_PORT", text!("{}", database.port))
        .set("DB_NAME", database.name.as_str())
        .set("DB_USERNAME", database.name.as_str())
        .hide("DB_PASSWORD", &database.password)
        .set("DB_ADMIN_USERNAME", &database.admin_username)
        .hide("DB_ADMIN_PASSWORD", &database.admin_password);
    match database.authorities() {
        Some(folder) => process
            .set("DB_AUTHORITIES", AUTHORITIES)
            .reading(Some(folder)),
        None => process,
    }
}

/// Brings the tables up to date.
pub(crate) fn migrate(database: &Database) -> Process {
    python(MIGRATE)
        .hide("MLFLOW_BACKEND_STORE_URI", &database.url())
        .set("MLFLOW_DISABLE_TELEMETRY", "true")
        .reading(database.authorities())
}

/// The tracking server.
pub(crate) fn serve(database: &Database, server: &Server) -> Process {
    let process = Process::new(["mlflow", "server"])
        .hide("MLFLOW_BACKEND_STORE_URI", &database.url())
        .set("MLFLOW_ARTIFACTS_DESTINATION", &server.artifacts)
        .set("MLFLOW_SERVE_ARTIFACTS", "true")
        .set("MLFLOW_HOST", "127.0.0.1")
        .set("MLFLOW_PORT", SERVER_PORT.to_string())
        .set("MLFLOW_WORKERS", server.workers.to_string())
        .set("MLFLOW_SERVER_ALLOWED_HOSTS", list(&server.hosts))
        .set("MLFLOW_SERVER_CORS_ALLOWED_ORIGINS", list(&server.origins))
        .hide("MLFLOW_CRYPTO_KEK_PASSPHRASE", &server.passphrase)
        // Each worker has a pool of its own; a small database has 60 slots.
        .set("MLFLOW_SQLALCHEMYSTORE_POOL_SIZE", "5")
        .set("MLFLOW_SQLALCHEMYSTORE_MAX_OVERFLOW", "5")
        // Its jobs keep a queue on the disk of one server; there are several.
        .set("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "false")
        .set("MLFLOW_DISABLE_TELEMETRY", "true");
    let each = server.more.iter();
    let process = each.fold(process, |process, (name, value)| process.set(name, value));
    at_home(process).reading(database.authorities())
}

fn python(script: &str) -> Process {
    at_home(Process::new(["python", "-c", script]))
}

/// A user without an entry in `/etc/passwd`, on a disk that cannot be written.
fn at_home(process: Process) -> Process {
    process
        .set("USER", "mlflow")
        .set("HOME", SCRATCH)
        .set("TMPDIR", SCRATCH)
        .set("PYTHONDONTWRITEBYTECODE", "1")
}

/// Texts with commas between them.
fn list(items: &[Output<String>]) -> Output<String> {
    let mut parts = Vec::new();
    for item in items {
        if !parts.is_empty() {
            parts.push(Expr::text(","));
        }
        parts.push(item.expr().clone());
    }
    Output::from_expr(Expr::concat(parts))
}
