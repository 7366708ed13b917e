//! Rotation of secrets that somebody else knows too: the administrator's
//! password of a PostgreSQL in the cluster (what PostgreSQL itself makes of it
//! is shown by the real test, `tests/real/postgres.rs`), and the passphrase
//! that seals what MLflow keeps.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use mlplat_apps::{Mlflow, PostgresInCluster};
use mlplat_aws::{Bucket, EksCluster, Vpc};
use mlplat_core::graph::Stack;
use mlplat_sim::simulate::World;
use serde_json::Value;

const KEY: &str = "metadata/password";

fn program(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.10.0.0/16"));
    let cluster = stack.add("cluster", EksCluster::new(&network));
    let artifacts = stack.add("artifacts", Bucket::new());
    let metadata = stack.add("metadata", PostgresInCluster::new(&cluster));
    let mlflow = Mlflow {
        cluster: &cluster,
        metadata: &metadata,
        artifacts: &artifacts,
    };
    stack.add("mlflow", mlflow);
}

/// The values that whoever uses the password has: server, backup, and the job
/// that makes MLflow's user.
fn passwords(world: &World) -> BTreeSet<String> {
    let uses = [
        ("metadata/server/secret", "POSTGRES_PASSWORD"),
        ("metadata/backup-process/secret", "PGPASSWORD"),
        ("mlflow/prepare/secret", "DB_ADMIN_PASSWORD"),
    ];
    let value = |(path, key): (&str, &str)| {
        let secret = world.object(path).body;
        let sealed = secret["data"][key].as_str().unwrap();
        String::from_utf8(BASE64_STANDARD.decode(sealed).unwrap()).unwrap()
    };
    uses.map(value).into()
}

/// The contents that a Secret has now, by their count.
fn revision(world: &World, path: &str) -> String {
    let annotations = world.object(path).body["metadata"]["annotations"].clone();
    annotations["mlplat.dev/revision"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// The server's pod was started with the Secret of now, which its first
/// containers give to PostgreSQL; and the job of MLflow ran with its own.
fn assert_everybody_knows_it(world: &World, context: &str) {
    assert_eq!(passwords(world).len(), 1, "{context}");
    let objects = world.objects();
    let pod = objects
        .iter()
        .find(|one| one.ty == "k8s.Pod" && one.body["metadata"]["name"] == "postgres-0")
        .unwrap();
    let started = pod.body["metadata"]["annotations"]["mlplat.dev/revisions"].to_string();
    let server = revision(world, "metadata/server/secret");
    assert!(started.contains(&server), "{context}: {started}");
    let password = &pod.body["spec"]["initContainers"][1];
    assert_eq!(password["name"], "password");
    assert_eq!(used(password, "POSTGRES_PASSWORD"), "postgres");
    let job = world.object("mlflow/prepare/job").body;
    let ran = job["spec"]["template"]["metadata"]["annotations"]["mlplat.dev/secret"].clone();
    assert_eq!(ran, revision(world, "mlflow/prepare/secret"), "{context}");
}

/// The name of the Secret that a variable comes from.
fn used(container: &Value, variable: &str) -> String {
    let each = container["env"].as_array().unwrap();
    let found = each.iter().find(|one| one["name"] == variable).unwrap();
    let name = &found["valueFrom"]["secretKeyRef"]["name"];
    name.as_str().unwrap().to_owned()
}

#[test]
fn a_new_password_reaches_the_server_before_whoever_signs_in_with_it() {
    let mut world = World::simulate(program);
    world.deploy().assert_complete();
    let before = passwords(&world);
    let run = world.rotate(KEY);
    run.assert_only(&[
        "metadata/server/secret",
        "metadata/instance",
        "metadata/backup-process/secret",
        "mlflow/prepare/secret",
        "mlflow/prepare/job",
    ]);
    // The job of before goes, the server gets the password, the job runs.
    let done = run.done();
    let last = |path: &str| done.iter().rposition(|one| *one == path);
    assert!(
        last("metadata/instance") < last("mlflow/prepare/job"),
        "{done:?}"
    );
    assert!(before.is_disjoint(&passwords(&world)));
    assert_everybody_knows_it(&world, "calm");
    world.deploy().assert_unchanged();
}

/// Kills a rotation at every n-th point, and takes it up by a deployment.
fn survives(every: u64) {
    let mut world = World::simulate(program);
    world.deploy().assert_complete();
    let before = passwords(&world);
    let points = world.fork().rotate(KEY).points();
    let (mut killed, mut drawn) = (0, 0);
    for at in (1..=points).filter(|at| at % every == 0) {
        let mut world = world.fork();
        world.kill_next_at(at).rotate(KEY).assert_killed();
        let generation = world.state().unwrap().secrets[KEY].generation;
        // It may have been killed at its very end.
        let _ = world.deploy();
        let context = format!("killed at {at} of {points}");
        assert_everybody_knows_it(&world, &context);
        let new = passwords(&world) != before;
        assert_eq!(new, generation == 1, "{context}");
        world.deploy().assert_unchanged();
        killed += 1;
        drawn += u64::from(new);
    }
    println!("{killed} rotations killed at {points} points, {drawn} of them with a new password");
    assert!(drawn > killed / 2, "{drawn} of {killed}");
}

#[test]
fn killed_in_between_the_rotation_ends_with_one_password() {
    survives(12);
}

#[test]
#[ignore = "minutes long: every point"]
fn killed_anywhere_the_rotation_ends_with_one_password() {
    survives(1);
}

#[test]
fn a_passphrase_that_seals_something_is_not_rotated() {
    let mut world = World::simulate(program);
    world.deploy().assert_complete();
    let before = world.objects();
    let run = world.rotate("mlflow/gateway-passphrase");
    assert_eq!(
        run.refusal().unwrap().to_string(),
        "with another mlflow/gateway-passphrase nothing could open what MLflow's gateway keeps in its database (lasting-secret)\n  \
         do   stop MLflow, run `mlflow crypto rotate-kek`, and give the new passphrase as MlflowOptions::gateway_passphrase \
         and its version as the setting MLFLOW_CRYPTO_KEK_VERSION"
    );
    assert_eq!(world.objects(), before);
}
