//! Running programs and asking the kernel what they took.
//!
//! CPU seconds (user and system) and peak memory come from `wait4`, the number
//! of syncs from the program itself, the size of the state from its file. A
//! life (plan, deployment, change, destruction) is repeated in a folder of its
//! own as often as its size asks for; of each action the run with the least CPU
//! counts.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde::Serialize;
use wait4::{ResUse, Wait4 as _};

use super::{ACTIONS, DESTROY, Report, SHAPES, SIZES, targets, terraform};

/// One run.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Row {
    pub(super) shape: &'static str,
    pub(super) nodes: usize,
    pub(super) action: &'static str,
    /// What it took; `None` when it was not over in time.
    pub(super) took: Option<Took>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Took {
    pub(super) cpu_s: f64,
    pub(super) wall_s: f64,
    pub(super) peak_mb: f64,
    /// Bytes of the snapshot for each resource, after the run.
    pub(super) state_bytes: Option<f64>,
    /// How often a batch of records was made durable.
    pub(super) syncs: Option<u64>,
}

/// The release build of the synthetic program, and where it lies.
pub(super) fn build(root: &Path) -> Result<PathBuf, String> {
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

/// Everything, in a folder that is removed afterwards.
pub(super) fn all(program: &Path) -> io::Result<Report> {
    let scratch = std::env::temp_dir().join(format!("mlplat-bench-{}", std::process::id()));
    fs::create_dir_all(&scratch)?;
    let measured = all_in(program, &scratch);
    fs::remove_dir_all(&scratch)?;
    measured
}

fn all_in(program: &Path, scratch: &Path) -> io::Result<Report> {
    let mut rows = Vec::new();
    for shape in SHAPES {
        for (nodes, times) in SIZES {
            rows.extend(least(program, shape, nodes, times, scratch)?);
        }
    }
    let (terraform, terraform_rows) = terraform::rows(scratch)?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Ok(Report {
        format: 2,
        cores,
        sync_ms: sync_ms(scratch)?,
        targets: targets::held(&rows),
        rows,
        terraform,
        terraform_rows,
        tests: Vec::new(),
    })
}

/// The actions of a life, each with the least that it took.
fn least(
    program: &Path,
    shape: &'static str,
    nodes: usize,
    times: usize,
    scratch: &Path,
) -> io::Result<Vec<Row>> {
    let mut best: Vec<Row> = Vec::new();
    for time in 0..times {
        let state = scratch.join(format!("{shape}-{nodes}-{time}"));
        for (at, (action, words)) in ACTIONS.into_iter().enumerate() {
            let mut command = Command::new(program);
            let size = nodes.to_string();
            let args = ["--stats", "--shape", shape, "--nodes", &size, "--state"];
            command.args(args).arg(&state).args(words);
            let Some((mut took, said)) = run(&mut command, None)? else {
                continue;
            };
            let number = |word: &str| word.strip_prefix("journal-syncs=")?.parse().ok();
            took.syncs = said.split_whitespace().find_map(number);
            let snapshot = fs::metadata(state.join("state")).ok();
            let snapshot = snapshot.filter(|_| action != DESTROY);
            took.state_bytes = snapshot.map(|file| file.len() as f64 / nodes as f64);
            keep(&mut best, at, Row::new(shape, nodes, action, took));
        }
        fs::remove_dir_all(&state)?;
    }
    Ok(best)
}

impl Row {
    pub(super) fn new(
        shape: &'static str,
        nodes: usize,
        action: &'static str,
        took: impl Into<Option<Took>>,
    ) -> Self {
        Self {
            shape,
            nodes,
            action,
            took: took.into(),
        }
    }

    /// CPU seconds, when it was over in time.
    pub(super) fn cpu_s(&self) -> Option<f64> {
        self.took.as_ref().map(|took| took.cpu_s)
    }
}

fn keep(best: &mut Vec<Row>, at: usize, row: Row) {
    match best.get_mut(at) {
        Some(before) if before.cpu_s() <= row.cpu_s() => {}
        Some(before) => *before = row,
        None => best.push(row),
    }
}

/// Runs a program to its end, or to the end of its time: then there is nothing
/// to tell.
pub(super) fn run(
    command: &mut Command,
    limit: Option<Duration>,
) -> io::Result<Option<(Took, String)>> {
    let shown = format!("{command:?}");
    let begun = Instant::now();
    // With a limit nobody reads along.
    let out = match limit {
        None => Stdio::piped(),
        Some(_) => Stdio::null(),
    };
    let mut child = command.stdout(out).spawn()?;
    let mut said = String::new();
    if let Some(mut out) = child.stdout.take() {
        out.read_to_string(&mut said)?;
    }
    let Some(used) = ended(child, limit)? else {
        return Ok(None);
    };
    if !used.status.success() {
        let what = format!("{shown} ended with {}", used.status);
        return Err(io::Error::other(what));
    }
    let usage = used.rusage;
    let took = Took {
        cpu_s: (usage.utime + usage.stime).as_secs_f64(),
        wall_s: begun.elapsed().as_secs_f64(),
        peak_mb: usage.maxrss as f64 / 1e6,
        state_bytes: None,
        syncs: None,
    };
    Ok(Some((took, said)))
}

/// What a process used; `None` when it had to be ended.
fn ended(mut child: Child, limit: Option<Duration>) -> io::Result<Option<ResUse>> {
    let Some(limit) = limit else {
        return child.wait4().map(Some);
    };
    let id = child.id().to_string();
    let (over, wait) = mpsc::channel();
    // Nobody listens any more when it is over after its time.
    let waiting = std::thread::spawn(move || drop(over.send(child.wait4())));
    if let Ok(used) = wait.recv_timeout(limit) {
        return used.map(Some);
    }
    Command::new("kill").args(["-KILL", &id]).status()?;
    // It is reaped before the next one starts.
    drop(waiting.join());
    Ok(None)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_does_not_end_is_ended_and_told_apart() {
        let limit = Some(Duration::from_millis(100));
        let begun = Instant::now();
        let endless = run(Command::new("sleep").arg("30"), limit).unwrap();
        assert!(endless.is_none());
        assert!(begun.elapsed() < Duration::from_secs(20));
        let quick = run(&mut Command::new("true"), Some(Duration::from_secs(20)));
        assert!(quick.unwrap().is_some());
        let failed = run(&mut Command::new("false"), None).unwrap_err();
        assert!(failed.to_string().contains("ended with"), "{failed}");
        let (_, said) = run(Command::new("echo").arg("word"), None)
            .unwrap()
            .unwrap();
        assert_eq!(said, "word\n");
    }

    #[test]
    fn the_least_of_several_runs_counts() {
        let row = |cpu_s| {
            let took = Took {
                cpu_s,
                wall_s: cpu_s,
                peak_mb: 1.0,
                state_bytes: None,
                syncs: None,
            };
            Row::new("wide", 10, DESTROY, took)
        };
        let mut best = Vec::new();
        for cpu_s in [0.3, 0.1, 0.2] {
            keep(&mut best, 0, row(cpu_s));
        }
        assert_eq!(best.len(), 1);
        assert_eq!(best[0].cpu_s(), Some(0.1));
    }
}
