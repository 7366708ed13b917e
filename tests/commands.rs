//! The whole command line, from outside: the commands that mend a state and a
//! world, and the options that steer a run.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;
mod world;

use std::fs::File;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use support::{command, stderr, stdout, succeed};

fn hello(dir: &Path, words: &[&str]) -> Output {
    command("hello", dir).args(words).output().unwrap()
}

/// A network alone: 16 objects of AWS, and no cluster.
fn network(dir: &Path, words: &[&str]) -> Command {
    let mut command = command("two_stacks", dir);
    command.args(["--stack", "network"]).args(words);
    command
}

fn said(dir: &Path, words: &[&str]) -> String {
    stdout(&succeed(&mut network(dir, words)))
}

fn refused(dir: &Path, words: &[&str]) -> String {
    let output = network(dir, words).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
    stderr(&output)
}

fn vpc(dir: &Path) -> String {
    said(dir, &["outputs", "vpc-id"]).trim().to_owned()
}

fn count(dir: &Path, ty: &str) -> usize {
    let listed = said(dir, &["world", "list"]);
    listed.lines().filter(|line| line.starts_with(ty)).count()
}

#[test]
fn a_state_is_made_once_and_its_lock_is_looked_at() {
    let dir = tempfile::tempdir().unwrap();
    let shown = |output: &Output| {
        let told = stdout(output) + &stderr(output);
        told.replace(&*dir.path().to_string_lossy(), "DIR")
    };
    let run = |words: &[&str]| hello(dir.path(), words);
    let mut told = Vec::new();
    for words in [["state", "unlock"], ["state", "init"], ["state", "init"]] {
        let output = run(&words);
        assert!(output.status.success());
        told.push(shown(&output));
    }
    let lock = File::options()
        .write(true)
        .open(dir.path().join("lock"))
        .unwrap();
    lock.lock().unwrap();
    let held = run(&["state", "unlock"]);
    assert_eq!(held.status.code(), Some(1));
    let held = shown(&held);
    let (who, rest) = held.split_once(" holds the lock for ").unwrap();
    assert!(who.contains("(process "), "{held}");
    assert!(
        rest.contains(" s; it is free as soon as that process ends"),
        "{held}"
    );
    insta::assert_snapshot!(told.concat(), @r#"
    there is no state, and no lock
    made an empty state in DIR
    there is a state in DIR already
    "#);
    drop(lock);
    let free = run(&["state", "unlock"]);
    assert_eq!(stdout(&free), "nobody holds the lock\n");
    assert!(stdout(&run(&["plan"])).contains("plan  3 to create"));
    assert!(run(&["deploy"]).status.success());
}

#[test]
fn an_object_that_exists_is_taken_into_the_state() {
    let dir = tempfile::tempdir().unwrap();
    said(dir.path(), &[]);
    let id = vpc(dir.path());
    said(dir.path(), &["state", "rm", "network/vpc"]);
    let nowhere = refused(dir.path(), &["state", "import", "network/vcp", &id]);
    let nothing = refused(dir.path(), &["state", "import", "network/vpc", "vpc-0"]);
    let tagged = refused(dir.path(), &["state", "import", "network/vpc", &id]);
    world::untag(&dir.path().join("world/dev"), &id);
    insta::assert_snapshot!([nowhere, nothing, tagged.replace(&id, "ID")].concat(), @r#"
    error: the program has no resource at network/vcp (no-such-node)
      do   `plan` shows the paths of all resources
    error: failed to read the ec2.VPC vpc-0: NotFound: ec2.VPC vpc-0 does not exist (not-imported)
      do   name the id of an object that exists
    error: network/vpc: the ec2.VPC ID carries the tag of the state that made it (not-imported)
      at   examples/two_stacks.rs:45
      do   `state mv` moves an object within its state; to take it over from another one, `state rm` it there and remove its mlplat tags first
    "#);
    let imported = succeed(&mut network(
        dir.path(),
        &["state", "import", "network/vpc", &id],
    ));
    assert_eq!(
        stderr(&imported),
        format!("network/vpc is {id} now; `plan` shows how it differs from the program\n")
    );
    let again = refused(dir.path(), &["state", "import", "network/vpc", &id]);
    assert!(again.contains("(path-taken)"), "{again}");
    let listed = said(dir.path(), &["state", "list"]);
    assert!(
        listed.contains(&format!("network/vpc ec2.VPC {id}\n")),
        "{listed}"
    );
    said(dir.path(), &["deploy"]);
    assert!(said(dir.path(), &["plan"]).starts_with("no changes"));
    assert_eq!((vpc(dir.path()), count(dir.path(), "ec2.VPC ")), (id, 1));
    let history = said(dir.path(), &["state", "history"]);
    assert!(
        history.contains("state import network/vpc vpc-"),
        "{history}"
    );
    said(dir.path(), &["destroy"]);
    assert_eq!(said(dir.path(), &["world", "list"]), "");
}

#[test]
fn what_was_deleted_outside_is_seen_by_whoever_looks() {
    let dir = tempfile::tempdir().unwrap();
    said(dir.path(), &[]);
    let routes = said(dir.path(), &["world", "list", "--json"]);
    let routes: Value = serde_json::from_str(&routes).unwrap();
    let route = routes
        .as_array()
        .unwrap()
        .iter()
        .find(|thing| thing["type"] == "ec2.Route");
    let route = route.unwrap()["id"].as_str().unwrap().to_owned();
    said(dir.path(), &["world", "delete", &route]);
    let nothing = refused(dir.path(), &["world", "delete", &route]);
    assert!(
        nothing.contains("no object has the id") && nothing.contains("`world list`"),
        "{nothing}"
    );
    let believed = said(dir.path(), &["plan", "--no-refresh"]);
    assert!(believed.starts_with("no changes"), "{believed}");
    let looked = said(dir.path(), &["plan"]);
    assert!(looked.contains("it was deleted outside"), "{looked}");
    said(dir.path(), &["deploy"]);
    assert_eq!(count(dir.path(), "ec2.Route "), 2);
    assert!(said(dir.path(), &["plan"]).starts_with("no changes"));
}

#[test]
fn a_field_that_was_changed_outside_is_drift_and_put_back() {
    let dir = tempfile::tempdir().unwrap();
    said(dir.path(), &[]);
    let id = vpc(dir.path());
    assert_eq!(said(dir.path(), &["drift"]), "no drift\n");
    let unknown = refused(dir.path(), &["world", "set", &id, "Colour=red"]);
    assert!(unknown.contains("ec2.VPC has no field Colour"), "{unknown}");
    said(
        dir.path(),
        &["world", "set", &id, "EnableDnsHostnames=false"],
    );
    let drift = ["drift", "--detailed-exitcode"];
    let drift = network(dir.path(), &drift).output().unwrap();
    assert_eq!(drift.status.code(), Some(2));
    insta::assert_snapshot!(stdout(&drift), @r#"
    network  examples/two_stacks.rs:45
      ~ vpc  ec2.VPC  drift: EnableDnsHostnames changed outside
          EnableDnsHostnames  false → true  drift: changed outside, put back

    drift 1 object changed outside; `deploy` puts it back
    "#);
    let json = said(dir.path(), &["drift", "--json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    let changed = &json["changed"][0];
    assert_eq!(changed["path"], "network/vpc");
    assert_eq!(changed["reasons"][0]["field"], "EnableDnsHostnames");
    said(dir.path(), &["deploy"]);
    let shown = said(dir.path(), &["world", "show", &id]);
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["inputs"]["EnableDnsHostnames"], true);
    assert_eq!(said(dir.path(), &["drift"]), "no drift\n");
}

#[test]
fn a_pinned_answer_is_asked_again_on_request() {
    let dir = tempfile::tempdir().unwrap();
    said(dir.path(), &[]);
    // In another region the zones have other names: whoever asks hears of it.
    let plan = |words: &[&str]| {
        let elsewhere = [&["plan", "--region", "us-east-1"], words].concat();
        said(dir.path(), &elsewhere)
    };
    assert!(plan(&[]).starts_with("no changes"));
    let asked = plan(&["--refresh-lookups"]);
    let zone = "AvailabilityZone  eu-west-1a → us-east-1a";
    assert!(asked.contains(zone), "{asked}");
    assert!(plan(&[]).starts_with("no changes"), "a plan pins nothing");
    let elsewhere = ["deploy", "--region", "us-east-1", "--refresh-lookups"];
    said(dir.path(), &elsewhere);
    assert!(plan(&[]).starts_with("no changes"));
    let history = said(dir.path(), &["state", "history"]);
    assert!(history.contains("deploy --refresh-lookups"), "{history}");
}

#[test]
fn a_graph_for_markdown() {
    let dir = tempfile::tempdir().unwrap();
    let drawn = stdout(&hello(dir.path(), &["graph", "--format", "mermaid"]));
    insta::assert_snapshot!(drawn, @r#"
    flowchart TB
      n_0["first<br/>null.Resource"]
      n_1["echo-0<br/>null.Resource"]
      n_2["echo-1<br/>null.Resource"]
      n_0 --> n_1
      n_0 --> n_2
    "#);
    let detailed = said(dir.path(), &["graph", "--format", "mermaid", "--detail"]);
    assert!(
        detailed.contains("subgraph") && detailed.contains("ec2.VPC"),
        "{detailed}"
    );
}

#[test]
fn a_hostile_account_is_lived_through_and_said_on_request() {
    let dir = tempfile::tempdir().unwrap();
    let hostile = |words: &[&str], faults: &str| {
        let mut command = network(dir.path(), words);
        command.env("MLPLAT_LOCAL_FAULTS", faults).output().unwrap()
    };
    let wrong = hostile(&["plan"], "seed=1,throtle=0.5");
    assert_eq!(wrong.status.code(), Some(1));
    let wrong = stderr(&wrong);
    assert!(
        wrong.contains("(bad-faults)") && wrong.contains("throttle=P"),
        "{wrong}"
    );

    let denied = hostile(&["deploy"], "deny=ec2.EIP:create");
    assert_eq!(denied.status.code(), Some(1));
    let denied = stdout(&denied);
    assert!(
        denied.contains("AccessDenied") && denied.contains("ec2.EIP"),
        "{denied}"
    );

    let rough = hostile(
        &["deploy", "-v"],
        "seed=7,throttle=0.4,5xx=0.2,lost_reply=0.1,lag=0.5",
    );
    assert!(
        rough.status.success(),
        "{}{}",
        stdout(&rough),
        stderr(&rough)
    );
    let told = stderr(&rough);
    let marked = |mark: &str| told.lines().filter(|line| line.starts_with(mark)).count();
    assert!(marked("↻") > 1, "tried again: {told}");
    assert!(
        marked("›") > 1 && marked("✓") > 1 && marked("…") > 0,
        "{told}"
    );
    assert!(said(dir.path(), &["plan"]).starts_with("no changes"));
    assert_eq!(count(dir.path(), "ec2.EIP "), 1);
}

#[test]
fn fewer_calls_at_the_same_time_take_longer() {
    let took = |calls: &str| {
        let dir = tempfile::tempdir().unwrap();
        let events = said(dir.path(), &["--json", "--parallelism", calls]);
        let last: Value = serde_json::from_str(events.lines().last().unwrap()).unwrap();
        assert_eq!(
            (&last["type"], &last["failed"]),
            (&"summary".into(), &0.into())
        );
        last["elapsed_s"].as_f64().unwrap()
    };
    let (one, many) = (took("1"), took("64"));
    assert!(one > many + 2.0, "{one} s one by one, {many} s together");
    let dir = tempfile::tempdir().unwrap();
    let none = hello(dir.path(), &["--parallelism", "0", "plan"]);
    assert_eq!(none.status.code(), Some(1));
    assert!(
        stderr(&none).contains("0 is not in 1.."),
        "{}",
        stderr(&none)
    );
}

#[test]
fn a_plan_says_that_it_counts_what_an_interrupted_run_did() {
    let dir = tempfile::tempdir().unwrap();
    let calm = network(dir.path(), &["plan"]).output().unwrap();
    assert_eq!(stderr(&calm), "");
    let mut killed = network(dir.path(), &[]);
    killed.env("MLPLAT_CRASH_AT", "60").output().unwrap();
    for command in ["plan", "drift"] {
        let output = succeed(&mut network(dir.path(), &[command]));
        let told = stderr(&output);
        assert_eq!(told.lines().count(), 1, "{told}");
        assert!(
            told.starts_with("!  the last run was interrupted after "),
            "{told}"
        );
        assert!(told.contains(" did is looked up first"), "{told}");
    }
    said(dir.path(), &[]);
    assert_eq!(stderr(&succeed(&mut network(dir.path(), &["plan"]))), "");
}

#[test]
fn an_option_without_effect_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mut shown = String::new();
    let cases: [&[&str]; 6] = [
        &["why", "first", "--json"],
        &["doctor", "--json"],
        &["state", "rm", "first", "--json"],
        &["rotate", "--list", "--json"],
        &["outputs", "--only", "first"],
        &["plan", "--ask", "greeting"],
    ];
    for words in cases {
        let output = hello(dir.path(), words);
        assert_eq!(output.status.code(), Some(1), "{words:?}");
        shown.push_str(&format!("$ hello {}\n{}", words.join(" "), stderr(&output)));
    }
    insta::assert_snapshot!(shown, @r#"
    $ hello why first --json
    error: --json has no effect on `why`, which has no such form (no-json)
      do   leave --json out
    $ hello doctor --json
    error: --json has no effect on `doctor`, which has no such form (no-json)
      do   leave --json out
    $ hello state rm first --json
    error: --json has no effect on `state rm`, which has no such form (no-json)
      do   leave --json out
    $ hello rotate --list --json
    error: --json has no effect on `rotate`, which has no such form (no-json)
      do   leave --json out
    $ hello outputs --only first
    error: --only has no effect on `outputs`, which is about the whole (no-parts)
      do   leave --only out
    $ hello plan --ask greeting
    error: --ask asks for a setting, and there is no terminal to ask on (no-terminal)
      do   give the setting as MLPLAT_SET_<KEY> or in a --settings file
    "#);
}

#[test]
fn json_where_it_is_spoken() {
    let dir = tempfile::tempdir().unwrap();
    let json = |words: &[&str]| {
        let output = hello(dir.path(), words);
        serde_json::from_str::<Value>(&stdout(&output)).unwrap()
    };
    assert!(hello(dir.path(), &[]).status.success());
    let listed = json(&["state", "list", "--json"]);
    let paths: Vec<_> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["path"])
        .collect();
    assert_eq!(paths, ["echo-0", "echo-1", "first"]);
    assert_eq!(
        json(&["outputs", "--json"])["greeting"]["value"],
        "hello from dev"
    );
    assert_eq!(
        json(&["drift", "--json"])["changed"],
        Value::Array(Vec::new())
    );
    assert_eq!(json(&["plan", "--json"])["counts"]["keep"], 3);
}

#[test]
fn a_stream_of_events_ends_with_a_summary_also_when_nothing_began() {
    let dir = tempfile::tempdir().unwrap();
    assert!(hello(dir.path(), &[]).status.success());
    let lock = File::options()
        .write(true)
        .open(dir.path().join("lock"))
        .unwrap();
    lock.lock().unwrap();
    let locked = hello(dir.path(), &["--json", "--set", "greeting=hi"]);
    assert_eq!(locked.status.code(), Some(1));
    let last: Value = serde_json::from_str(stdout(&locked).lines().last().unwrap()).unwrap();
    assert_eq!(
        (&last["type"], &last["done"]),
        (&"summary".into(), &0.into())
    );
    assert!(stderr(&locked).contains("is locked by"));
}

#[test]
fn each_setting_that_is_wrong_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("prod.toml");
    std::fs::write(&file, "copies = 300\n").unwrap();
    let file = file.to_str().unwrap();
    let wrong = hello(
        dir.path(),
        &["plan", "--settings", file, "--set", "greeting.text=1"],
    );
    assert_eq!(wrong.status.code(), Some(1));
    let told = stderr(&wrong).replace(file, "FILE");
    insta::assert_snapshot!(told, @r#"
    error: the setting `copies` should be 0 to 255 (bad-setting)
      at   examples/hello.rs:30
      why  it came from FILE
      do   give it such a value

    the setting `greeting` should be text (bad-setting)
      at   examples/hello.rs:30
      why  it came from --set greeting.text
      do   give it such a value
    "#);
    let mut typed = command("hello", dir.path());
    typed
        .env("MLPLAT_SET_GREETING", "12345")
        .env("MLPLAT_SET_COPIES", "1");
    succeed(&mut typed);
    let said = stdout(&succeed(
        command("hello", dir.path()).args(["outputs", "greeting"]),
    ));
    assert_eq!(said, "12345 from dev\n");
}
