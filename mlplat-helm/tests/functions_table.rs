//! Keeps `FUNCTIONS.md` equal to the table of functions.

#![allow(clippy::expect_used, reason = "a test program")]

use std::fs;
use std::path::Path;

use mlplat_helm::funcs::{markdown, table};

/// Set to write the file instead of comparing it.
const UPDATE: &str = "UPDATE_FUNCTIONS_MD";

#[test]
fn the_documented_functions_are_those_that_exist() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("FUNCTIONS.md");
    let count = table().len();
    let expected = format!(
        "# Functions of templates\n\nGo's own, sprig 3.3.0's and helm 3.17's: {count} in all. \
         `env` and `expandenv` do not exist, as in helm. Parameters are Go's types; `...` can be \
         repeated.\n\n{}",
        markdown()
    );
    if std::env::var_os(UPDATE).is_some() {
        fs::write(&path, &expected).expect("a writable folder");
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "FUNCTIONS.md is stale: run this test with {UPDATE}=1"
    );
}

#[test]
fn every_function_is_documented() {
    for function in table() {
        assert!(!function.doc.is_empty(), "{} has no words", function.name);
        assert!(
            function.doc.len() < 80,
            "{} has too many words",
            function.name
        );
    }
}
