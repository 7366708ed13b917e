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
    hello · dev  on top of deployment 1; for all of it: it is to be destroyed

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

/// A history without what differs from run to run: times, programs, processes.
fn history(state: &Path) -> String {
    let shown = said(state, &["state", "history"]);
    let mut lines = Vec::new();
    for line in shown.lines() {
        let mut cells: Vec<&str> = line.split("  ").filter(|cell| !cell.is_empty()).collect();
        if cells.len() > 5 {
            assert!(cells[1].trim().len() == "2026-11-20 21:56".len(), "{line}");
            assert!(line.contains("(process "), "{line}");
            cells.truncate(5);
            cells.remove(1);
        }
        lines.push(
            cells
                .into_iter()
                .map(str::trim)
                .collect::<Vec<_>>()
                .join(" | "),
        );
    }
    lines.join("\n")
}

#[test]
fn what_was_done_is_remembered() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(
        said(dir.path(), &["state", "history"]),
        "nothing was ever deployed\n"
    );
    said(dir.path(), &[]);
    said(
        dir.path(),
        &["deploy", "--only", "first", "--set", "greeting=hi"],
    );
    said(dir.path(), &["state", "rm", "echo-1"]);
    let mut killed = command("hello", dir.path());
    let killed = killed
        .env("MLPLAT_CRASH_AT", "14")
        .args(["--set", "greeting=ho"])
        .output()
        .unwrap();
    assert!(!killed.status.success());
    assert!(said(dir.path(), &["state", "history"]).contains("deploy was interrupted and left "));
    said(dir.path(), &["destroy", "--delete-data"]);
    insta::assert_snapshot!(history(dir.path()), @r#"
    4 | destroy --delete-data | 3 to delete | complete in 0s
    4 | deploy | ? | interrupted
    3 | state rm echo-1 | the state only | complete in 0s
    2 | deploy --only first | 1 to update | complete in 0s
    1 | deploy | 3 to create | complete in 0s
    "#);
    let json = said(dir.path(), &["state", "history", "--json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    let outcomes: Vec<&str> = json
        .as_array()
        .unwrap()
        .iter()
        .map(|past| past["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(
        outcomes,
        [
            "complete",
            "interrupted",
            "complete",
            "complete",
            "complete"
        ]
    );
    assert_eq!(json[4]["changes"]["create"], 3);
}

#[test]
fn a_question_needs_somebody_to_answer_and_an_option_an_effect() {
    let dir = tempfile::tempdir().unwrap();
    let mut shown = String::new();
    let cases: [&[&str]; 4] = [
        &["deploy", "--step"],
        &["deploy", "--step", "--yes"],
        &["plan", "--profile", "prod"],
        &["rotate", "greeting"],
    ];
    for words in cases {
        let output = hello(dir.path(), words);
        assert_eq!(output.status.code(), Some(1), "{words:?}");
        shown.push_str(&format!("$ hello {}\n{}", words.join(" "), stderr(&output)));
    }
    insta::assert_snapshot!(shown, @r#"
    $ hello deploy --step
    error: --step asks before each group of steps, and there is no terminal to ask on (no-terminal)
      do   run it in a terminal, or leave --step out; `plan` shows all steps beforehand
    $ hello deploy --step --yes
    error: --step asks before each group of steps, and --yes says not to ask (step-or-yes)
      do   leave one of the two out
    $ hello plan --profile prod
    error: --profile names credentials of AWS, and the local target has none: it is a simulated account (no-profile)
      do   leave --profile out, or pass --target aws
    $ hello rotate greeting
    error: the program generates no secret greeting (no-such-secret)
      do   the program generates no secrets
    "#);
    assert!(!dir.path().join("state").exists(), "nothing was begun");
}

#[test]
fn a_secret_is_rotated_and_its_neighbours_are_not() {
    let dir = tempfile::tempdir().unwrap();
    let zenml = |words: &[&str]| {
        let output = command("zenml_stack", dir.path()).args(words).output();
        output.unwrap()
    };
    let out = |words: &[&str]| stdout(&succeed(command("zenml_stack", dir.path()).args(words)));
    let value = |name: &str| out(&["outputs", name, "--show-secrets"]);
    let listed = || {
        let all = out(&["rotate"]);
        let line = all
            .lines()
            .find(|line| line.starts_with("mlflow/password "));
        let words: Vec<&str> = line.unwrap().split_whitespace().take(3).collect();
        words.join(" ")
    };
    let early = zenml(&["rotate", "mlflow/password"]);
    out(&[]);
    let wrong = zenml(&["rotate", "mlflow/pasword"]);
    let before = [value("tracking-password"), value("metadata-db-password")];
    let first = listed();
    let rotated = succeed(command("zenml_stack", dir.path()).args(["rotate", "mlflow/password"]));
    let told = stderr(&rotated);
    let said = [
        stderr(&early),
        stderr(&wrong),
        first,
        told.lines().last().unwrap().to_owned(),
        listed(),
    ];
    insta::assert_snapshot!(said.join("\n"), @r#"
    error: mlflow/password has no value yet: nothing that uses it was deployed (no-secret-yet)
      do   deploy first; there is nothing to rotate

    error: the program generates no secret mlflow/pasword (no-such-secret)
      do   did you mean mlflow/password?

    mlflow/password generation 0
    mlflow/password is at generation 1; the state holds no earlier value of it
    mlflow/password generation 1
    "#);
    let after = [value("tracking-password"), value("metadata-db-password")];
    assert_ne!(before[0], after[0]);
    assert_eq!(before[1], after[1]);
    assert!(out(&["plan"]).starts_with("no changes"));
}

#[test]
fn a_bucket_that_is_not_empty_stays_unless_its_data_may_go() {
    let dir = tempfile::tempdir().unwrap();
    let zenml = |words: &[&str]| {
        command("zenml_stack", dir.path())
            .args(words)
            .output()
            .unwrap()
    };
    let only = ["--only", "artifacts"];
    assert!(zenml(&["deploy", only[0], only[1]]).status.success());
    let listed = stdout(&zenml(&["world", "list"]));
    let bucket = listed
        .lines()
        .find(|line| line.starts_with("s3.Bucket"))
        .unwrap();
    let bucket = bucket.split_whitespace().nth(1).unwrap();
    assert!(
        zenml(&["world", "set", bucket, "contents=1200"])
            .status
            .success()
    );
    let refused = zenml(&["destroy"]);
    assert_eq!(refused.status.code(), Some(1));
    let told = stdout(&refused);
    let end: Vec<&str> = told
        .lines()
        .skip_while(|line| !line.starts_with('✗'))
        .collect();
    insta::assert_snapshot!(end.join("\n"), @r#"
    ✗ artifacts/bucket
      BucketNotEmpty: the bucket is not empty; --delete-data empties it first; nothing in it can be had back then
    failed  0 done, 1 failed, in 0s (the longest way took 0s)
    run the same command again to go on: what is done is kept
    "#);
    assert!(stdout(&zenml(&["world", "show", bucket])).contains("\"contents\": 1200"));
    assert!(zenml(&["destroy", "--delete-data"]).status.success());
    assert_eq!(stdout(&zenml(&["world", "list"])), "");
}

#[test]
fn the_policy_of_a_deployer_is_as_small_as_the_program() {
    let dir = tempfile::tempdir().unwrap();
    let policy = |program: &str, words: &[&str]| {
        let mut command = command(program, dir.path());
        succeed(command.args(["plan", "--deployer-policy"]).args(words))
    };
    // Nothing of AWS: who it is, and what carries its tag.
    insta::assert_snapshot!(stdout(&policy("hello", &[])), @r#"
    {
      "Statement": [
        {
          "Action": [
            "sts:GetCallerIdentity",
            "tag:GetResources"
          ],
          "Effect": "Allow",
          "Resource": [
            "*"
          ]
        }
      ],
      "Version": "2012-10-17"
    }
    "#);
    let zenml = policy("zenml_stack", &["--region", "eu-central-1"]);
    let text = stdout(&zenml);
    let documents: Vec<Value> = serde_json::Deserializer::from_str(&text)
        .into_iter()
        .collect::<Result<_, _>>()
        .unwrap();
    assert!(documents.len() > 1, "{}", documents.len());
    for document in &documents {
        assert_eq!(document["Version"], "2012-10-17");
        assert!(document.to_string().chars().count() <= 6144);
    }
    assert!(text.contains("arn:aws:s3:::zenml-dev-"), "{text}");
    assert!(text.contains(":eu-central-1:") && !text.contains("\"*:*\""));
    assert_eq!(stderr(&zenml).lines().count(), 1);
    assert!(!dir.path().join("state").exists());
}

#[test]
fn the_doctor_names_what_is_broken_and_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path().join("state");
    let doctor = |state: &Path| {
        let mut doctor = command("hello", state);
        let doctor = doctor.env_remove("MLPLAT_TELLTALES").stdin(Stdio::null());
        let output = doctor.arg("doctor").output().unwrap();
        let told = stdout(&output).replace(&*dir.path().to_string_lossy(), "DIR");
        (output.status.code(), told)
    };
    let (status, fresh) = doctor(&state);
    assert_eq!((status, state.join("state").exists()), (Some(0), false));
    said(&state, &[]);
    let mut killed = command("hello", &state);
    killed
        .env("MLPLAT_CRASH_AT", "14")
        .args(["--set", "greeting=ho"])
        .output()
        .unwrap();
    let (status, interrupted) = doctor(&state);
    assert_eq!(status, Some(0));
    std::fs::rename(state.join("local.key"), state.join("lost.key")).unwrap();
    let (status, no_key) = doctor(&state);
    assert_eq!(status, Some(1));
    std::fs::write(state.join("journal"), "what?\n").unwrap();
    let (status, damaged) = doctor(&state);
    assert_eq!(status, Some(1));
    insta::assert_snapshot!([fresh, interrupted, no_key, damaged].join("---\n"), @r#"
    ok      program   3 resources, 2 outputs, 2 settings
    note    terminal  there is none: progress comes as lines, and no question can be asked
                      do   a target that asks needs --yes; --step needs a terminal
    ok      target    a simulated account with 0 objects
    ok      folder    DIR/state can be written
    ok      lock      nobody ever held it
    ok      state     nothing was ever deployed
    ---
    ok      program   3 resources, 2 outputs, 2 settings
    note    terminal  there is none: progress comes as lines, and no question can be asked
                      do   a target that asks needs --yes; --step needs a terminal
    ok      target    a simulated account with 0 objects
    ok      folder    DIR/state can be written
    ok      lock      nobody holds it
    ok      state     deployment 1, 3 objects; snapshot and journal are whole
    note    journal   an interrupted run left 5 records
                      do   the next run takes up its work by itself
    ok      key       it opens the state's secrets
    ok      clock     it is not behind that of the last run
    ---
    ok      program   3 resources, 2 outputs, 2 settings
    note    terminal  there is none: progress comes as lines, and no question can be asked
                      do   a target that asks needs --yes; --step needs a terminal
    ok      target    a simulated account with 0 objects
    ok      folder    DIR/state can be written
    ok      lock      nobody holds it
    ok      state     deployment 1, 3 objects; snapshot and journal are whole
    note    journal   an interrupted run left 5 records
                      do   the next run takes up its work by itself
    broken  key       the key file DIR/state/local.key is missing
                      do   put the file back: nothing else opens the state's secrets. If they were sealed with other keys, set MLPLAT_AGE_IDENTITY or MLPLAT_AGE_PASSPHRASE; nothing was changed
    ok      clock     it is not behind that of the last run
    ---
    ok      program   3 resources, 2 outputs, 2 settings
    note    terminal  there is none: progress comes as lines, and no question can be asked
                      do   a target that asks needs --yes; --step needs a terminal
    ok      target    a simulated account with 0 objects
    ok      folder    DIR/state can be written
    ok      lock      nobody holds it
    broken  state     the journal at DIR/state/journal: it does not start with mlplat-journal, at record 1 (byte 0); the 0 records before it are whole
                      do   put a backup of the file in its place, or move the journal away: then the state is that of the last finished operation, and what the interrupted one made is found again by its tags
    "#);
}

#[test]
fn docs_are_written_between_markers_and_checked() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("README.md");
    let out = file.to_str().unwrap();
    let shown = |output: &Output| {
        let told = stdout(output) + &stderr(output);
        told.replace(&*dir.path().to_string_lossy(), "DIR")
    };
    std::fs::write(&file, "# Hello\n").unwrap();
    let nowhere = hello(dir.path(), &["docs", "--out", out]);
    std::fs::write(
        &file,
        "# Hello\n<!-- mlplat docs: from here -->\n<!-- mlplat docs: to here -->\nend\n",
    )
    .unwrap();
    let stale = hello(dir.path(), &["docs", "--check", "--out", out]);
    assert_eq!(
        (nowhere.status.code(), stale.status.code()),
        (Some(1), Some(1))
    );
    succeed(command("hello", dir.path()).args(["docs", "--out", out]));
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.starts_with("# Hello\n<!-- mlplat docs: from here -->\n\n## Settings\n"));
    assert!(
        text.ends_with("<!-- mlplat docs: to here -->\nend\n"),
        "{text}"
    );
    let fresh = succeed(command("hello", dir.path()).args(["docs", "--check", "--out", out]));
    let page = said(dir.path(), &["docs", "--out", "-"]);
    assert!(text.contains(&page));
    insta::assert_snapshot!([shown(&nowhere), shown(&stale), shown(&fresh)].join("---\n"), @r#"
    error: DIR/README.md does not say where the page goes (no-markers)
      do   put these two lines where it should stand: <!-- mlplat docs: from here --> and <!-- mlplat docs: to here -->
    ---
    --- DIR/README.md
    +++ as the program says
    @@ -1,4 +1,32 @@
     # Hello
     <!-- mlplat docs: from here -->
    +
    +## Settings
    +
    +Given by `--settings FILE.toml`, `MLPLAT_SET_<KEY>` (`__` for a dot) or `--set KEY=VALUE`.
    +
    +| setting | type | default | meaning |
    +| --- | --- | --- | --- |
    +| `greeting` | text | | |
    +| `copies` | 0 to 255 | | |
    +
    +## Outputs
    +
    +Shown by `outputs`; a secret only with `--show-secrets`.
    +
    +| output | from | secret |
    +| --- | --- | --- |
    +| `first` | `first.Id` | |
    +| `greeting` | the program | |
    +
    +## Resources
    +
    +3 in all, in the environment `dev` with the settings as they are.
    +
    +| construct | resources |
    +| --- | --- |
    +| `first` | `null.Resource` |
    +| `echo-0` | `null.Resource` |
    +| `echo-1` | `null.Resource` |
     <!-- mlplat docs: to here -->
     end
    DIR/README.md is not as the program says: run `docs` to write it anew
    ---
    DIR/README.md is as the program says
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
    error: the setting `copies` should be 0 to 255 (bad-setting)
      at   examples/hello.rs:30
      why  it came from --set copies
      do   give it such a value
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
