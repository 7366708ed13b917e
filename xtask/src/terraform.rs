//! The same shapes in Terraform, where it is on the machine.
//!
//! `terraform_data` is built in, so nothing is downloaded and no cloud takes
//! part: what is measured is Terraform's own engine with a state in a file.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

const LAYERS: usize = 10;

/// The version, when there is a Terraform.
pub(crate) fn version() -> Option<String> {
    let output = Command::new("terraform").arg("version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().next().map(str::to_owned)
}

/// Writes the configuration into a folder and makes it ready.
///
/// # Errors
/// When it cannot be written, or Terraform refuses it.
pub(crate) fn prepare(shape: &str, nodes: usize, touched: bool, dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    let mut text = String::new();
    for at in 0..nodes {
        let touched = if touched && at + 1 == nodes {
            "-touched"
        } else {
            ""
        };
        let payload = "x".repeat(32);
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "resource \"terraform_data\" \"r{at}\" {{\n  input = {{ name = \"r{at}\", v = \"payload-{at:06}-{payload}{touched}\""
        );
        for (second, earlier) in before(shape, nodes, at).into_iter().enumerate() {
            let _ = write!(text, ", d{second} = terraform_data.r{earlier}.id");
        }
        text.push_str(" }\n}\n");
    }
    fs::write(dir.join("main.tf"), text)?;
    let mut init = command(dir, &["init", "-backend=false"]);
    if init.status()?.success() {
        Ok(())
    } else {
        Err(io::Error::other("terraform init failed"))
    }
}

/// A Terraform command in a folder, without any talk.
pub(crate) fn command(dir: &Path, words: &[&str]) -> Command {
    let mut command = Command::new("terraform");
    command
        .args(words)
        .args(["-no-color", "-input=false"])
        .current_dir(dir);
    command
        .env("CHECKPOINT_DISABLE", "1")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn before(shape: &str, nodes: usize, at: usize) -> Vec<usize> {
    let per = (nodes / LAYERS).max(1);
    let layer = (at / per).min(LAYERS - 1);
    match (shape, at, layer) {
        ("chain", 1.., _) => vec![at - 1],
        ("layered", _, 1..) => {
            let place = at - layer * per;
            (0..2)
                .map(|second| (layer - 1) * per + (place * 7 + second * 3) % per)
                .collect()
        }
        _ => Vec::new(),
    }
}
