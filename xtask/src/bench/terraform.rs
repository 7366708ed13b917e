//! The same shapes in Terraform, where it is on the machine.
//!
//! `terraform_data` is built in, so nothing is downloaded and no cloud takes
//! part: what is measured is Terraform's own engine with a state in a file.
//! Where `MLPLAT_BENCH` names a folder with the generator of these shapes
//! (`gen_engine.py`), that one writes the configurations.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::measure::{self, Row};
use super::{ACTIONS, SHAPES, SIZES};

const LAYERS: usize = 10;
/// How long one command may take.
pub(super) const LIMIT: Duration = Duration::from_secs(600);

/// The commands for the actions of a life, and whether the last resource is
/// changed by then.
const COMMANDS: [(bool, &[&str]); ACTIONS.len()] = [
    (false, &["plan"]),
    (false, &["apply", "-auto-approve"]),
    (false, &["plan"]),
    (true, &["plan"]),
    (true, &["apply", "-auto-approve"]),
    (true, &["destroy", "-auto-approve"]),
];

/// The version and its runs at the smallest size; nothing without a Terraform.
/// What does not end in time is a row that says so, and what would come after
/// it is not tried.
pub(super) fn rows(scratch: &Path) -> io::Result<(String, Vec<Row>)> {
    let Some(version) = version() else {
        return Ok((String::new(), Vec::new()));
    };
    let (mut rows, nodes) = (Vec::new(), SIZES[0].0);
    for shape in SHAPES {
        let dir = scratch.join(format!("terraform-{shape}"));
        for ((action, _), (touched, words)) in ACTIONS.into_iter().zip(COMMANDS) {
            prepare(shape, nodes, touched, &dir)?;
            let ran = measure::run(&mut command(&dir, words), Some(LIMIT))?;
            let Some((mut took, _)) = ran else {
                rows.push(Row::new(shape, nodes, action, None));
                break;
            };
            let state = fs::metadata(dir.join("terraform.tfstate")).ok();
            let state = state.filter(|_| action != super::DESTROY);
            took.state_bytes = state.map(|file| file.len() as f64 / nodes as f64);
            rows.push(Row::new(shape, nodes, action, took));
        }
    }
    Ok((version, rows))
}

/// The version, when there is a Terraform.
fn version() -> Option<String> {
    let output = Command::new("terraform").arg("version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().next().map(str::to_owned)
}

/// Writes the configuration into a folder and makes it ready.
fn prepare(shape: &str, nodes: usize, touched: bool, dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    match generator() {
        Some(generator) => generate(&generator, shape, nodes, touched, dir)?,
        None => fs::write(dir.join("main.tf"), configuration(shape, nodes, touched))?,
    }
    let mut init = command(dir, &["init", "-backend=false"]);
    if init.status()?.success() {
        Ok(())
    } else {
        Err(io::Error::other("terraform init failed"))
    }
}

fn generator() -> Option<PathBuf> {
    let dir = std::env::var_os("MLPLAT_BENCH").filter(|dir| !dir.is_empty())?;
    let generator = Path::new(&dir).join("gen_engine.py");
    generator.exists().then_some(generator)
}

fn generate(
    generator: &Path,
    shape: &str,
    nodes: usize,
    touched: bool,
    dir: &Path,
) -> io::Result<()> {
    let mut python = Command::new("python3");
    python.arg(generator).args([shape, &nodes.to_string()]);
    python.arg(dir).args(touched.then_some("--touch"));
    match python.status()?.success() {
        true => Ok(()),
        false => Err(io::Error::other(format!("{} failed", generator.display()))),
    }
}

fn configuration(shape: &str, nodes: usize, touched: bool) -> String {
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
    text
}

/// A Terraform command in a folder, without any talk.
fn command(dir: &Path, words: &[&str]) -> Command {
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
