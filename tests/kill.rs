//! The example programs, killed by SIGKILL: wherever they die, the next run
//! ends in the same place, and what belongs to others is as it was.
//!
//! A change kills 60 points of a deployment and 60 of a destruction of the
//! ZenML platform, spread evenly, and some of the other programs;
//! `MLPLAT_PROVE=1` kills all of them. Before anything is deployed the account
//! has things of somebody else and the network of another stack.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;
mod world;

use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;
use support::{command, stderr, stdout, succeed};
use world::{Thing, complaints, paths, state, things, touched};

/// An example program, and where it keeps things.
struct Program {
    name: &'static str,
    args: &'static [&'static str],
    /// Its states, below its folder.
    states: &'static [&'static str],
    /// Its account, below its folder.
    account: &'static str,
    /// Points to kill of each command.
    points: u64,
}

const ZENML: Program = Program {
    name: "zenml_stack",
    args: &[],
    states: &[""],
    account: "world",
    points: 60,
};
const TWO_STACKS: Program = Program {
    name: "two_stacks",
    args: &[],
    states: &["network/dev", "platform/dev"],
    account: "world/dev",
    points: 10,
};
const NETWORK: Program = Program {
    args: &["--stack", "network"],
    states: &["network/dev"],
    points: 12,
    ..TWO_STACKS
};
const CUSTOM: Program = Program {
    name: "custom_resource",
    points: 8,
    ..ZENML
};

const DESTROY: [&str; 2] = ["destroy", "--yes"];

impl Program {
    fn command(&self, dir: &Path, args: &[&str]) -> Command {
        let mut command = command(self.name, dir);
        command.env("NOTES", dir.join("notes"));
        command.args(self.args).args(args);
        command
    }

    fn account(&self, dir: &Path) -> PathBuf {
        dir.join(self.account)
    }

    /// An account in which others are already.
    fn inhabited(&self) -> tempfile::TempDir {
        let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let account = self.account(dir.path());
        let mut network = command("two_stacks", other.path());
        network.args(["--stack", "network"]);
        succeed(network.env("MLPLAT_LOCAL_WORLD", &account));
        world::put_foreign(&account);
        dir
    }

    /// How many fault points a command passes.
    fn points(&self, dir: &Path, args: &[&str]) -> u64 {
        let mut counted = self.command(dir, args);
        let said = stderr(&succeed(counted.env("MLPLAT_CRASH_AT", "count")));
        let each = said
            .lines()
            .filter_map(|line| line.strip_prefix("fault points: "));
        each.map(|count| count.parse::<u64>().unwrap())
            .max()
            .unwrap_or_else(|| panic!("no count in {said}"))
    }

    /// The points to kill at.
    fn chosen(&self, all: u64) -> Vec<u64> {
        if std::env::var_os("MLPLAT_PROVE").is_some() {
            return (1..=all).collect();
        }
        let last = self.points - 1;
        (0..=last).map(|n| 1 + n * (all - 1) / last).collect()
    }

    fn kill(&self, dir: &Path, args: &[&str], at: u64) {
        let mut killed = self.command(dir, args);
        killed.env("MLPLAT_CRASH_AT", at.to_string());
        let output = killed.output().unwrap();
        assert_eq!(output.status.signal(), Some(9), "point {at} is reached");
    }

    /// What each of the states knows.
    fn known(&self, dir: &Path) -> Vec<Vec<String>> {
        let each = self.states.iter().map(|below| dir.join(below));
        each.map(|folder| paths(&state(&folder))).collect()
    }

    /// What is wrong after a deployment that has come to its end.
    fn judged(&self, dir: &Path, others: &[Thing], known: &[Vec<String>]) -> Vec<String> {
        let now = things(&self.account(dir));
        let mut wrong = touched(others, &now);
        for below in self.states {
            wrong.extend(complaints(&state(&dir.join(below)), &now));
        }
        if self.known(dir) != known {
            wrong.push(format!("it knows {:?}", self.known(dir)));
        }
        let plan = stdout(&succeed(&mut self.command(dir, &["plan"])));
        if plan.matches("no changes").count() != self.states.len() {
            wrong.push(plan);
        }
        wrong
    }

    /// Kills a deployment at each of the chosen points; how many there were.
    fn deployment(&self) -> (usize, u64) {
        let start = self.inhabited();
        let others = things(&self.account(start.path()));
        assert!(others.len() > 20, "others are there: {}", others.len());
        let calm = copied(start.path());
        let all = self.points(calm.path(), &[]);
        let known = self.known(calm.path());
        assert_eq!(
            self.judged(calm.path(), &others, &known),
            Vec::<String>::new()
        );
        let chosen = self.chosen(all);
        for at in &chosen {
            let dir = copied(start.path());
            self.kill(dir.path(), &[], *at);
            succeed(&mut self.command(dir.path(), &[]));
            let wrong = self.judged(dir.path(), &others, &known);
            assert_eq!(wrong, Vec::<String>::new(), "killed at {at} of {all}");
        }
        (chosen.len(), all)
    }

    /// The same with a destruction.
    fn destruction(&self) -> (usize, u64) {
        let ready = self.inhabited();
        let others = things(&self.account(ready.path()));
        succeed(&mut self.command(ready.path(), &[]));
        let calm = copied(ready.path());
        let all = self.points(calm.path(), &DESTROY);
        let chosen = self.chosen(all);
        for at in &chosen {
            let dir = copied(ready.path());
            self.kill(dir.path(), &DESTROY, *at);
            succeed(&mut self.command(dir.path(), &DESTROY));
            let now = things(&self.account(dir.path()));
            assert_eq!(
                touched(&others, &now),
                Vec::<String>::new(),
                "killed at {at}"
            );
            assert_eq!(now.len(), others.len(), "killed at {at} of {all}: {now:?}");
            let nothing = vec![Vec::<String>::new(); self.states.len()];
            assert_eq!(self.known(dir.path()), nothing, "killed at {at} of {all}");
            let notes = std::fs::read_dir(dir.path().join("notes"));
            assert_eq!(notes.map_or(0, Iterator::count), 0, "killed at {at}");
        }
        (chosen.len(), all)
    }
}

/// A copy of a folder with everything in it.
fn copied(from: &Path) -> tempfile::TempDir {
    fn copy(from: &Path, to: &Path) {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let to = to.join(entry.file_name());
            match entry.file_type().unwrap().is_dir() {
                true => copy(&entry.path(), &to),
                false => {
                    std::fs::copy(entry.path(), to).unwrap();
                }
            }
        }
    }
    let dir = tempfile::tempdir().unwrap();
    copy(from, dir.path());
    dir
}

/// Proves fault 1.
#[test]
fn a_killed_deployment_resumes_to_exactly_one_of_everything() {
    let (killed, all) = ZENML.deployment();
    println!("figure: killed at {killed} of {all} points of a deployment, 0 bad");
}

/// Proves fault 1.
#[test]
fn a_killed_destruction_ends_at_zero() {
    let (killed, all) = ZENML.destruction();
    println!("figure: killed at {killed} of {all} points of a destruction, 0 bad");
}

/// Two stacks on one account, and a resource type of the program's own.
///
/// Proves fault 1.
#[test]
fn the_other_programs_resume_as_well() {
    for program in [&TWO_STACKS, &CUSTOM] {
        for (killed, all) in [program.deployment(), program.destruction()] {
            println!(
                "figure: {}: killed at {killed} of {all} points, 0 bad",
                program.name
            );
        }
    }
}

/// The judgement itself: each thing that could be wrong is seen.
#[test]
fn a_leak_a_loss_and_a_touch_are_seen() {
    let start = NETWORK.inhabited();
    let others = things(&NETWORK.account(start.path()));
    succeed(&mut NETWORK.command(start.path(), &[]));
    let known = NETWORK.known(start.path());
    let judged = |dir: &Path| NETWORK.judged(dir, &others, &known);
    assert_eq!(judged(start.path()), Vec::<String>::new());
    let lineage = state(&start.path().join("network/dev")).lineage;
    let own = things(&NETWORK.account(start.path()));
    let own = |ty: &str| {
        let ours = |thing: &&Thing| thing.owner == lineage && thing.ty == ty;
        own.iter().find(ours).unwrap().clone()
    };

    let leaked = copied(start.path());
    world::put_leaked(&NETWORK.account(leaked.path()), &own("ec2.EIP").id);
    let wrong = judged(leaked.path());
    assert!(
        wrong.iter().any(|one| one.contains("things are ours")),
        "{wrong:?}"
    );

    let lost = copied(start.path());
    world::take_away(&NETWORK.account(lost.path()), &own("ec2.Route").id);
    let wrong = judged(lost.path());
    assert!(
        wrong.iter().any(|one| one.contains("ec2.Route")),
        "{wrong:?}"
    );

    let edited = copied(start.path());
    let foreign = others.iter().find(|thing| thing.ty == "s3.Bucket").unwrap();
    let account = NETWORK.account(edited.path());
    world::edit(&account, &foreign.id, "Tags", json!({"a": "b"}));
    let wrong = judged(edited.path());
    assert_eq!(wrong, [format!("s3.Bucket {}", foreign.id)]);
}

/// An engine that keeps no journal: its runs are killed as the others are, and
/// the same judgement finds out.
#[test]
fn an_engine_that_forgets_what_it_began_is_caught() {
    let start = NETWORK.inhabited();
    let others = things(&NETWORK.account(start.path()));
    let calm = copied(start.path());
    let all = NETWORK.points(calm.path(), &[]);
    let known = NETWORK.known(calm.path());
    let mut caught = 0;
    for at in NETWORK.chosen(all) {
        let dir = copied(start.path());
        NETWORK.kill(dir.path(), &[], at);
        let _ = std::fs::remove_file(dir.path().join("network/dev/journal"));
        let resumed = NETWORK.command(dir.path(), &[]).output().unwrap();
        let bad =
            !resumed.status.success() || !NETWORK.judged(dir.path(), &others, &known).is_empty();
        caught += usize::from(bad);
    }
    assert!(caught > 0, "it went unnoticed at every point");
}
