//! The example program, killed by SIGKILL: wherever it dies, the next run ends
//! in the same place.
//!
//! A change kills 60 points of a deployment and 60 of a destruction, spread
//! evenly; `MLPLAT_PROVE=1` kills all of them.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;

use support::{command, stderr, stdout, succeed};

const STACK: &str = "zenml_stack";

/// How many fault points a command passes.
fn points(state: &Path, args: &[&str]) -> u64 {
    let output = succeed(
        command(STACK, state)
            .args(args)
            .env("MLPLAT_CRASH_AT", "count"),
    );
    let said = stderr(&output);
    let count = said
        .lines()
        .find_map(|line| line.strip_prefix("fault points: "));
    count
        .and_then(|count| count.parse().ok())
        .unwrap_or_else(|| panic!("no count in {said}"))
}

/// The points to kill at.
fn chosen(all: u64) -> Vec<u64> {
    if std::env::var_os("MLPLAT_PROVE").is_some() {
        return (1..=all).collect();
    }
    (0..60).map(|n| 1 + n * (all - 1) / 59).collect()
}

fn kill(state: &Path, args: &[&str], at: u64) {
    let mut killed = command(STACK, state);
    let output = killed
        .args(args)
        .env("MLPLAT_CRASH_AT", at.to_string())
        .output()
        .unwrap();
    assert_eq!(output.status.signal(), Some(9), "point {at} is reached");
}

/// Types and ids of everything in the simulated world.
fn world(state: &Path) -> Vec<String> {
    let listed = stdout(&succeed(command(STACK, state).args(["world", "list"])));
    listed.lines().map(str::to_owned).collect()
}

fn types(things: &[String]) -> Vec<&str> {
    let mut types: Vec<_> = things
        .iter()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    types.sort_unstable();
    types
}

#[test]
fn a_killed_deployment_resumes_to_exactly_one_of_everything() {
    let calm = tempfile::tempdir().unwrap();
    let all = points(calm.path(), &[]);
    let expected = world(calm.path());
    for at in chosen(all) {
        let dir = tempfile::tempdir().unwrap();
        kill(dir.path(), &[], at);
        succeed(&mut command(STACK, dir.path()));
        let now = world(dir.path());
        assert_eq!(types(&now), types(&expected), "killed at {at} of {all}");
        let again = stdout(&succeed(&mut command(STACK, dir.path())));
        assert!(
            again.starts_with("no changes"),
            "killed at {at} of {all}: {again}"
        );
    }
}

#[test]
fn a_killed_destruction_ends_at_zero() {
    let calm = tempfile::tempdir().unwrap();
    succeed(&mut command(STACK, calm.path()));
    let ready = calm.path().join("ready");
    copy(calm.path(), &ready);
    let all = points(calm.path(), &["destroy", "--yes"]);
    for at in chosen(all) {
        let dir = tempfile::tempdir().unwrap();
        copy(&ready, dir.path());
        kill(dir.path(), &["destroy", "--yes"], at);
        succeed(command(STACK, dir.path()).args(["destroy", "--yes"]));
        assert_eq!(
            world(dir.path()),
            Vec::<String>::new(),
            "killed at {at} of {all}"
        );
        let state = stdout(&succeed(command(STACK, dir.path()).args(["state", "list"])));
        assert_eq!(state, "", "killed at {at} of {all}");
    }
}

/// Copies the files of a state and of its world.
fn copy(from: &Path, to: &Path) {
    for below in ["", "world"] {
        std::fs::create_dir_all(to.join(below)).unwrap();
        for entry in std::fs::read_dir(from.join(below)).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_file() {
                std::fs::copy(entry.path(), to.join(below).join(entry.file_name())).unwrap();
            }
        }
    }
}
