//! `cargo xtask prove`: the long runs, and the table of what they showed.
//!
//! Each row is a test that a change runs in a short form; here it runs in
//! full, because `MLPLAT_PROVE` is set. The table is committed with the commit
//! it ran on.

use std::fmt::Write as _;
use std::time::Instant;

use crate::stage::{cargo, git, root, say};

/// What is proven: a name, the promise, and the test that shows it.
const ROWS: [(&str, &str, &[&str]); 6] = [
    (
        "kill",
        "the example, killed by SIGKILL at every fault point of deployment and destruction, ends in the same place",
        &["--test", "kill"],
    ),
    (
        "plan-order",
        "step orders of random plans are acyclic, and no step is refused by a model cloud",
        &["-p", "mlplat-core", "--test", "plan_order"],
    ),
    (
        "simulation",
        "programs on the simulated account, killed, throttled, cut off and drifted, converge",
        &["--release", "-p", "mlplat-sim", "--test", "proof"],
    ),
    (
        "crash",
        "500 random programs of AWS's and Kubernetes' types with their edits, killed at every fault point, over 100,000 resumed runs killed again",
        &[
            "--release",
            "-p",
            "mlplat-sim",
            "--test",
            "crash",
            "--run-ignored",
            "all",
        ],
    ),
    (
        "hostile",
        "archives, YAML, templates and --set of seeded bytes, ten million each, end without a panic",
        &["--release", "-p", "mlplat-helm", "--test", "hostile"],
    ),
    (
        "properties",
        "every property holds for 20,000 cases that were not seen before",
        &[
            "--release",
            "--workspace",
            "-E",
            "kind(lib) + binary(kube_properties) + binary(value_properties)",
        ],
    ),
];

/// Runs the named rows, or all, and writes `docs/proof.md`. A row that is not
/// run stands there as not run.
///
/// # Errors
/// The rows that failed, after all have run.
pub(crate) fn run(only: &[&str]) -> Result<(), String> {
    let commit = git(&["rev-parse", "--short", "HEAD"])?;
    let changed = !git(&["status", "--porcelain"])?.is_empty();
    let mut table = format!(
        "# Proof\n\nWritten by `cargo xtask prove` on commit {commit}{}.\n\n| promise | command | tests | seconds | result |\n|---|---|---|---|---|\n",
        if changed {
            ", with uncommitted changes"
        } else {
            ""
        }
    );
    let mut failed = Vec::new();
    for (name, promise, args) in ROWS {
        if !only.is_empty() && !only.contains(&name) {
            // Writing to a string cannot fail.
            let _ = writeln!(
                table,
                "| {promise} | `cargo xtask prove {name}` | | | not run on this commit |"
            );
            continue;
        }
        say(&format!("=== {promise}"));
        let begun = Instant::now();
        let output = cargo(&["nextest", "run", "--no-fail-fast", "--status-level", "fail"])
            .args(args)
            .env("MLPLAT_PROVE", "1")
            .env("PROPTEST_CASES", "20000")
            .current_dir(root())
            .output()
            .map_err(|why| why.to_string())?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let summary = said
            .lines()
            .rfind(|line| line.contains("Summary"))
            .unwrap_or_default();
        let tests = summary
            .split("] ")
            .nth(1)
            .unwrap_or("no summary")
            .to_owned();
        let seconds = begun.elapsed().as_secs();
        let result = if output.status.success() {
            "passed"
        } else {
            "**FAILED**"
        };
        say(&format!("{result}: {tests} in {seconds} s"));
        if !output.status.success() {
            say(&said);
            failed.push(promise);
        }
        let command = format!("MLPLAT_PROVE=1 cargo nextest run {}", args.join(" "));
        // Writing to a string cannot fail.
        let _ = writeln!(
            table,
            "| {promise} | `{command}` | {tests} | {seconds} | {result} |"
        );
    }
    std::fs::write(root().join("docs").join("proof.md"), table).map_err(|why| why.to_string())?;
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!("not proven: {}", failed.join("; ")))
    }
}
