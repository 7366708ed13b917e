//! What the README shows is what the commands print.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use support::{command, stdout, succeed};

const README: &str = include_str!("../README.md");
const PROGRAM: &str = include_str!("../examples/zenml_stack.rs");

/// The fenced blocks of a language, in order.
fn blocks(language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let parts = README.split(&fence).skip(1);
    parts
        .map(|part| part.split("\n```").next().unwrap().to_owned())
        .collect()
}

#[test]
fn the_program_is_the_example() {
    let body = &PROGRAM[PROGRAM.find("use mlplat::prelude").unwrap()..];
    assert_eq!(blocks("rust")[0], body.trim_end());
}

#[test]
fn the_plans_are_what_the_example_prints() {
    let dir = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| stdout(&succeed(command("zenml_stack", dir.path()).args(args)));
    let first = run(&["plan"]);
    run(&[]);
    let second = run(&["plan", "--set", "max_nodes=6"]);
    assert_eq!(blocks("text"), [first.trim_end(), second.trim_end()]);
}

#[test]
fn the_picture_is_what_the_example_draws() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("graph.svg");
    succeed(
        command("zenml_stack", dir.path())
            .args(["graph", "--out"])
            .arg(&file),
    );
    let drawn = std::fs::read_to_string(file).unwrap();
    assert!(
        drawn == include_str!("../docs/zenml_stack.svg"),
        "draw docs/zenml_stack.svg anew"
    );
}
