//! The example's own resource type: proven by the suite, used in a program.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "../examples/custom_resource.rs"]
#[allow(dead_code)]
mod example;
mod support;

use std::path::Path;
use std::process::Command;

use example::{Folder, NOTE};
use mlplat::core::world::SystemWorld;
use mlplat::provider::conformance::{Sample, check};
use mlplat::provider::json;
use support::{command, stdout, succeed};

#[tokio::test(start_paused = true)]
async fn it_keeps_every_rule_of_the_suite() {
    let dir = tempfile::tempdir().unwrap();
    let sample = Sample::new(&NOTE, json!({"Name": "a", "Text": "one"}))
        .changing("Text", json!("two\nlines"));
    let folder = Folder(dir.path().join("notes"));
    let broken = check(&folder, &SystemWorld::new(), &sample).await;
    assert_eq!(broken, []);
}

#[test]
fn type_and_provider_are_under_forty_lines() {
    let source = include_str!("../examples/custom_resource.rs");
    let ruler = format!("// {}\n", "-".repeat(75));
    let parts: Vec<&str> = source.split(&ruler).collect();
    assert_eq!(parts.len(), 3, "two rulers");
    let lines = parts[1].lines().count();
    assert!(parts[1].contains("static NOTE") && parts[1].contains("impl KeyedService"));
    assert!(lines < 40, "{lines} lines");
}

struct Places(tempfile::TempDir);

impl Places {
    fn command(&self) -> Command {
        let mut command = command("custom_resource", &self.0.path().join("state"));
        command.env("NOTES", self.0.path().join("notes"));
        command
    }

    fn run(&self, args: &[&str]) -> String {
        stdout(&succeed(self.command().args(args)))
    }

    fn note(&self) -> std::path::PathBuf {
        Path::new(&self.run(&["outputs", "note"]).trim()).to_owned()
    }
}

#[test]
fn it_lives_in_one_graph_with_aws_and_kubernetes() {
    let places = Places(tempfile::tempdir().unwrap());
    let plan = places.run(&["plan"]);
    assert!(plan.contains("folder.Note"), "{plan}");
    places.run(&["deploy"]);
    let note = places.note();
    let text = std::fs::read_to_string(&note).unwrap();
    let said = text.split_once('\n').unwrap().1;
    assert!(said.starts_with("models are in s3://"), "{said}");
    assert!(said.contains("the API is at https://"), "{said}");
    assert!(places.run(&["plan"]).contains("no changes"));

    // Somebody else edits it, and then takes it away.
    std::fs::write(&note, text.replace("models", "MODELS")).unwrap();
    let drift = places.run(&["drift"]);
    assert!(drift.contains("MODELS"), "{drift}");
    std::fs::remove_file(&note).unwrap();
    let plan = places.run(&["plan"]);
    assert!(plan.contains("it was deleted outside"), "{plan}");
    places.run(&["deploy"]);
    assert!(note.exists());

    places.run(&["destroy", "--yes"]);
    assert!(!note.exists());
}
