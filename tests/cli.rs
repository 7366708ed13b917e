//! The whole command line, from outside: exit statuses and literal output.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::fs::File;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use support::{command, stderr, stdout, succeed};

fn hello(state: &Path, words: &[&str]) -> Output {
    command("hello", state).args(words).output().unwrap()
}

/// Standard output of a run that ends well, with ids made equal.
fn said(state: &Path, words: &[&str]) -> String {
    let output = succeed(command("hello", state).args(words));
    without_ids(&stdout(&output))
}

/// `null-` and 32 digits are another text in every run.
fn without_ids(text: &str) -> String {
    let mut parts = text.split("null-");
    let mut out = parts.next().unwrap().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_hexdigit).count();
        out.push_str("null-ID");
        out.push_str(&part[digits..]);
    }
    out
}

#[test]
fn deployed_twice_and_destroyed() {
    let dir = tempfile::tempdir().unwrap();
    insta::assert_snapshot!(said(dir.path(), &[]), @r#"
    hello · dev  nothing is deployed yet

      + first   null.Resource  examples/hello.rs:31
      + echo-0  null.Resource  examples/hello.rs:35
      + echo-1  null.Resource  examples/hello.rs:35

    plan  3 to create
    deployed  3 done, in 0s (the longest way took 0s)

    outputs
      first     null-ID
      greeting  hello from dev
    "#);
    let again = said(dir.path(), &[]);
    assert_eq!(again.lines().next(), Some("no changes"));
    insta::assert_snapshot!(said(dir.path(), &["destroy"]), @r#"
    hello · dev  on top of deployment 1; for all of it: it is no longer in the program

      - first   null.Resource
      - echo-0  null.Resource
      - echo-1  null.Resource

    plan  3 to delete
    destroyed  3 done, in 0s (the longest way took 0s)
    "#);
    assert_eq!(said(dir.path(), &["destroy"]), "no changes\n");
    assert_eq!(said(dir.path(), &["state", "list"]), "");
}

#[test]
fn a_plan_says_what_changes_and_exits_with_two_on_request() {
    let dir = tempfile::tempdir().unwrap();
    said(dir.path(), &[]);
    let changed = ["plan", "--set", "greeting=hi", "--set", "copies=1"];
    insta::assert_snapshot!(said(dir.path(), &changed), @r#"
    hello · dev  on top of deployment 1

      ~ first   null.Resource  examples/hello.rs:31
          Value  hello → hi
      ~ echo-0  null.Resource  examples/hello.rs:35
          Value  hello → hi
      - echo-1  null.Resource  it is no longer in the program

    plan  2 to update, 1 to delete
    "#);
    let status = |words: &[&str]| hello(dir.path(), words).status.code();
    assert_eq!(status(&["plan", "--detailed-exitcode"]), Some(0));
    assert_eq!(
        status(&["--set", "copies=1", "plan", "--detailed-exitcode"]),
        Some(2)
    );
    assert_eq!(status(&["drift", "--detailed-exitcode"]), Some(0));
}

#[test]
fn a_saved_plan_is_carried_out_once() {
    let dir = tempfile::tempdir().unwrap();
    let (state, file) = (dir.path().join("state"), dir.path().join("plan.json"));
    let file = file.to_str().unwrap();
    said(&state, &["plan", "--out", file]);
    said(&state, &["deploy", file]);
    let again = hello(&state, &["deploy", file]);
    assert_eq!(again.status.code(), Some(1));
    insta::assert_snapshot!(stderr(&again), @r#"
    error: the plan was carried out before (stale-plan)
      do   make a new plan
    "#);
}

#[test]
fn outputs_in_every_form() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(said(dir.path(), &["outputs"]), "");
    said(dir.path(), &["--env", "prod"]);
    assert_eq!(
        said(dir.path(), &["outputs", "greeting"]),
        "hello from prod\n"
    );
    let env = said(dir.path(), &["outputs", "--format", "env"]);
    assert_eq!(env, "FIRST='null-ID'\nGREETING='hello from prod'\n");
    let json = said(dir.path(), &["outputs", "--format", "json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["greeting"]["value"], "hello from prod");
    assert_eq!(json["greeting"]["secret"], false);
    let none = hello(dir.path(), &["outputs", "nope"]);
    assert_eq!(none.status.code(), Some(1));
    insta::assert_snapshot!(stderr(&none), @r#"
    error: there is no output nope (no-such-output)
      do   the outputs are: first, greeting
    "#);
}

#[test]
fn the_state_is_listed_moved_and_forgotten() {
    let dir = tempfile::tempdir().unwrap();
    said(dir.path(), &[]);
    assert_eq!(
        said(dir.path(), &["state", "list"]),
        "echo-0 null.Resource null-ID\necho-1 null.Resource null-ID\nfirst null.Resource null-ID\n"
    );
    said(dir.path(), &["state", "mv", "echo-1", "echo-9"]);
    said(dir.path(), &["state", "rm", "echo-0"]);
    assert_eq!(
        said(dir.path(), &["state", "list"]),
        "echo-9 null.Resource null-ID\nfirst null.Resource null-ID\n"
    );
    let taken = hello(dir.path(), &["state", "mv", "echo-9", "first"]);
    assert_eq!(taken.status.code(), Some(1));
    insta::assert_snapshot!(stderr(&taken), @r#"
    error: something is at first already (path-taken)
      do   choose another path
    "#);
}

#[test]
fn events_are_json_lines_and_end_with_a_summary() {
    let dir = tempfile::tempdir().unwrap();
    for done in [3, 0] {
        let text = said(dir.path(), &["--json"]);
        let events: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert!(
            events
                .iter()
                .all(|event| event["v"] == 1 && event["t_s"].is_number())
        );
        let last = events.last().unwrap();
        assert_eq!(last["type"], "summary");
        assert_eq!(last["done"], done);
    }
}

#[test]
fn what_cannot_be_is_refused_with_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    let held = dir.path().join("held");
    said(&held, &[]);
    let lock = File::options().write(true).open(held.join("lock")).unwrap();
    lock.lock().unwrap();
    let mut shown = String::new();
    let cases: [(&Path, &[&str]); 6] = [
        (dir.path(), &["--set", "greting=hi", "plan"]),
        (dir.path(), &["--set", "copies=many", "plan"]),
        (dir.path(), &["--only", "a//b", "plan"]),
        (dir.path(), &["--target", "aws", "plan"]),
        (dir.path(), &["why", "frist"]),
        (&held, &["--set", "copies=3", "deploy"]),
    ];
    for (state, words) in cases {
        let output = hello(state, words);
        assert_eq!(output.status.code(), Some(1), "{words:?}");
        let error = stderr(&output);
        // Who holds the lock, and for how long, differs from run to run.
        let error: Vec<&str> = error
            .lines()
            .filter(|line| !line.contains("is locked by"))
            .collect();
        shown.push_str(&format!(
            "$ hello {}\n{}\n",
            words.join(" "),
            error.join("\n")
        ));
    }
    insta::assert_snapshot!(shown, @r#"
    $ hello --set greting=hi plan
    error: unknown setting `greting` (unknown-setting)
      at   examples/hello.rs:30
      why  it came from --set greting
      do   did you mean `greeting`?
    $ hello --set copies=many plan
    error: the settings do not fit the program: a value should be u8 (bad-setting)
      at   examples/hello.rs:30
      why  settings came from --set copies
      do   give each setting a value of its type
    $ hello --only a//b plan
    error: a name cannot be empty (bad-path)
      do   name a path as `state list` shows it
    $ hello --target aws plan
    error: this version has no live AWS target yet (no-aws-target)
      do   leave `--target aws` out: the local target is a simulated account
    $ hello why frist
    error: nothing is at frist (no-such-node)
      do   `state list` and `graph --detail` show all paths
    $ hello --set copies=3 deploy
      do   wait until it is done; the lock is freed by itself when that process ends
    "#);
    let unwritable = hello(&file, &["deploy"]);
    assert_eq!(unwritable.status.code(), Some(1));
    assert!(
        stderr(&unwritable).contains("failed to"),
        "{}",
        stderr(&unwritable)
    );
}

#[test]
fn a_wrong_command_line_is_a_failure_and_help_is_none() {
    let dir = tempfile::tempdir().unwrap();
    let wrong = hello(dir.path(), &["nonsense"]);
    assert_eq!(
        (wrong.status.code(), stdout(&wrong)),
        (Some(1), String::new())
    );
    let help = hello(dir.path(), &["--help"]);
    assert_eq!(
        (help.status.code(), stderr(&help)),
        (Some(0), String::new())
    );
    assert!(stdout(&help).contains("Exit status"));
    let bash = hello(dir.path(), &["completions", "bash"]);
    assert!(stdout(&bash).contains("_hello"));
}

#[test]
fn text_of_users_never_steers_the_terminal() {
    let dir = tempfile::tempdir().unwrap();
    said(dir.path(), &[]);
    let words = [
        "--color",
        "never",
        "--set",
        "greeting=\u{1b}[2Jboo\u{202e}",
        "plan",
    ];
    let plan = said(dir.path(), &words);
    assert!(plan.contains("hello → \\u{1b}[2Jboo\\u{202e}"), "{plan}");
    assert!(!plan.contains(['\u{1b}', '\u{202e}']));
}

#[test]
fn colours_only_where_they_are_wanted() {
    let dir = tempfile::tempdir().unwrap();
    let escapes = |words: &[&str]| {
        let mut command = command("hello", dir.path());
        let output = succeed(command.env_remove("NO_COLOR").args(words));
        stdout(&output).contains('\u{1b}')
    };
    assert!(!escapes(&["plan"]), "a pipe is no terminal");
    assert!(escapes(&["plan", "--color", "always"]));
    assert!(!escapes(&["plan", "--color", "never"]));
    assert!(!escapes(&["plan", "--color", "always", "--format", "json"]));
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let dir = tempfile::tempdir().unwrap();
    let mut child = command("hello", dir.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(!stderr(&output).contains("panicked"));
    assert_eq!(said(dir.path(), &["state", "list"]).lines().count(), 3);
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_exits_with_130_and_the_next_one_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let mut child = command("zenml_stack", dir.path())
        .env("MLPLAT_LOCAL_PACE", "20")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_for_work(&dir.path().join("journal"));
    let interrupt = || {
        let pid = child.id().to_string();
        let killed = std::process::Command::new("kill")
            .args(["-INT", &pid])
            .status();
        assert!(killed.unwrap().success());
    };
    interrupt();
    std::thread::sleep(Duration::from_millis(300));
    interrupt();
    let begun = Instant::now();
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(130));
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "the second signal does not wait"
    );
    succeed(&mut command("zenml_stack", dir.path()));
    let plan = succeed(command("zenml_stack", dir.path()).arg("plan"));
    assert_eq!(stdout(&plan).lines().next(), Some("no changes"));
}

/// Until the journal has something in it: then the run is under way.
#[cfg(unix)]
fn wait_for_work(journal: &Path) {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(30) {
        let length = std::fs::metadata(journal).map_or(0, |file| file.len());
        if length > 2_000 {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("nothing was begun in 30 s");
}
