//! `cargo xtask cold`: what the first command costs on a machine that has
//! built nothing yet.

use std::process::Stdio;

use wait4::Wait4 as _;

use crate::stage::{cargo, root, say};

/// Builds the example into an empty target folder, and asks the kernel what
/// all processes of the build took together, and the largest of them.
///
/// # Errors
/// When the example does not build, or the folder cannot be made.
pub(crate) fn run() -> Result<(), String> {
    let said = |why: std::io::Error| why.to_string();
    let folder = std::env::temp_dir().join(format!("mlplat-cold-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(said)?;
    let mut build = cargo(&["build", "--quiet", "--example", "zenml_stack"])
        .current_dir(root())
        .env("CARGO_TARGET_DIR", &folder)
        .stdin(Stdio::null())
        .spawn()
        .map_err(said)?;
    let ended = build.wait4().map_err(said)?;
    std::fs::remove_dir_all(&folder).map_err(said)?;
    if !ended.status.success() {
        return Err(format!("the example does not build: {}", ended.status));
    }
    let used = ended.rusage;
    let cpu = (used.utime + used.stime).as_secs_f64();
    say(&format!(
        "cargo build --example zenml_stack, cold: {cpu:.0} CPU s, largest process {} MB",
        used.maxrss / 1_000_000
    ));
    Ok(())
}
