//! `cargo xtask bench`: what the engine itself costs.
//!
//! Runs the release build of `examples/synthetic.rs` from outside, for three
//! shapes and three sizes, and asks the kernel what each run took (`measure`).
//! Beside it stand what one durable write costs on the same disk, since that is
//! what a deployment waits for, and Terraform at the smallest size, where it is
//! on the machine. Growth is fitted over the sizes, and what was promised is
//! held against what was measured (`targets`). The results are
//! `docs/benchmarks.md` for people and `target/bench.json` for programs.

mod cycles;
mod growth;
mod measure;
mod table;
mod targets;
mod terraform;

use std::fs;
use std::io;
use std::path::Path;

use serde::Serialize;

use cycles::Cycles;
use measure::Row;
use targets::Target;

const SHAPES: [&str; 3] = ["wide", "layered", "chain"];
/// How many resources, and how often the whole life is repeated: what is over
/// at once is mostly noise, so the least of several runs counts.
const SIZES: [(usize, usize); 3] = [(1_000, 7), (10_000, 3), (100_000, 1)];
/// What is measured, in the order in which it can be done.
const ACTIONS: [(&str, &[&str]); 6] = [
    (FROM_NOTHING, &["plan"]),
    (FIRST, &["deploy"]),
    (NOTHING, &["plan"]),
    (ONE_CHANGE, &["--touch", "plan"]),
    ("deploy, one change", &["--touch", "deploy"]),
    (DESTROY, &["destroy"]),
];
const FROM_NOTHING: &str = "plan, from nothing";
const FIRST: &str = "first deploy";
const NOTHING: &str = "plan, nothing to do";
const ONE_CHANGE: &str = "plan, one change";
const DESTROY: &str = "destroy";

#[derive(Debug, Serialize)]
struct Report {
    format: u32,
    cores: usize,
    /// Milliseconds of one append and `fdatasync` in the folder of the states.
    sync_ms: f64,
    rows: Vec<Row>,
    /// What was promised of them.
    targets: Vec<Target>,
    /// What `terraform version` says, and its runs; empty without it.
    terraform: String,
    terraform_rows: Vec<Row>,
    /// What tests of the ZenML example cost, by build.
    tests: Vec<Cycles>,
}

/// Builds, measures, writes both files.
///
/// # Errors
/// When something cannot be built, run or written, in words.
pub(crate) fn run() -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let program = measure::build(&root)?;
    let mut report = measure::all(&program).map_err(|why| format!("failed to measure: {why}"))?;
    report.tests = cycles::measure(&root)?;
    let json = serde_json::to_string_pretty(&report).map_err(|why| why.to_string())?;
    write(&root.join("target/bench.json"), &json)?;
    write(&root.join("docs/benchmarks.md"), &table::markdown(&report))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    let failed = |why: io::Error| format!("failed to write {}: {why}", path.display());
    if let Some(dir) = path.parent() {
        fs::create_dir_all(dir).map_err(failed)?;
    }
    fs::write(path, text).map_err(failed)
}
