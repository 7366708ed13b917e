//! Python environments of our own, made once per list of requirements.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::stage::{root, succeed};

/// The folder of an environment in which the pinned packages of a
/// requirements file are installed. It is made when it is not there yet; its
/// name tells the requirements, so that a new pin makes a new one.
///
/// # Errors
/// When there is no Python 3, the environment cannot be made, or the packages
/// cannot be installed.
pub(crate) fn environment(name: &str, requirements: &Path) -> Result<PathBuf, String> {
    let pins = fs::read_to_string(requirements)
        .map_err(|why| format!("{}: {why}", requirements.display()))?;
    let home = cache().join(format!("{name}-{:016x}", fingerprint(&pins)));
    let done = home.join("complete");
    if done.is_file() {
        return Ok(home);
    }
    succeed(
        Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&home),
    )?;
    succeed(
        Command::new(home.join("bin").join("python"))
            .args(["-m", "pip", "install", "--quiet"])
            .args(["--disable-pip-version-check", "--requirement"])
            .arg(requirements),
    )?;
    fs::write(&done, pins).map_err(|why| format!("{}: {why}", done.display()))?;
    Ok(home)
}

/// Where environments and other things that outlive a run are kept.
pub(crate) fn cache() -> PathBuf {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
    root().join(target).join("python")
}

/// Only names a folder: another toolchain may compute another one.
fn fingerprint(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
