//! Secrets are nowhere but sealed: a canary, searched in five encodings in
//! everything that a run prints, writes, tells or shows.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::path::Path;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use mlplat::core::Engine;
use mlplat::core::deploy::{Cancel, DeployOptions, PlanOptions, Stamped};
use mlplat::core::graph::{Context, Graph};
use mlplat::core::seal::AgeLock;
use mlplat::core::state::FileStore;
use mlplat::core::world::{SystemFiles, SystemWorld, World};
use mlplat::prelude::*;
use mlplat::sim::local::{Local, LocalOptions};
use support::{command, stderr, stdout, succeed};

/// Every way in which a value could show through.
fn encodings(canary: &str) -> Vec<Vec<u8>> {
    let hex: String = canary.bytes().map(|byte| format!("{byte:02x}")).collect();
    let json = serde_json::to_string(canary).unwrap();
    let mut shown = vec![canary.to_owned(), hex, json.trim_matches('"').to_owned()];
    for before in 0..3 {
        // Without the groups that depend on what stands around it.
        let padded = [&vec![b'x'; before][..], canary.as_bytes()].concat();
        for text in [
            STANDARD_NO_PAD.encode(&padded),
            URL_SAFE_NO_PAD.encode(&padded),
        ] {
            shown.push(text[before.div_ceil(3) * 4..text.len() - 4].to_owned());
        }
    }
    shown.into_iter().map(String::into_bytes).collect()
}

fn assert_clean(what: &str, bytes: &[u8], canary: &str) {
    for encoded in encodings(canary) {
        let found = bytes.windows(encoded.len()).any(|window| window == encoded);
        assert!(
            !found,
            "{what} shows the secret as {}",
            String::from_utf8_lossy(&encoded)
        );
    }
}

/// Every file of a state; the simulated cloud's own, where the secret has to
/// be, lie in a folder of their own.
fn state_files(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(dir).unwrap().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
    let read = |entry: std::fs::DirEntry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        (name, std::fs::read(entry.path()).unwrap())
    };
    files.map(read).collect()
}

#[test]
fn the_search_finds_a_secret_in_every_encoding() {
    let canary = "correct-horse-battery-staple\"";
    for shown in [
        canary.to_owned(),
        format!("{{\"data\":\"{}\"}}", STANDARD.encode(canary)),
        STANDARD.encode(format!("1{canary}")),
        STANDARD.encode(format!("12{canary}, and more")),
        URL_SAFE_NO_PAD.encode(canary),
        serde_json::to_string(canary).unwrap(),
    ] {
        let found = std::panic::catch_unwind(|| assert_clean("this", shown.as_bytes(), canary));
        assert!(found.is_err(), "not found in {shown}");
    }
}

/// Proves fault 13.
#[test]
fn no_command_shows_the_example_s_generated_secrets() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path();
    let run = |args: &[&str]| {
        let output = succeed(command("zenml_stack", state).args(args));
        stdout(&output) + &stderr(&output)
    };
    let mut seen = vec![("deploy".to_owned(), run(&["--json", "-v"]))];
    // What the simulated clusters hold is the truth: passwords, and texts and
    // hashes made of them.
    let listed = run(&["world", "list"]);
    let ids = listed.lines().filter(|line| line.starts_with("k8s.Secret"));
    let ids = ids.map(|line| line.split_whitespace().nth(1).unwrap());
    let mut secrets = Vec::new();
    for id in ids {
        let shown: serde_json::Value = serde_json::from_str(&run(&["world", "show", id])).unwrap();
        for encoded in shown["data"].as_object().unwrap().values() {
            let secret = STANDARD.decode(encoded.as_str().unwrap()).unwrap();
            secrets.push(String::from_utf8(secret).unwrap());
        }
    }
    assert!(secrets.len() >= 5, "{}", secrets.len());
    println!(
        "figure: {} secrets of the example searched in the output of 12 commands, 0 hits",
        secrets.len()
    );
    for args in [
        &["plan", "--format", "json"][..],
        &["plan", "--format", "markdown", "--set", "max_nodes=6"],
        &["outputs", "--format", "json"],
        &["state", "show", "sign-in"],
        &["state", "show", "metadata/instance"],
        &["state", "list"],
        &["why", "sign-in"],
        &["rotate", "--list"],
        &["drift"],
        &["graph", "--format", "dot"],
        &["destroy", "--yes", "--json"],
    ] {
        seen.push((args.join(" "), run(args)));
    }
    for secret in &secrets {
        for (what, text) in &seen {
            assert_clean(what, text.as_bytes(), secret);
        }
        for (name, bytes) in state_files(state) {
            assert_clean(&name, &bytes, secret);
        }
    }
}

/// Proves fault 13.
#[tokio::test(start_paused = true)]
async fn a_provided_secret_is_in_no_event_plan_state_or_journal() {
    let canary = "hunter2+/=\"\u{e4}-and-some-more-so-that-it-is-long";
    let dir = tempfile::tempdir().unwrap();
    let program = |stack: &mut Stack| {
        let network = stack.add("network", Vpc::new("10.0.0.0/16"));
        let cluster = stack.add("cluster", EksCluster::new(&network));
        let space = stack.add("space", Namespace::new(&cluster, "space"));
        let secret = KubeSecret::new(&cluster, &space, "password");
        stack.add(
            "password",
            secret.entry("password", Secret::provided(canary.to_owned())),
        );
    };
    let world: Arc<dyn World> = Arc::new(SystemWorld::new());
    let files = Arc::new(SystemFiles::default());
    let options = LocalOptions {
        region: "eu-west-1".to_owned(),
        ..LocalOptions::default()
    };
    let local = Local::open(world.clone(), files, &dir.path().join("world"), &options).unwrap();
    let keys = AgeLock::local(world.files(), &dir.path().join("local.key")).unwrap();
    let store = FileStore::new(world.clone(), dir.path());
    let engine = Engine::new(world, Arc::new(store), local.providers(), Arc::new(keys));
    let graph = Graph::build(Context::new("canary"), program).unwrap();
    let plan = engine.plan(&graph, &PlanOptions::default()).await.unwrap();
    assert_clean("the plan", format!("{plan:?}").as_bytes(), canary);
    assert_clean("the graph", format!("{graph:?}").as_bytes(), canary);
    let told = Mutex::new(Vec::new());
    let journal = dir.path().join("journal");
    let sink = |event: &Stamped| {
        let mut told = told.lock().unwrap();
        told.extend(serde_json::to_vec(event).unwrap());
        told.extend(format!("{event:?}").into_bytes());
        // The journal is gone when the run is over.
        told.extend(std::fs::read(&journal).unwrap_or_default());
    };
    let deployed = engine
        .deploy(
            &graph,
            &DeployOptions::default(),
            &sink,
            &Cancel::new(),
            &|_| true,
        )
        .await
        .unwrap();
    assert!(deployed.failed.is_empty(), "{:?}", deployed.failed);
    let told = told.into_inner().unwrap();
    assert!(
        told.windows(14).any(|window| window == b"mlplat-journal"),
        "the journal was read"
    );
    assert_clean("an event or the journal", &told, canary);
    let state = engine.state().await.unwrap();
    assert_clean(
        "the state in memory",
        format!("{state:?}").as_bytes(),
        canary,
    );
    for (name, bytes) in state_files(dir.path()) {
        assert_clean(&name, &bytes, canary);
    }
}
