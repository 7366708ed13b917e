//! What tests of a program cost: the ZenML example, tested and lived.
//!
//! Runs the benchmark that lies beside the example's tests, in the build that
//! `cargo test` makes and in the release build: whole deployments and
//! destructions in simulated worlds of their own on two threads, and the
//! median time of single tests on one.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};
use wait4::Wait4 as _;

/// One build's figures.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Cycles {
    /// `release`, or `test` for what `cargo test` builds.
    pub(crate) build: &'static str,
    #[serde(flatten)]
    pub(crate) told: Told,
    /// CPU seconds of the whole run, user and system.
    pub(crate) cpu_s: f64,
}

/// What the benchmark prints.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Told {
    /// Resources of the program.
    pub(crate) resources: usize,
    /// Deployments, each with its destruction.
    pub(crate) cycles: u64,
    /// How long they took together, on two threads.
    pub(crate) seconds: f64,
    /// Median of `Stack::test`, in milliseconds.
    pub(crate) test_ms: f64,
    /// Median of a whole life, in milliseconds.
    pub(crate) live_ms: f64,
}

impl Cycles {
    pub(crate) fn per_minute(&self) -> f64 {
        self.told.cycles as f64 * 60.0 / self.told.seconds
    }
}

/// Builds and runs both.
///
/// # Errors
/// When something cannot be built or run, in words.
pub(crate) fn measure(root: &Path) -> Result<Vec<Cycles>, String> {
    let builds: [(&str, &[&str]); 2] = [("release", &["--release"]), ("test", &[])];
    builds
        .into_iter()
        .map(|(build, words)| {
            let program = built(root, words)?;
            run(build, &program).map_err(|why| format!("failed to run {build}: {why}"))
        })
        .collect()
}

/// The example's tests, built, and where they lie.
fn built(root: &Path, words: &[&str]) -> Result<PathBuf, String> {
    let mut command = crate::stage::cargo(&["test", "--example", "zenml_stack", "--no-run"]);
    command.args(words).arg("--message-format=json");
    let output = command
        .current_dir(root)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|why| format!("failed to run cargo: {why}"))?;
    let lines = String::from_utf8_lossy(&output.stdout);
    let mut found = lines.lines().filter_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        message["executable"].as_str().map(PathBuf::from)
    });
    let found = found.next_back().filter(|_| output.status.success());
    found.ok_or_else(|| "failed to build the tests of zenml_stack".to_owned())
}

fn run(build: &'static str, program: &Path) -> io::Result<Cycles> {
    let mut command = Command::new(program);
    command
        .args(["--ignored", "--exact", "bench::cycles", "--nocapture"])
        .stdout(Stdio::piped());
    let mut child = command.spawn()?;
    let mut said = String::new();
    if let Some(mut out) = child.stdout.take() {
        io::Read::read_to_string(&mut out, &mut said)?;
    }
    let used = child.wait4()?;
    let line = said.lines().find_map(|line| {
        let start = line.find("{\"resources\"")?;
        serde_json::from_str(&line[start..]).ok()
    });
    let told: Option<Told> = line.filter(|_| used.status.success());
    let told = told.ok_or_else(|| io::Error::other(format!("it said {said:?}")))?;
    let cpu = used.rusage.utime + used.rusage.stime;
    Ok(Cycles {
        build,
        told,
        cpu_s: cpu.as_secs_f64(),
    })
}
