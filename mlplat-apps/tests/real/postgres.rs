//! PostgreSQL as it is rendered for a cluster, with MLflow on top, a backup,
//! and the backup brought back.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use mlplat_apps::PostgresInCluster;
use mlplat_aws::{EksCluster, Vpc};
use mlplat_core::Stack;
use mlplat_sim::simulate::World;

use super::machine::Machine;
use super::node::Node;
use super::process::Running;
use super::scene::{self, Scene};

const SOON: Duration = Duration::from_secs(60);
const HOST: &str = "postgres.postgres.svc.cluster.local";

/// What the entry point of the official image does: make the data directory
/// with the given password when there is none, listen, and become the server.
/// Where it listens is other here.
const ENTRY_POINT: &str = r#"#!/bin/sh -eu
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  mkdir -p "$PGDATA"
  chmod 700 "$PGDATA"
  printf %s "$POSTGRES_PASSWORD" > "$PGDATA.password"
  initdb -D "$PGDATA" -U postgres --pwfile="$PGDATA.password" -A scram-sha-256 --no-sync > /dev/null
  rm "$PGDATA.password"
fi
shift
exec postgres -h 127.0.0.1 -p "$PGPORT" -k "$PGDATA" "$@"
"#;

fn program(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.10.0.0/16"));
    let cluster = stack.add("cluster", EksCluster::new(&network));
    let metadata = stack.add("metadata", PostgresInCluster::new(&cluster).keep_backups(2));
    scene::mlflow(stack, &cluster, &metadata);
}

/// The official image's programs, out of those of this machine.
fn image(machine: &Machine) -> PathBuf {
    let bin = machine.folder("postgres-image");
    for tool in std::fs::read_dir(machine.tool("MLPLAT_APPS_POSTGRES")).unwrap() {
        let tool = tool.unwrap();
        std::os::unix::fs::symlink(tool.path(), bin.join(tool.file_name())).unwrap();
    }
    let entry = bin.join("docker-entrypoint.sh");
    std::fs::write(&entry, ENTRY_POINT).unwrap();
    std::fs::set_permissions(&entry, std::fs::Permissions::from_mode(0o755)).unwrap();
    bin
}

pub(crate) fn plays(machine: &Machine) {
    let world = scene::deployed(program);
    let port = machine.port();
    let node = Node::of(machine, &world, image(machine))
        .here(HOST, "127.0.0.1")
        .here("5432", port.to_string())
        .given("PGPORT", port.to_string())
        .unprivileged();
    let server = start(&node);
    let more = [(HOST, "127.0.0.1".to_owned()), ("5432", port.to_string())];
    Scene::of(machine, &world, &more).plays(1);
    let dump = backups(machine, &node);
    drop(server);
    restores(machine, &world, &dump);
}

fn start(node: &Node<'_>) -> Running {
    let set = node.object("StatefulSet", "postgres");
    let (first, mut containers) = node.pod("postgres", &set["spec"]["template"]["spec"]);
    for container in &first {
        let (status, printed) = node.run(container, SOON);
        assert!(status.success(), "{}: {printed}", container.name);
    }
    let server = containers.pop().unwrap();
    let mut running = node.start(&server);
    running.until("ready", SOON, || node.is_well(&server, "readinessProbe"));
    running
}

/// Makes three backups, of which two are kept; the newest one.
fn backups(machine: &Machine, node: &Node<'_>) -> PathBuf {
    let job = node.object("CronJob", "postgres-backup");
    let pod = &job["spec"]["jobTemplate"]["spec"]["template"]["spec"];
    for _ in 0..3 {
        let (_, containers) = node.pod("postgres-backup", pod);
        let (status, printed) = node.run(&containers[0], SOON);
        assert!(status.success(), "{printed}");
        // Names have seconds.
        std::thread::sleep(Duration::from_millis(1100));
    }
    let folder = machine.path("claims-postgres-backups");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    assert_eq!(files.len(), 2, "{files:?}");
    assert!(
        files
            .iter()
            .all(|file| file.to_string_lossy().ends_with("Z.sql.gz"))
    );
    files.pop().unwrap()
}

/// Brings a backup back into a new server and finds the run in it.
fn restores(machine: &Machine, world: &World, dump: &std::path::Path) {
    let lost = machine.path("claims-postgres-data");
    std::fs::rename(&lost, machine.path("lost")).unwrap();
    let port = machine.port();
    let node = Node::of(machine, world, machine.path("postgres-image"))
        .here(HOST, "127.0.0.1")
        .here("5432", port.to_string())
        .given("PGPORT", port.to_string())
        .unprivileged();
    let _server = start(&node);
    let job = node.object("CronJob", "postgres-backup");
    let pod = &job["spec"]["jobTemplate"]["spec"]["template"]["spec"];
    let (_, containers) = node.pod("postgres-backup", pod);
    let psql = |script: &str| {
        let mut command = Command::new("sh");
        command
            .args(["-euc", script])
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin", node.image().display()))
            .env("DUMP", dump)
            .envs(&containers[0].env);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    psql("gzip -dc \"$DUMP\" | psql --quiet --dbname=postgres > /dev/null");
    let runs = psql(
        "psql --dbname=mlflow_real --tuples-only --no-align --command='SELECT count(*) FROM runs'",
    );
    assert_eq!(runs.trim(), "1");
}
