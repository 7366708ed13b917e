//! PostgreSQL as it is rendered for a cluster, with MLflow on top, a backup,
//! passwords that change, and the backup brought back.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use mlplat_apps::PostgresInCluster;
use mlplat_aws::{EksCluster, Vpc};
use mlplat_core::{Secret, Stack};
use mlplat_sim::simulate::World;

use super::machine::Machine;
use super::node::{Container, Node};
use super::process::Running;
use super::scene::{self, Scene};

const SOON: Duration = Duration::from_secs(60);
const HOST: &str = "postgres.postgres.svc.cluster.local";
/// Everything that has a meaning to a shell, to psql, in SQL or in a URL.
const GIVEN_PASSWORD: &str = "g@/:%# '\"\\`$&?=+é";

/// What the entry point of the official image does: make the data directory
/// with the given password when there is none, listen, and become the server.
/// Where it listens is other here.
const ENTRY_POINT: &str = r#"#!/bin/sh -eu
mkdir -p "$PGDATA"
chmod 00700 "$PGDATA"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  printf %s "$POSTGRES_PASSWORD" > "$PGDATA.password"
  initdb -D "$PGDATA" -U postgres --pwfile="$PGDATA.password" -A scram-sha-256 --no-sync > /dev/null
  rm "$PGDATA.password"
fi
shift
exec postgres -h 127.0.0.1 -p "$PGPORT" -k "$PGDATA" "$@"
"#;

/// The database alone, with a password that is given or generated.
fn alone(password: Option<&'static str>) -> impl Fn(&mut Stack) + Send + Sync + 'static {
    move |stack: &mut Stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16"));
        let cluster = stack.add("cluster", EksCluster::new(&network));
        let mut metadata = PostgresInCluster::new(&cluster);
        if let Some(password) = password {
            metadata = metadata.password(Secret::provided(password.to_owned()));
        }
        stack.add("metadata", metadata);
    }
}

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

/// Where the server is on this machine.
struct Place<'a> {
    machine: &'a Machine,
    image: PathBuf,
    port: u16,
}

impl<'a> Place<'a> {
    fn new(machine: &'a Machine, image: PathBuf) -> Self {
        let port = machine.port();
        Self {
            machine,
            image,
            port,
        }
    }

    /// The node of the server's pods, as they are in a world.
    fn node(&self, world: &World) -> Node<'a> {
        Node::of(self.machine, world, self.image.clone())
            .here(HOST, "127.0.0.1")
            .here("5432", self.port.to_string())
            .given("PGPORT", self.port.to_string())
            .unprivileged()
    }

    /// MLflow in a world, over this server.
    fn scene(&self, world: &World) -> Scene<'a> {
        let here = [
            (HOST, "127.0.0.1".to_owned()),
            ("5432", self.port.to_string()),
        ];
        Scene::of(self.machine, world, &here)
    }
}

pub(crate) fn plays(machine: &Machine) {
    let mut world = scene::deployed(program);
    let place = Place::new(machine, image(machine));
    let node = place.node(&world);
    let server = start(&node);
    place.scene(&world).plays(1);
    let dump = backups(machine, &node);
    drop(server);
    // A copy brings its passwords along: those of when it was made.
    restores(&Place::new(machine, place.image.clone()), &world, &dump);
    world.rotate("metadata/password").assert_complete();
    let server = start(&place.node(&world));
    place.scene(&world).prepares().unwrap();
    drop(server);
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

/// A password that is rotated, or given another way, is the one of a server
/// that has its data from before, and no other is.
pub(crate) fn changes_its_password(machine: &Machine) {
    let mut world = scene::deployed(alone(None));
    let place = Place::new(machine, image(machine));
    let mut past = Vec::new();
    starts(&place, &world, &mut past);
    world.rotate("metadata/password").assert_complete();
    starts(&place, &world, &mut past);
    world.edit(alone(Some(GIVEN_PASSWORD)));
    world.deploy().assert_complete();
    starts(&place, &world, &mut past);
    assert_eq!(past.last().unwrap(), GIVEN_PASSWORD);
    // A pod that goes for another reason changes nothing.
    let given = past.pop().unwrap();
    starts(&place, &world, &mut past);
    assert_eq!(past.pop(), Some(given));
    assert_eq!(past.len(), 2);
}

/// Starts the server of a world: it takes the password of that world, and none
/// of the past, to which the password is added.
fn starts(place: &Place<'_>, world: &World, past: &mut Vec<String>) {
    let data = place.machine.path("claims-postgres-data").join("pgdata");
    if data.exists() {
        // What the kubelet does to a volume for the pod's group.
        let open = std::fs::Permissions::from_mode(0o2770);
        std::fs::set_permissions(data, open).unwrap();
    }
    let node = place.node(world);
    let _server = start(&node);
    let backup = backup(&node);
    for password in &*past {
        let why = sign_in(&node, &backup, password).unwrap_err();
        assert!(why.contains("password authentication failed"), "{why}");
    }
    let now = backup.env["PGPASSWORD"].clone();
    assert_eq!(sign_in(&node, &backup, &now).unwrap(), "1");
    past.push(now);
}

fn backup(node: &Node<'_>) -> Container {
    let job = node.object("CronJob", "postgres-backup");
    let pod = &job["spec"]["jobTemplate"]["spec"]["template"]["spec"];
    let (_, mut containers) = node.pod("postgres-backup", pod);
    containers.pop().unwrap()
}

/// What the server says to whoever comes with this password.
fn sign_in(node: &Node<'_>, backup: &Container, password: &str) -> Result<String, String> {
    let ask = "PGPASSWORD=$PASSWORD psql --dbname=postgres -Atc 'SELECT 1'";
    shell(node, backup, ask, &[("PASSWORD", password)])
}

/// Runs a script with what the backup is told, and more.
fn shell(
    node: &Node<'_>,
    backup: &Container,
    script: &str,
    more: &[(&str, &str)],
) -> Result<String, String> {
    let mut command = Command::new("sh");
    command
        .args(["-euc", script])
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", node.image().display()))
        .envs(&backup.env)
        .envs(more.iter().copied());
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    match output.status.success() {
        true => Ok(text(&output.stdout)),
        false => Err(text(&output.stderr)),
    }
}

/// Makes three backups, of which two are kept; the newest one.
fn backups(machine: &Machine, node: &Node<'_>) -> PathBuf {
    for _ in 0..3 {
        let (status, printed) = node.run(&backup(node), SOON);
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

/// Brings a backup back into a new server and finds the run in it. The dump
/// brings the administrator of its time along.
fn restores(place: &Place<'_>, world: &World, dump: &std::path::Path) {
    let machine = place.machine;
    let lost = machine.path("claims-postgres-data");
    std::fs::rename(&lost, machine.path("lost")).unwrap();
    let node = place.node(world);
    let server = start(&node);
    let backup = backup(&node);
    let dump = dump.display().to_string();
    let load = "gzip -dc \"$DUMP\" | psql --quiet --dbname=postgres > /dev/null";
    shell(&node, &backup, load, &[("DUMP", &dump)]).unwrap();
    // Which has another password; the next start sets it right.
    drop(server);
    let _server = start(&node);
    let runs = "psql --dbname=mlflow_real -Atc 'SELECT count(*) FROM runs'";
    assert_eq!(shell(&node, &backup, runs, &[]).unwrap(), "1");
}
