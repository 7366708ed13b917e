//! What runs in PostgreSQL's containers: a pure function of the options.
//!
//! The image is the official one, whose entry point makes the data directory
//! with the administrator's password before the first start. Later it reads
//! no password any more, so a step of ours gives the server the one of now
//! before each start. The server takes connections with TLS and a password
//! (SCRAM) and no others; `pg_hba.conf` says so.

use mlplat_core::{Output, Secret};

use crate::process::{Folder, Process};

/// Where PostgreSQL listens.
pub(crate) const PORT: u16 = 5432;
/// The administrator, as the image calls it.
pub(crate) const ADMIN: &str = "postgres";
/// A folder that goes with the pod: key, certificate, temporary files.
pub(crate) const SCRATCH: &str = "/scratch";
/// Where the data volume is. The directory itself is below, since a volume
/// may bring a `lost+found`.
pub(crate) const DATA: &str = "/var/lib/postgresql/data";
/// Where the socket of the server is.
pub(crate) const SOCKETS: &str = "/var/run/postgresql";
/// Where the volume of the backups is.
pub(crate) const BACKUPS: &str = "/backups";

const CONFIG: &str = "/etc/postgres";
const HBA: &str = "pg_hba.conf";
const WHO_MAY: &str = "\
# Over the network with TLS and a password, and in no other way.
local   all all      scram-sha-256
hostssl all all all  scram-sha-256
";
/// For the moment in which only the step that sets the password can connect.
const ALONE: &str = "alone.conf";
const WHO_MAY_ALONE: &str = "local all all trust\n";

/// Makes the server's certificate, before it starts.
pub(crate) fn certificate(host: &str) -> Process {
    Process::new(["sh", "-eu", "-c", include_str!("certificate.sh")])
        .set("SERVER_NAME", host)
        .set("TLS_FOLDER", SCRATCH)
}

/// The server.
pub(crate) fn serve(password: &Output<Secret<String>>) -> Process {
    let settings = [
        "ssl=on".to_owned(),
        format!("ssl_cert_file={SCRATCH}/tls.crt"),
        format!("ssl_key_file={SCRATCH}/tls.key"),
        "ssl_min_protocol_version=TLSv1.2".to_owned(),
        "password_encryption=scram-sha-256".to_owned(),
        format!("hba_file={CONFIG}/{HBA}"),
    ];
    let mut command = vec!["docker-entrypoint.sh".to_owned(), "postgres".to_owned()];
    for setting in settings {
        command.extend(["-c".to_owned(), setting]);
    }
    let mut rules = Folder::of(CONFIG, HBA, WHO_MAY);
    rules.files.insert(ALONE.to_owned(), WHO_MAY_ALONE.into());
    Process::new(command)
        .set("PGDATA", format!("{DATA}/pgdata"))
        .hide("POSTGRES_PASSWORD", password)
        .reading(Some(rules))
}

/// The command that gives a data directory which is there the password of
/// now. It runs with the settings and files of the server, before it.
pub(crate) fn set_password() -> Vec<String> {
    let alone = format!("{CONFIG}/{ALONE}");
    let script = include_str!("password.sh");
    let command = ["sh", "-eu", "-c", script, "password", SCRATCH, &alone];
    command.map(str::to_owned).into()
}

/// Well while the server answers over the network, whatever it answers.
pub(crate) fn is_ready() -> [&'static str; 4] {
    ["pg_isready", "--quiet", "--host", "127.0.0.1"]
}

/// Writes a backup and takes old ones away.
pub(crate) fn backup(
    host: &Output<String>,
    password: &Output<Secret<String>>,
    kept: u16,
) -> Process {
    Process::new(["sh", "-eu", "-c", include_str!("backup.sh")])
        .set("PGHOST", host)
        .set("PGPORT", PORT.to_string())
        .set("PGUSER", ADMIN)
        .hide("PGPASSWORD", password)
        .set("PGSSLMODE", "require")
        .set("BACKUP_FOLDER", BACKUPS)
        .set("BACKUPS_KEPT", kept.to_string())
}
