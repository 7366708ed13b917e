//! Charts compared with the real helm, where a folder of charts is given.

use std::path::PathBuf;

use crate::python;
use crate::stage::{cargo, root, say, succeed};

/// The folder of charts, without which only the project's own charts are
/// tested, against their golden output.
const CHARTS: &str = "MLPLAT_CHARTS";

/// Renders every chart of the folder with helm and with mlplat-helm, and
/// compares object by object.
///
/// # Errors
/// When anything differs beyond the known differences, or helm cannot be had.
pub(crate) fn conformance() -> Result<(), String> {
    let Some(charts) = std::env::var_os(CHARTS).map(PathBuf::from) else {
        say(&format!(
            "SKIPPED: {CHARTS} names no folder of charts; 0 renders compared"
        ));
        return Ok(());
    };
    let requirements = root().join("xtask").join("helm").join("requirements.txt");
    let helm = python::environment("helm", &requirements)?
        .join("bin")
        .join("helm");
    let example = [
        "run",
        "--quiet",
        "--package",
        "mlplat-helm",
        "--example",
        "helm-conformance",
        "--",
        "compare",
    ];
    succeed(
        cargo(&example)
            .arg("--helm")
            .arg(helm)
            .arg("--charts")
            .arg(charts)
            .arg("--cache")
            .arg(python::cache().join("helm-renders")),
    )
}
