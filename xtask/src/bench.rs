//! `cargo xtask bench`: what the engine itself costs.
//!
//! Runs the release build of `examples/synthetic.rs` from outside, for three
//! shapes and two sizes, and asks the kernel what each run took: CPU seconds
//! (user and system) and peak memory, from `wait4`. Beside it stands what one
//! durable write costs on the same disk, since that is what a deployment waits
//! for, and Terraform at the smaller size, when it is on the machine. The
//! results are `docs/benchmarks.md` for people and
//! `target/bench.json` for programs.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use serde::Serialize;
use wait4::Wait4 as _;

use crate::cycles::{self, Cycles};
use crate::terraform;

const SHAPES: [&str; 3] = ["wide", "layered", "chain"];
const SIZES: [usize; 2] = [1_000, 10_000];
/// What is measured, in the order in which it can be done.
const ACTIONS: [(&str, &[&str]); 5] = [
    ("first deploy", &["deploy"]),
    ("plan, nothing to do", &["plan"]),
    ("plan, one change", &["--touch", "plan"]),
    ("deploy, one change", &["--touch", "deploy"]),
    ("destroy", &["destroy"]),
];

/// The same with Terraform.
const TERRAFORM: [(&str, bool, &[&str]); 5] = [
    ("first deploy", false, &["apply", "-auto-approve"]),
    ("plan, nothing to do", false, &["plan"]),
    ("plan, one change", true, &["plan"]),
    ("deploy, one change", true, &["apply", "-auto-approve"]),
    ("destroy", true, &["destroy", "-auto-approve"]),
];

/// One run.
#[derive(Debug, Clone, Serialize)]
struct Row {
    shape: &'static str,
    nodes: usize,
    action: &'static str,
    cpu_s: f64,
    wall_s: f64,
    peak_mb: f64,
    /// Bytes of the snapshot for each resource, after the run.
    state_bytes: Option<f64>,
}

#[derive(Debug, Serialize)]
struct Report {
    format: u32,
    cores: usize,
    /// Milliseconds of one append and `fdatasync` in the folder of the states.
    sync_ms: f64,
    rows: Vec<Row>,
    /// What `terraform version` says, and its runs; empty without it.
    terraform: String,
    terraform_rows: Vec<Row>,
    /// What tests of the ZenML example cost, by build.
    tests: Vec<Cycles>,
}

/// Builds, measures, writes both files.
///
/// # Errors
/// When something cannot be built, run or written, in words.
pub(crate) fn run() -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let program = build(&root)?;
    let mut report = measure(&program).map_err(|why| format!("failed to measure: {why}"))?;
    report.tests = cycles::measure(&root)?;
    let json = serde_json::to_string_pretty(&report).map_err(|why| why.to_string())?;
    write(&root.join("target/bench.json"), &json)?;
    write(&root.join("docs/benchmarks.md"), &markdown(&report))
}

/// The release build of the synthetic program, and where it lies.
fn build(root: &Path) -> Result<PathBuf, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args([
            "build",
            "--release",
            "--example",
            "synthetic",
            "--message-format=json",
        ])
        .current_dir(root)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|why| format!("failed to run cargo: {why}"))?;
    let lines = String::from_utf8_lossy(&output.stdout);
    let mut executables = lines.lines().filter_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        message["executable"].as_str().map(PathBuf::from)
    });
    let found = executables.next_back().filter(|_| output.status.success());
    found.ok_or_else(|| "failed to build the synthetic program".to_owned())
}

fn measure(program: &Path) -> io::Result<Report> {
    let scratch = std::env::temp_dir().join(format!("mlplat-bench-{}", std::process::id()));
    fs::create_dir_all(&scratch)?;
    let measured = measure_in(program, &scratch);
    fs::remove_dir_all(&scratch)?;
    measured
}

fn measure_in(program: &Path, scratch: &Path) -> io::Result<Report> {
    let mut rows = Vec::new();
    for shape in SHAPES {
        for nodes in SIZES {
            let state = scratch.join(format!("{shape}-{nodes}"));
            for (action, words) in ACTIONS {
                let size = nodes.to_string();
                let mut command = Command::new(program);
                command
                    .args(["--shape", shape, "--nodes", &size, "--state"])
                    .arg(&state);
                command.args(words).stdout(Stdio::null());
                rows.push(one(shape, nodes, action, &mut command, &state)?);
            }
        }
    }
    let (terraform, terraform_rows) = beside(scratch)?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Ok(Report {
        format: 1,
        cores,
        sync_ms: sync_ms(scratch)?,
        rows,
        terraform,
        terraform_rows,
        tests: Vec::new(),
    })
}

fn beside(scratch: &Path) -> io::Result<(String, Vec<Row>)> {
    let Some(version) = terraform::version() else {
        return Ok((String::new(), Vec::new()));
    };
    let (mut rows, nodes) = (Vec::new(), SIZES[0]);
    for shape in SHAPES {
        let dir = scratch.join(format!("terraform-{shape}"));
        for (action, touched, words) in TERRAFORM {
            terraform::prepare(shape, nodes, touched, &dir)?;
            let mut command = terraform::command(&dir, words);
            let mut row = one(shape, nodes, action, &mut command, &dir)?;
            let state = fs::metadata(dir.join("terraform.tfstate")).ok();
            let state = state.filter(|_| action != "destroy");
            row.state_bytes = state.map(|file| file.len() as f64 / nodes as f64);
            rows.push(row);
        }
    }
    Ok((version, rows))
}

fn one(
    shape: &'static str,
    nodes: usize,
    action: &'static str,
    command: &mut Command,
    state: &Path,
) -> io::Result<Row> {
    let begun = Instant::now();
    let used = command.spawn()?.wait4()?;
    let wall_s = begun.elapsed().as_secs_f64();
    if !used.status.success() {
        let what = format!("{shape} {nodes}, {action}: it ended with {}", used.status);
        return Err(io::Error::other(what));
    }
    let snapshot = fs::metadata(state.join("state"))
        .ok()
        .filter(|_| action != "destroy");
    let usage = used.rusage;
    Ok(Row {
        shape,
        nodes,
        action,
        cpu_s: (usage.utime + usage.stime).as_secs_f64(),
        wall_s,
        peak_mb: usage.maxrss as f64 / 1e6,
        state_bytes: snapshot.map(|file| file.len() as f64 / nodes as f64),
    })
}

/// The cost of making 200 bytes durable, as the mean of 200 times.
fn sync_ms(dir: &Path) -> io::Result<f64> {
    const TIMES: u32 = 200;
    let mut file = File::create(dir.join("sync"))?;
    let begun = Instant::now();
    for _ in 0..TIMES {
        file.write_all(&[b'x'; 200])?;
        file.sync_data()?;
    }
    Ok(begun.elapsed().as_secs_f64() * 1000.0 / f64::from(TIMES))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    let failed = |why: io::Error| format!("failed to write {}: {why}", path.display());
    if let Some(dir) = path.parent() {
        fs::create_dir_all(dir).map_err(failed)?;
    }
    fs::write(path, text).map_err(failed)
}

fn markdown(report: &Report) -> String {
    let mut out = format!(
        "# Benchmarks\n\n\
         Written by `cargo xtask bench`, which runs the release build of `examples/synthetic.rs`\n\
         from outside: resources without a cloud, so this is what the engine itself costs.\n\
         Measured on {} cores; making one small write durable took {:.2} ms in the same\n\
         run. Figures of different machines or runs cannot be compared; their ratios can.\n\n\
         CPU is user and system time, peak is the largest resident memory, growth is the\n\
         exponent k of CPU ~ N^k between the two sizes, state is the snapshot's size for\n\
         each resource.\n",
        report.cores, report.sync_ms
    );
    for shape in SHAPES {
        // Writing to a string cannot fail.
        let _ = write!(out, "\n## {}\n\n{}\n\n", shape, about(shape));
        table(&mut out, &report.rows, shape);
    }
    tests_of_a_program(&mut out, &report.tests);
    if !report.terraform.is_empty() {
        let _ = write!(
            out,
            "\n## Beside it\n\n{} on the same machine in the same run, with its built-in `terraform_data`\n\
             and a state in a file.\n",
            report.terraform
        );
        for shape in SHAPES {
            let _ = write!(out, "\n{shape}:\n\n");
            table(&mut out, &report.terraform_rows, shape);
        }
    }
    out
}

/// What tests cost.
fn tests_of_a_program(out: &mut String, tests: &[Cycles]) {
    let Some(first) = tests.first() else { return };
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        "\n## tests of a program\n\n\
         The ZenML example, {} resources, on the simulated account and clusters. A cycle is a\n\
         deployment and a destruction in a world of its own; two threads run them for as long as\n\
         it says. `Stack::test` plans from an empty account; a life is a deployment, a second run\n\
         and a destruction; both are medians on one thread.\n\n\
         | build | cycles | seconds | cycles a minute | CPU s in all | `Stack::test` ms | life ms |\n\
         |---|---:|---:|---:|---:|---:|---:|\n",
        first.told.resources
    );
    for cycles in tests {
        let told = &cycles.told;
        let _ = writeln!(
            out,
            "| {} | {} | {:.1} | {:.0} | {:.1} | {:.2} | {:.1} |",
            cycles.build,
            told.cycles,
            told.seconds,
            cycles.per_minute(),
            cycles.cpu_s,
            told.test_ms,
            told.live_ms
        );
    }
}

fn about(shape: &str) -> &'static str {
    match shape {
        "wide" => "Resources that know nothing of each other.",
        "chain" => "Each resource after the one before: nothing can be done at the same time.",
        _ => "Ten layers; each resource after two of the layer above.",
    }
}

fn table(out: &mut String, all: &[Row], shape: &str) {
    out.push_str("| | resources | CPU s | wall s | peak MB | growth | state B |\n");
    out.push_str("|---|---:|---:|---:|---:|---:|---:|\n");
    for (action, _) in ACTIONS {
        let rows: Vec<&Row> = all
            .iter()
            .filter(|row| row.shape == shape && row.action == action)
            .collect();
        for (at, row) in rows.iter().enumerate() {
            let growth = at.checked_sub(1).map(|before| growth(rows[before], row));
            let _ = writeln!(
                out,
                "| {} | {} | {:.2} | {:.2} | {:.0} | {} | {} |",
                row.action,
                row.nodes,
                row.cpu_s,
                row.wall_s,
                row.peak_mb,
                growth.map_or_else(String::new, |k| format!("{k:.2}")),
                row.state_bytes
                    .map_or_else(String::new, |bytes| format!("{bytes:.0}")),
            );
        }
    }
}

fn growth(small: &Row, large: &Row) -> f64 {
    let floor = |seconds: f64| seconds.max(0.001);
    let size = large.nodes as f64 / small.nodes as f64;
    (floor(large.cpu_s) / floor(small.cpu_s)).ln() / size.ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cycles::Told;

    fn row(nodes: usize, cpu_s: f64) -> Row {
        Row {
            shape: "wide",
            nodes,
            action: "destroy",
            cpu_s,
            wall_s: cpu_s,
            peak_mb: 10.0,
            state_bytes: None,
        }
    }

    #[test]
    fn growth_is_the_exponent() {
        assert!((growth(&row(1_000, 0.1), &row(10_000, 1.0)) - 1.0).abs() < 1e-9);
        assert!((growth(&row(1_000, 0.1), &row(10_000, 10.0)) - 2.0).abs() < 1e-9);
    }

    #[test]
    fn every_run_is_a_line() {
        let rows = vec![row(1_000, 0.1), row(10_000, 1.0)];
        let report = Report {
            format: 1,
            cores: 2,
            sync_ms: 0.1,
            rows,
            terraform: String::new(),
            terraform_rows: Vec::new(),
            tests: vec![Cycles {
                build: "release",
                told: Told {
                    resources: 51,
                    cycles: 500,
                    seconds: 20.0,
                    test_ms: 0.25,
                    live_ms: 12.0,
                },
                cpu_s: 39.0,
            }],
        };
        let text = markdown(&report);
        assert!(
            text.contains("| destroy | 10000 | 1.00 | 1.00 | 10 | 1.00 |  |"),
            "{text}"
        );
        assert!(
            text.contains("| release | 500 | 20.0 | 1500 | 39.0 | 0.25 | 12.0 |"),
            "{text}"
        );
    }
}
