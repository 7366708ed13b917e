//! Wiring mistakes that must not compile, each with the message that a user
//! reads. `TRYBUILD=overwrite` writes the messages anew; read them before they
//! are kept: the first line and the label should say what is wrong in terms of
//! networks, secrets and outputs, and the whole should fit on a screen.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::{Path, PathBuf};

/// Longest message, in lines.
const SCREEN: usize = 25;

#[test]
fn wiring_mistakes_do_not_compile() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*.rs");
}

fn files(extension: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|end| end == extension))
        .collect()
}

#[test]
fn messages_are_short_and_about_the_program() {
    let cases = files("rs");
    assert!(cases.len() >= 40, "there are {} cases", cases.len());
    for case in cases {
        let message = std::fs::read_to_string(case.with_extension("stderr")).unwrap();
        let lines = message.lines().count();
        assert!(lines <= SCREEN, "{}: {lines} lines", case.display());
        // The first place that is shown is in the user's program.
        let place = message.lines().nth(1).unwrap_or_default();
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        assert!(place.contains(&name), "{}: {place}", case.display());
    }
    for message in files("stderr") {
        let case = message.with_extension("rs");
        assert!(case.exists(), "{} has no case", message.display());
    }
}
