//! The oracle of the declared facts.
//!
//! Descriptions that are not ours (CloudFormation's schemas, botocore's service
//! models, moto's list of managed policies) are compared with the facts of
//! mlplat-aws. The comparing is a Python program, because all of them live in
//! Python packages. What it reads is a dump of the catalog, written by an
//! example of mlplat-aws.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::python;
use crate::stage::{cargo, root, succeed};

/// Compares every fact that can be compared and prints a table, then seeds
/// wrong facts and prints how many were noticed.
///
/// # Errors
/// When a fact is contradicted, a listed exception no longer differs, a kind
/// of seeded fault is never noticed, or one of the programs does not run.
pub(crate) fn run() -> Result<(), String> {
    let requirements = folder().join("requirements.txt");
    let python = python::environment("oracle", &requirements)?
        .join("bin")
        .join("python");
    let facts = python::cache().join("facts.json");
    dump(&facts)?;
    let exceptions = root().join("mlplat-aws").join("facts-exceptions.toml");
    for script in ["facts.py", "seeded.py"] {
        succeed(
            Command::new(&python)
                .env("PYTHONDONTWRITEBYTECODE", "1")
                .arg(folder().join(script))
                .args([&facts, &exceptions, &requirements]),
        )?;
    }
    Ok(())
}

/// Writes the catalog of mlplat-aws to a file.
fn dump(file: &Path) -> Result<(), String> {
    let out = fs::File::create(file).map_err(|why| format!("{}: {why}", file.display()))?;
    let example = [
        "run",
        "--quiet",
        "--package",
        "mlplat-aws",
        "--example",
        "dump_facts",
    ];
    succeed(cargo(&example).stdout(out))
}

/// The scripts.
fn folder() -> PathBuf {
    root().join("xtask").join("oracle")
}
