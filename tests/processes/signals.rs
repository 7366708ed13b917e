//! Signals: the first stops, the second ends, and what was begun is found
//! again.

use std::fs::File;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::Value;

use crate::run::{Run, count, resumes};
use crate::support::{command, example, stdout, succeed};
use crate::world::{paths, state};

const ZENML: &str = "zenml_stack";
/// A network alone: 16 objects of AWS, and no cluster.
const NETWORK: [&str; 2] = ["--stack", "network"];
const BELOW: &str = "network/dev";

fn paced(program: &str, dir: &Path, pace: u32) -> Command {
    let mut command = command(program, dir);
    command.env("MLPLAT_LOCAL_PACE", pace.to_string());
    command
}

fn network(dir: &Path, pace: u32) -> Command {
    let mut command = paced("two_stacks", dir, pace);
    command.args(NETWORK);
    command
}

/// What a calm run makes.
fn calm(program: &str, args: &[&str], below: &str) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    succeed(command(program, dir.path()).args(args));
    paths(&state(&dir.path().join(below)))
}

/// The state is whole, the lock is free, and nobody is missing.
fn is_written(dir: &Path) {
    let known = state(dir);
    assert_eq!(known.serial, 1, "the run has written its snapshot");
    assert!(!dir.join("journal").exists(), "and folded its journal in");
    let lock = File::options().write(true).open(dir.join("lock")).unwrap();
    assert!(lock.try_lock().is_ok(), "the lock is free");
}

/// As a CI service cancels a job: SIGINT, 7.5 s, SIGTERM, 2.5 s, SIGKILL. The
/// calls take so long that the first signal does not see their end.
///
/// Proves fault 16.
#[test]
fn a_cancelled_job_ends_before_it_is_killed_and_the_next_one_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let mut slow = command(ZENML, dir.path());
    // A second of the account is twenty.
    let mut run = Run::start(slow.env("MLPLAT_LOCAL_PACE", "0.05"));
    run.until_started("network/nat-1-address");
    run.signal(Signal::INT);
    assert_eq!(run.ended_within(Duration::from_millis(7500)), None);
    run.signal(Signal::TERM);
    let ended = run.ended_within(Duration::from_millis(2500));
    let (status, took) = ended.unwrap_or_else(|| {
        run.signal(Signal::KILL);
        panic!("it had to be killed");
    });
    run.finish();
    assert_eq!(status.code(), Some(130));
    assert!(took < Duration::from_secs(1), "{took:?}");
    let after = run.after("cancelling");
    assert_eq!(count(after, "started"), 0, "{after:?}");
    let open = state(dir.path()).open.len();
    assert!(open > 0, "calls were under way, and it is known which");
    is_written(dir.path());
    let history = succeed(command(ZENML, dir.path()).args(["state", "history"]));
    let history = stdout(&history);
    assert!(history.contains("cancelled"), "{history}");
    resumes(ZENML, &[], (dir.path(), ""), &calm(ZENML, &[], ""));
    println!(
        "figure: cancelled as by CI with {open} calls under way: exit 130 in {} ms after the second signal",
        took.as_millis()
    );
}

/// Each of the three alone is a request to stop: calls under way are awaited.
///
/// Proves fault 16.
#[test]
fn one_signal_of_any_kind_waits_for_the_calls_under_way() {
    let calm = calm("two_stacks", &NETWORK, BELOW);
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let dir = tempfile::tempdir().unwrap();
        let mut run = Run::start(&mut network(dir.path(), 2));
        run.until_started("network/nat-1-address");
        run.signal(signal);
        let status = run.finish();
        assert_eq!(status.code(), Some(130), "{signal:?}");
        let after = run.after("cancelling");
        assert_eq!(count(after, "started"), 0, "{signal:?}: {after:?}");
        let awaited =
            |event: &Value| event["type"] == "done" && event["path"] == "network/nat-1-address";
        assert!(after.iter().any(awaited), "{signal:?}: {after:?}");
        assert_eq!(state(&dir.path().join(BELOW)).open.len(), 0);
        is_written(&dir.path().join(BELOW));
        resumes("two_stacks", &NETWORK, (dir.path(), BELOW), &calm);
    }
    println!(
        "figure: SIGINT, SIGTERM and SIGHUP alone: calls under way awaited, exit 130, resumed"
    );
}

/// Whoever says `nohup` means it.
///
/// Proves fault 16.
#[test]
fn a_run_that_is_to_outlive_its_terminal_does() {
    let dir = tempfile::tempdir().unwrap();
    let mut shell = network(dir.path(), 60);
    let args: Vec<_> = shell.get_args().map(ToOwned::to_owned).collect();
    let variables: Vec<_> = shell
        .get_envs()
        .map(|(k, v)| (k.to_owned(), v.map(ToOwned::to_owned)))
        .collect();
    shell = Command::new("sh");
    shell.args(["-c", "trap '' HUP; exec \"$0\" \"$@\""]);
    shell.arg(example("two_stacks")).args(args);
    for (name, value) in variables {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    let mut run = Run::start(&mut shell);
    run.until_started("network/nat-1");
    run.signal(Signal::HUP);
    assert_eq!(run.finish().code(), Some(0));
    assert_eq!(count(&run.events, "cancelling"), 0);
    println!("figure: SIGHUP under nohup: the run goes on to its end");
}

/// A signal at any event, and two at once.
///
/// Proves fault 16.
#[test]
fn a_signal_at_any_event_leaves_what_the_next_run_goes_on_from() {
    let calm = calm("two_stacks", &NETWORK, BELOW);
    let dir = tempfile::tempdir().unwrap();
    let mut run = Run::start(&mut network(dir.path(), 5000));
    assert!(run.finish().success());
    let all = run.events.len();
    let mut points = 0;
    for stratum in 0..12 {
        let at = 1 + stratum * (all - 1) / 12;
        let dir = tempfile::tempdir().unwrap();
        let mut run = Run::start(&mut network(dir.path(), 5000));
        for _ in 0..at {
            run.next();
        }
        run.signal(Signal::INT);
        if stratum % 2 == 1 {
            run.signal(Signal::TERM);
        }
        let status = run.finish();
        let stopped = status.code() == Some(130);
        assert!(stopped || status.success(), "at event {at}: {status}");
        if stopped && count(&run.events, "cancelling") > 0 {
            assert_eq!(count(run.after("cancelling"), "started"), 0);
        }
        let last = run.events.last().unwrap();
        assert_eq!(last["type"], "summary", "at event {at}");
        resumes("two_stacks", &NETWORK, (dir.path(), BELOW), &calm);
        points += 1;
    }
    println!("figure: a signal at {points} of {all} events, 0 runs that did not resume");
}
