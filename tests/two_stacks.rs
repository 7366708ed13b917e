//! Two stacks in one binary, one reading the outputs of the other.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::path::Path;

use support::{command, stderr, stdout, succeed};

fn run(state: &Path, args: &[&str]) -> String {
    stdout(&succeed(command("two_stacks", state).args(args)))
}

fn refused(state: &Path, args: &[&str]) -> String {
    let output = command("two_stacks", state).args(args).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
    stderr(&output)
}

/// All that the platform's state has on disk.
fn on_disk(dir: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            text += &String::from_utf8_lossy(&std::fs::read(path).unwrap());
        }
    }
    text
}

#[test]
fn both_are_deployed_in_order_and_destroyed_in_the_other() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path();
    // Before there is a network the platform can be planned all the same.
    let plan = run(state, &["--stack", "platform", "plan"]);
    assert!(plan.contains("plan  24 to create"), "{plan}");
    let early = refused(state, &["--stack", "platform", "deploy"]);
    assert!(
        early.contains("the stack network (dev) was not deployed"),
        "{early}"
    );

    run(state, &[]);
    assert_eq!(run(state, &["plan"]).matches("no changes").count(), 2);
    let network = ["--stack", "network", "outputs"];
    let vpc = run(state, &[&network[..], &["vpc-id"]].concat());
    let world = run(state, &["world", "list"]);
    assert!(world.contains(vpc.trim()), "{world}");
    assert_eq!(world.matches("eks.Cluster ").count(), 1, "{world}");
    assert_eq!(world.matches("ec2.VPC ").count(), 1, "{world}");

    let hidden = run(state, &[&network[..], &["peering-key"]].concat());
    assert_eq!(hidden, "<secret>\n");
    let shown = [&network[..], &["peering-key", "--show-secrets"]].concat();
    let key = run(state, &shown);
    let disk = on_disk(&state.join("platform").join("dev"));
    assert!(disk.contains(vpc.trim()) && !disk.contains(key.trim()));
    let objects = run(state, &["--stack", "platform", "state", "list"]);
    assert!(objects.contains("peering"), "{objects}");

    run(state, &["destroy", "--yes"]);
    assert_eq!(run(state, &["world", "list"]), "");
}

#[test]
fn a_command_about_one_stack_asks_for_its_name() {
    let dir = tempfile::tempdir().unwrap();
    let which = refused(dir.path(), &["outputs"]);
    assert!(
        which.contains("choose one with --stack: network, platform"),
        "{which}"
    );
    let unknown = refused(dir.path(), &["--stack", "netwrok", "plan"]);
    assert!(
        unknown.contains("there is no stack `netwrok`")
            && unknown.contains("the stacks are: network, platform"),
        "{unknown}"
    );
}

#[test]
fn an_account_is_in_use_by_one_run_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let world = dir.path().join("world").join("dev");
    std::fs::create_dir_all(&world).unwrap();
    let file = std::fs::File::create(world.join("lock")).unwrap();
    file.lock().unwrap();
    let busy = refused(dir.path(), &["--stack", "network", "deploy"]);
    assert!(busy.contains("another run works with"), "{busy}");
    drop(file);
    run(dir.path(), &["--stack", "network", "deploy"]);
}
