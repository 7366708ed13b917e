//! The generated parts of the documentation.

use std::fs;

use crate::oracle;
use crate::stage::{cargo, root, succeed};

/// Writes `docs/resource-types.md`, the table of resource types, and
/// `docs/facts.md`, their facts with sources. A test of mlplat-aws fails when
/// the first is stale, the stage `facts` when the second is.
///
/// # Errors
/// When the program that renders it does not run, or the file cannot be
/// written.
pub(crate) fn run() -> Result<(), String> {
    let file = root().join("docs").join("resource-types.md");
    let out = fs::File::create(&file).map_err(|why| format!("{}: {why}", file.display()))?;
    let example = [
        "run",
        "--quiet",
        "--package",
        "mlplat-aws",
        "--example",
        "resource_types",
    ];
    succeed(cargo(&example).stdout(out))?;
    oracle::write_page()
}
