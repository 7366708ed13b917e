//! Stages: commands with a name, run one after the other and added up.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

/// Prints a line. The tasks are the one place besides the facade that does.
pub(crate) fn say(line: &str) {
    // Nobody is left to tell when the output is closed.
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// One stage: its name, and what it does.
pub(crate) struct Stage<'a> {
    pub(crate) name: &'static str,
    pub(crate) act: Box<dyn Fn() -> Result<(), String> + 'a>,
}

impl<'a> Stage<'a> {
    pub(crate) fn new(name: &'static str, act: impl Fn() -> Result<(), String> + 'a) -> Self {
        Self {
            name,
            act: Box::new(act),
        }
    }
}

/// Runs the stages that are asked for, all of them when none is, and goes on
/// after a failure, so that one run shows everything.
pub(crate) fn run(stages: &[Stage<'_>], only: &[&str]) -> ExitCode {
    let unknown: Vec<_> = only
        .iter()
        .filter(|name| stages.iter().all(|stage| stage.name != **name))
        .collect();
    if !unknown.is_empty() {
        let names: Vec<_> = stages.iter().map(|stage| stage.name).collect();
        say(&format!(
            "no stage {unknown:?}; there are {}",
            names.join(", ")
        ));
        return ExitCode::FAILURE;
    }
    let mut rows = Vec::new();
    for stage in stages {
        if !only.is_empty() && !only.contains(&stage.name) {
            continue;
        }
        say(&format!("\n=== {}", stage.name));
        let begun = Instant::now();
        let result = (stage.act)();
        if let Err(why) = &result {
            say(&format!("--- {} failed: {why}", stage.name));
        }
        rows.push((stage.name, begun.elapsed().as_secs(), result.is_ok()));
    }
    say("");
    for (name, seconds, passed) in &rows {
        let word = if *passed { "ok" } else { "FAILED" };
        say(&format!("{name:<14} {word:<7} {seconds:>5} s"));
    }
    let failed = rows.iter().filter(|(.., passed)| !passed).count();
    say(&format!(
        "\nstages: {} passed, {failed} failed",
        rows.len() - failed
    ));
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Runs a program to its end in the project's folder.
pub(crate) fn succeed(command: &mut Command) -> Result<(), String> {
    let shown = format!("{command:?}");
    let status = command
        .current_dir(root())
        .status()
        .map_err(|why| format!("{shown}: {why}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{shown}: {status}"))
    }
}

/// Cargo, the one that runs this.
pub(crate) fn cargo(args: &[&str]) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(args);
    command
}

/// The project's folder.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// The folder in which cargo builds.
pub(crate) fn target() -> PathBuf {
    let told = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    told.map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// What the last run of the tests printed. Nextest keeps it in the project's
/// folder, wherever cargo builds.
pub(crate) fn junit() -> PathBuf {
    root().join("target/nextest/default/junit.xml")
}

/// What git says, without the last line's end.
pub(crate) fn git(args: &[&str]) -> Result<String, String> {
    let output = Command::new("git")
        .args(args)
        .current_dir(root())
        .output()
        .map_err(|why| why.to_string())?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
