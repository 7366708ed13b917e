//! Real database servers, as RDS configures them: TLS and no other way in,
//! and an administrator who is no superuser.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use mlplat_apps::MetadataStore;
use mlplat_apps::metadata::{ClientTls, Dialect};
use mlplat_core::wiring::NodeRef;
use mlplat_core::{Output, Secret};

use super::machine::Machine;
use super::process::Running;

/// The administrator's password: everything that has a meaning in a URL, in a
/// shell and in SQL.
const ADMIN_PASSWORD: &str = "a@/:%# '\"\\`$&?=+";
const LIMIT: Duration = Duration::from_secs(60);

/// A server on the loopback interface.
pub(crate) struct Server {
    dialect: Dialect,
    port: u16,
    /// A folder or socket by which it is administered.
    place: PathBuf,
    _running: Running,
}

impl Server {
    /// Sets the parameter that RDS needs for MLflow on MySQL.
    pub(crate) fn allow_triggers(&self, machine: &Machine) {
        administer(machine, MARIADB_TRUST, self.port, &self.place);
    }

    /// As a construct sees it.
    pub(crate) fn store(&self) -> Loopback {
        Loopback {
            dialect: self.dialect,
            port: self.port,
        }
    }
}

/// A database on the loopback interface.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Loopback {
    dialect: Dialect,
    port: u16,
}

/// The same, after some node of a program.
pub(crate) struct AfterNode(pub(crate) Loopback, pub(crate) NodeRef);

impl MetadataStore for AfterNode {
    fn dialect(&self) -> Dialect {
        self.0.dialect
    }

    fn host(&self) -> Output<String> {
        "127.0.0.1".into()
    }

    fn port(&self) -> Output<u16> {
        self.0.port.into()
    }

    fn admin_username(&self) -> Output<String> {
        "platform_admin".into()
    }

    fn admin_password(&self) -> Output<Secret<String>> {
        Secret::provided(ADMIN_PASSWORD.to_owned()).into()
    }

    fn tls(&self) -> ClientTls {
        ClientTls::Encrypted
    }

    fn node(&self) -> NodeRef {
        self.1
    }
}

/// A key and a certificate that signs itself.
fn certificate(machine: &Machine, name: &str) -> (PathBuf, PathBuf) {
    let files = (
        machine.path(&format!("{name}.key")),
        machine.path(&format!("{name}.crt")),
    );
    let made = Command::new("openssl")
        .args([
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
        ])
        .args([
            "-subj",
            "/CN=127.0.0.1",
            "-addext",
            "subjectAltName=IP:127.0.0.1",
        ])
        .arg("-keyout")
        .arg(&files.0)
        .arg("-out")
        .arg(&files.1)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    machine.give_away(&files.0);
    machine.give_away(&files.1);
    files
}

fn succeed(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {output:?}");
}

/// Runs a Python program that makes the administrator.
fn administer(machine: &Machine, script: &str, port: u16, place: &std::path::Path) {
    let mut python = Command::new(machine.image().join("python"));
    python
        .args(["-c", script])
        .env("PORT", port.to_string())
        .env("PLACE", place)
        .env("ADMIN_PASSWORD", ADMIN_PASSWORD);
    succeed(&mut python);
}

pub(crate) fn postgresql(machine: &Machine) -> Server {
    let bin = machine.tool("MLPLAT_APPS_POSTGRES");
    let (key, crt) = certificate(machine, "postgresql");
    let home = machine.folder("postgresql");
    machine.give_away(&home);
    let data = home.join("data");
    let password = home.join("bootstrap");
    std::fs::write(&password, "bootstrap").unwrap();
    machine.give_away(&password);
    let mut init = machine.unprivileged(&bin.join("initdb"));
    init.arg("--pgdata")
        .arg(&data)
        .arg("--pwfile")
        .arg(&password);
    succeed(init.args([
        "--username=bootstrap",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--no-sync",
    ]));
    let hba = home.join("pg_hba.conf");
    std::fs::write(&hba, "hostssl all all 127.0.0.1/32 scram-sha-256\n").unwrap();
    let port = machine.port();
    let mut start = machine.unprivileged(&bin.join("postgres"));
    start
        .arg("-D")
        .arg(&data)
        .args(["-h", "127.0.0.1", "-p", &port.to_string()]);
    for setting in [
        "ssl=on".to_owned(),
        "fsync=off".to_owned(),
        format!("ssl_cert_file={}", crt.display()),
        format!("ssl_key_file={}", key.display()),
        format!("hba_file={}", hba.display()),
        format!("unix_socket_directories={}", home.display()),
    ] {
        start.args(["-c", &setting]);
    }
    let mut running = Running::start("postgres", &mut start, &machine.path("postgres.log"));
    running.until("listening", LIMIT, || {
        home.join(format!(".s.PGSQL.{port}")).exists()
    });
    administer(machine, POSTGRESQL_ADMIN, port, &home);
    Server {
        dialect: Dialect::Postgres,
        port,
        place: home,
        _running: running,
    }
}

/// As the master user of RDS: no superuser.
const POSTGRESQL_ADMIN: &str = r#"
import os, time, psycopg2
for attempt in range(100):
    try:
        c = psycopg2.connect(host="127.0.0.1", port=os.environ["PORT"], dbname="postgres",
                             user="bootstrap", password="bootstrap", sslmode="require")
        break
    except psycopg2.OperationalError:
        if attempt == 99:
            raise
        time.sleep(0.1)
c.autocommit = True
c.cursor().execute("CREATE ROLE platform_admin LOGIN CREATEROLE CREATEDB PASSWORD %s",
                   (os.environ["ADMIN_PASSWORD"],))
"#;

pub(crate) fn mariadb(machine: &Machine) -> Server {
    let (key, crt) = certificate(machine, "mariadb");
    let home = machine.folder("mariadb");
    machine.give_away(&home);
    let data = home.join("data");
    let socket = home.join("socket");
    let mut init = machine.unprivileged(&machine.tool("MLPLAT_APPS_MARIADB_INIT"));
    init.arg("--no-defaults")
        .arg(format!("--datadir={}", data.display()));
    succeed(init.args(["--auth-root-authentication-method=normal", "--skip-test-db"]));
    let port = machine.port();
    let mut start = machine.unprivileged(&machine.tool("MLPLAT_APPS_MARIADB"));
    start
        .args([
            "--no-defaults",
            "--bind-address=127.0.0.1",
            "--require-secure-transport=ON",
        ])
        // As RDS has it with backups on.
        .arg(format!("--log-bin={}", home.join("binlog").display()))
        .args(["--innodb-flush-log-at-trx-commit=0", "--skip-name-resolve"])
        .arg(format!("--port={port}"))
        .arg(format!("--datadir={}", data.display()))
        .arg(format!("--socket={}", socket.display()))
        .arg(format!("--ssl-cert={}", crt.display()))
        .arg(format!("--ssl-key={}", key.display()));
    let mut running = Running::start("mariadbd", &mut start, &machine.path("mariadb.log"));
    running.until("listening", LIMIT, || socket.exists());
    administer(machine, MARIADB_ADMIN, port, &socket);
    Server {
        dialect: Dialect::MySql,
        port,
        place: socket,
        _running: running,
    }
}

const MARIADB_TRUST: &str = r#"
import os, pymysql
c = pymysql.connect(unix_socket=os.environ["PLACE"], user="root", autocommit=True).cursor()
c.execute("SET GLOBAL log_bin_trust_function_creators = 1")
"#;

/// As the master user of RDS: everything but `SUPER` and the like.
const MARIADB_ADMIN: &str = r#"
import os, pymysql
c = pymysql.connect(unix_socket=os.environ["PLACE"], user="root", autocommit=True).cursor()
c.execute("CREATE USER platform_admin@'%%' IDENTIFIED BY %s REQUIRE SSL", (os.environ["ADMIN_PASSWORD"],))
c.execute("GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, PROCESS, REFERENCES, INDEX, ALTER,"
          " SHOW DATABASES, CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, CREATE VIEW, SHOW VIEW,"
          " CREATE ROUTINE, ALTER ROUTINE, CREATE USER, EVENT, TRIGGER ON *.* TO platform_admin@'%' WITH GRANT OPTION")
"#;
