//! Running the example programs as a user would.

#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// An example program, as it is in the source now: a run of one test does not
/// build the examples by itself.
pub(crate) fn example(name: &str) -> PathBuf {
    static BUILT: OnceLock<()> = OnceLock::new();
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).unwrap();
    BUILT.get_or_init(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        build.args(["build", "--quiet", "--examples"]);
        if profile.ends_with("release") {
            build.arg("--release");
        }
        assert!(build.status().unwrap().success(), "the examples build");
    });
    profile.join("examples").join(name)
}

/// An example over a state folder, with nothing of this process's environment
/// that could change what it does.
pub(crate) fn command(name: &str, state: &Path) -> Command {
    let mut command = Command::new(example(name));
    for (variable, _) in std::env::vars() {
        // What notes the secrets for the search changes nothing.
        let ours = variable.starts_with("MLPLAT_") && variable != "MLPLAT_TELLTALES";
        if ours || variable.starts_with("AWS_") {
            command.env_remove(variable);
        }
    }
    command.env("NO_COLOR", "1").arg("--state").arg(state);
    command
}

/// What a program printed on standard output.
pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// What a program printed on standard error.
pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Runs to a good end.
pub(crate) fn succeed(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        stdout(&output),
        stderr(&output)
    );
    output
}
