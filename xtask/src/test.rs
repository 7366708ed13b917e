//! `cargo xtask test`: everything that a change must pass.

use std::path::Path;
use std::process::ExitCode;

use crate::oracle;
use crate::stage::{self, cargo, succeed, Stage};

pub(crate) fn run(only: &[&str]) -> ExitCode {
    let stages = [
        Stage::new("format", || succeed(&mut cargo(&["fmt", "--all", "--check"]))),
        Stage::new("lints", || {
            succeed(&mut cargo(&["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]))
        }),
        Stage::new("tests", || {
            succeed(&mut cargo(&["nextest", "run", "--workspace", "--no-fail-fast", "--status-level", "fail"]))
        }),
        Stage::new("doc-tests", || succeed(&mut cargo(&["test", "--workspace", "--doc", "--quiet"]))),
        Stage::new("docs", || {
            succeed(cargo(&["doc", "--workspace", "--no-deps", "--quiet"]).env("RUSTDOCFLAGS", "-D warnings"))
        }),
        Stage::new("facts", || oracle::run(Path::new("python3")).map_err(|why| why.to_string())),
    ];
    stage::run(&stages, only)
}
