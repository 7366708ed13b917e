//! Dump, compare, and spoil the dump to see the comparison fail.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::{env, fmt, fs, io};

/// Compares every fact that can be compared and prints a table, then seeds
/// wrong facts and prints how many were noticed.
///
/// `python` is version 3.11 or newer. The environment with the pinned packages
/// is made below the cache folder when it is not there yet.
///
/// # Errors
/// When a fact is contradicted, a listed exception no longer differs, a kind
/// of seeded fault is never noticed, or one of the programs does not run.
pub(crate) fn run(python: &Path) -> Result<(), OracleError> {
    let target = target();
    let interpreter = super::prepare(python, &target.join("python"))?;
    let facts = target.join("facts.json");
    dump(&facts)?;
    let exceptions = root().join("mlplat-aws").join("facts-exceptions.toml");
    let requirements = folder().join("requirements.txt");
    for script in ["facts.py", "seeded.py"] {
        succeed(
            Command::new(&interpreter)
                .env("PYTHONDONTWRITEBYTECODE", "1")
                .arg(folder().join(script))
                .args([&facts, &exceptions, &requirements]),
        )?;
    }
    Ok(())
}

/// Writes the catalog of mlplat-aws to `file`.
fn dump(file: &Path) -> Result<(), OracleError> {
    let out = fs::File::create(file).map_err(|error| OracleError::Io(file.to_owned(), error))?;
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let example = [
        "run",
        "--quiet",
        "--package",
        "mlplat-aws",
        "--example",
        "dump_facts",
    ];
    succeed(
        Command::new(cargo)
            .current_dir(root())
            .args(example)
            .stdout(out),
    )
}

/// The scripts.
pub(super) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("oracle")
}

fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(target) => root().join(target),
        None => root().join("target"),
    }
}

/// Runs a program to its end.
pub(super) fn succeed(command: &mut Command) -> Result<(), OracleError> {
    let program = command.get_program().to_owned();
    let status = command
        .status()
        .map_err(|error| OracleError::Io(PathBuf::from(&program), error))?;
    if status.success() {
        return Ok(());
    }
    let args: Vec<_> = command.get_args().map(OsStr::to_string_lossy).collect();
    let shown = format!("{} {}", program.to_string_lossy(), args.join(" "));
    Err(OracleError::Failed(shown, status))
}

/// Why the facts could not be confirmed.
#[derive(Debug)]
pub(crate) enum OracleError {
    /// A file or program could not be used.
    Io(PathBuf, io::Error),
    /// A program ended with another status than success; it has said why.
    Failed(String, ExitStatus),
}

impl fmt::Display for OracleError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(path, error) => write!(out, "use {}: {error}", path.display()),
            Self::Failed(command, status) => write!(out, "run {command}: {status}"),
        }
    }
}

impl std::error::Error for OracleError {}
