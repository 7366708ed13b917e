//! The options of MLflow.

use std::collections::BTreeMap;

use mlplat_core::wiring::SecretSource;
use mlplat_core::{Output, Scope, Secret};

use crate::exposure::Exposure;
use crate::image;
use crate::metadata::Dialect;

/// MLflow's own image with everything that it can use: drivers for MySQL and
/// PostgreSQL, boto3. The image without `-full` has neither. Source:
/// docker/README.md and docker/Dockerfile.full of mlflow/mlflow (2026-08).
pub const DEFAULT_IMAGE: &str = "ghcr.io/mlflow/mlflow:v3.17.2-full";
/// Caddy's own image.
pub const DEFAULT_PROXY_IMAGE: &str = "docker.io/library/caddy:2.11.4";

/// What can be chosen about MLflow.
#[derive(Clone)]
pub struct MlflowOptions {
    /// The Kubernetes namespace, made along. Default `mlflow`.
    pub namespace: String,
    /// How it is reached. Default: only within the cluster.
    pub exposure: Exposure,
    /// Pods. Default 2, so that one can go.
    pub replicas: u16,
    /// Worker processes in each pod, about 300 MiB each. Default 2.
    pub workers: u16,
    /// Who signs in. Default `mlflow`.
    pub username: String,
    /// The password, up to 72 bytes. Default: generated, 32 letters and
    /// digits.
    pub password: Option<Output<Secret<String>>>,
    /// The database, and the user that it belongs to. Default `mlflow`.
    pub database: String,
    /// The database user's password; for MySQL in ASCII. Default: generated.
    pub database_password: Option<Output<Secret<String>>>,
    /// The passphrase that seals what MLflow's gateway keeps in the database
    /// (`MLFLOW_CRYPTO_KEK_PASSPHRASE`). Default: generated, and then it lasts:
    /// with another one nothing of that could be read, so `rotate` refuses.
    /// MLflow goes over to a new one by its own command, `mlflow crypto
    /// rotate-kek`; after that the new one is given here, with its version in
    /// [`settings`](Self::settings) as `MLFLOW_CRYPTO_KEK_VERSION`.
    pub gateway_passphrase: Option<Output<Secret<String>>>,
    /// Certificates of the authorities that may sign the database's, PEM. With
    /// them the server has to prove who it is; see RDS's `global-bundle.pem`.
    pub database_authorities: Option<String>,
    /// The folder of the bucket that artifacts go to. Default `mlflow`.
    pub folder: String,
    /// MLflow, with the driver of the database and boto3. Default
    /// [`DEFAULT_IMAGE`].
    pub image: String,
    /// Caddy 2.6 or later. Default [`DEFAULT_PROXY_IMAGE`].
    pub proxy_image: String,
    /// Processor time that each server asks for. Default `500m`.
    pub cpu: String,
    /// Memory that each server gets and no more. Default `1536Mi`.
    pub memory: String,
    /// Further settings of the server: `MLFLOW_SERVER_X_FRAME_OPTIONS`.
    pub settings: BTreeMap<String, Output<String>>,
}

impl Default for MlflowOptions {
    fn default() -> Self {
        Self {
            namespace: "mlflow".to_owned(),
            exposure: Exposure::Internal,
            replicas: 2,
            workers: 2,
            username: "mlflow".to_owned(),
            password: None,
            database: "mlflow".to_owned(),
            database_password: None,
            gateway_passphrase: None,
            database_authorities: None,
            folder: "mlflow".to_owned(),
            image: DEFAULT_IMAGE.to_owned(),
            proxy_image: DEFAULT_PROXY_IMAGE.to_owned(),
            cpu: "500m".to_owned(),
            memory: "1536Mi".to_owned(),
            settings: BTreeMap::new(),
        }
    }
}

/// Names that servers keep for themselves: those of MySQL 8.4, PostgreSQL 17
/// and RDS.
const RESERVED: [&str; 11] = [
    "admin",
    "db",
    "information_schema",
    "main",
    "mysql",
    "performance_schema",
    "postgres",
    "rdsadmin",
    "sys",
    "template0",
    "template1",
];

impl MlflowOptions {
    /// Reports what cannot work.
    pub(super) fn check(&self, scope: &mut Scope<'_>, dialect: Dialect) {
        self.exposure.check(scope);
        self.check_passwords(scope, dialect);
        image::check(scope, "MLflow", &self.image);
        let driver = match dialect {
            Dialect::MySql => "PyMySQL",
            Dialect::Postgres => "psycopg2",
        };
        image::check_drivers(scope, &self.image, driver);
        image::check(scope, "the proxy", &self.proxy_image);
        if self.replicas == 0 || self.workers == 0 {
            scope.problem(
                "nobody-answers",
                "MLflow without a replica or worker answers nobody",
                "give at least one of each",
            );
        }
        if self.username.is_empty() || self.username.contains([':', '{', '}']) {
            scope.problem(
                "bad-username",
                format!(
                    "nobody could sign in as \"{}\"",
                    self.username.escape_debug()
                ),
                "use a name without colons and braces; basic authentication splits at the first colon",
            );
        }
        if !is_database(&self.database) {
            scope.problem(
                "bad-database-name",
                format!(
                    "\"{}\" is no name for a database and its user",
                    self.database.escape_debug()
                ),
                "use 1 to 32 of a-z 0-9 and _, with a letter first, and none of the server's own names",
            );
        }
        if self.folder.starts_with('/') || self.folder.ends_with('/') || self.folder.is_empty() {
            scope.problem(
                "bad-folder",
                format!(
                    "\"{}\" is no folder of a bucket",
                    self.folder.escape_debug()
                ),
                "give a path without a slash at its ends: mlflow/prod",
            );
        }
    }
}

/// Passwords that were given are looked at, never shown; one that comes from
/// elsewhere is not known yet.
impl MlflowOptions {
    fn check_passwords(&self, scope: &mut Scope<'_>, dialect: Dialect) {
        // PyMySQL 1.2 sends passwords as Latin-1, MySQL knows them as UTF-8.
        let is_ascii = |text: &str| text.is_ascii() || dialect == Dialect::Postgres;
        if !all_given(self.database_password.as_ref(), is_ascii) {
            scope.problem(
                "bad-password",
                "MLflow's driver for MySQL could not sign in with the database password: it is not ASCII",
                "choose one of ASCII characters, or leave it out and get one that fits",
            );
        }
        let fits = |text: &str| (1..=72).contains(&text.len()) && !text.contains('\0');
        if !all_given(self.password.as_ref(), fits) {
            scope.problem(
                "bad-password",
                "nobody could sign in with the password: bcrypt reads 1 to 72 bytes, none of them zero",
                "choose one that fits, or leave it out and get one that does",
            );
        }
    }
}

/// Whether something is true of every given part of a secret.
fn all_given(secret: Option<&Output<Secret<String>>>, is_so: impl Fn(&str) -> bool) -> bool {
    let mut all = true;
    if let Some(secret) = secret {
        secret.expr().visit_secrets(&mut |source| {
            if let SecretSource::Provided(plain) = &**source {
                all &= is_so(plain.expose());
            }
        });
    }
    all
}

/// A name that needs no quotes in either dialect, and that is short enough for
/// a user of MySQL.
fn is_database(name: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=32).contains(&name.len())
        && name.bytes().all(inner)
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && !RESERVED.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn databases_need_no_quotes_and_are_not_the_servers_own() {
        for good in ["mlflow", "m", "mlflow_prod2", &"m".repeat(32)] {
            assert!(is_database(good), "{good}");
        }
        for bad in [
            "",
            "1m",
            "_m",
            "Mlflow",
            "ml-flow",
            "m\"",
            "mysql",
            &"m".repeat(33),
        ] {
            assert!(!is_database(bad), "{bad}");
        }
    }
}
