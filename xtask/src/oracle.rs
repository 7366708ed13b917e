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
/// of seeded fault is never noticed, `docs/facts.md` says something else, or
/// one of the programs does not run.
pub(crate) fn run() -> Result<(), String> {
    let page = python::cache().join("facts.md");
    let oracle = Oracle::new()?;
    oracle.run("facts.py", Some(&page))?;
    oracle.run("seeded.py", None)?;
    let (now, there) = (fs::read(page), fs::read(page_file()));
    match (now, there) {
        (Ok(now), Ok(there)) if now == there => Ok(()),
        _ => Err("docs/facts.md is stale: write it with `cargo xtask docs`".to_owned()),
    }
}

/// Writes `docs/facts.md`: each fact with its source.
///
/// # Errors
/// As [`run`].
pub(crate) fn write_page() -> Result<(), String> {
    Oracle::new()?.run("facts.py", Some(&page_file()))
}

fn page_file() -> PathBuf {
    root().join("docs").join("facts.md")
}

/// The programs that compare, and what they read.
struct Oracle {
    python: PathBuf,
    read: [PathBuf; 3],
}

impl Oracle {
    fn new() -> Result<Self, String> {
        let requirements = folder().join("requirements.txt");
        let python = python::environment("oracle", &requirements)?;
        let facts = python::cache().join("facts.json");
        dump(&facts)?;
        let exceptions = root().join("mlplat-aws").join("facts-exceptions.toml");
        Ok(Self {
            python: python.join("bin").join("python"),
            read: [facts, exceptions, requirements],
        })
    }

    fn run(&self, script: &str, page: Option<&Path>) -> Result<(), String> {
        succeed(
            Command::new(&self.python)
                .env("PYTHONDONTWRITEBYTECODE", "1")
                .arg(folder().join(script))
                .args(&self.read)
                .args(page),
        )
    }
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
