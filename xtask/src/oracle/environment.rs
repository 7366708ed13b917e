//! A Python environment of our own, made once per list of requirements.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::run::{OracleError, folder, succeed};

/// The interpreter of an environment below `cache` in which the pinned
/// packages are installed. It is made with `python` when it is not there yet;
/// the name of its folder tells the requirements, so that a new pin makes a
/// new one.
///
/// # Errors
/// When the environment cannot be made or the packages cannot be installed.
pub(crate) fn prepare(python: &Path, cache: &Path) -> Result<PathBuf, OracleError> {
    let requirements = folder().join("requirements.txt");
    let pins = fs::read_to_string(&requirements)
        .map_err(|error| OracleError::Io(requirements.clone(), error))?;
    let home = cache.join(format!("oracle-{:016x}", fingerprint(&pins)));
    let interpreter = home.join("bin").join("python");
    let done = home.join("complete");
    if done.is_file() {
        return Ok(interpreter);
    }
    succeed(
        Command::new(python)
            .args(["-m", "venv", "--clear"])
            .arg(&home),
    )?;
    let pip = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ];
    succeed(
        Command::new(&interpreter)
            .args(pip)
            .arg("--requirement")
            .arg(&requirements),
    )?;
    fs::write(&done, pins).map_err(|error| OracleError::Io(done, error))?;
    Ok(interpreter)
}

/// Only names a folder: another toolchain may compute another one.
fn fingerprint(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
