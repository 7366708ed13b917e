//! Compares this crate with the real helm, object by object, and measures both.
//!
//! ```text
//! helm-conformance compare --helm PATH --charts FOLDER [--cache FOLDER] [--only NAME] [--verbose]
//! helm-conformance bench   --helm PATH --charts FOLDER [--only NAME]
//! ```
//!
//! Each chart of the folder (`*.tgz`) is rendered with its default or required values
//! (`values/<chart>.yaml` of the folder), with every `ci/*.yaml` that it carries, and with three
//! variations of its values that flip switches. helm renders twice, so that fields that differ
//! between its own renders are known to be random and left out of the comparison. What helm
//! refuses has to be refused. Exit code 1 when anything differs.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line program"
)]

mod bench;
mod cases;
mod compare;
mod growth;
mod helm;
mod ours;
mod report;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;

use clap::{Args, Parser, Subcommand};

use cases::Case;
use report::{Outcome, Report};

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Renders with both and compares.
    Compare(Common),
    /// Measures the CPU time of both, for three charts and for values of growing size.
    Bench(Common),
}

#[derive(Args)]
struct Common {
    /// The helm binary.
    #[arg(long)]
    helm: PathBuf,
    /// Folder with `*.tgz` charts and `values/`.
    #[arg(long)]
    charts: PathBuf,
    /// Where helm's output is kept between runs.
    #[arg(long)]
    cache: Option<PathBuf>,
    /// Only charts whose name contains this.
    #[arg(long)]
    only: Option<String>,
    /// Print every difference in full.
    #[arg(long)]
    verbose: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("Error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    match &arguments.command {
        Command::Compare(common) => {
            let report = compare_all(common)?;
            print!("{}", report.table(common.verbose));
            Ok(ExitCode::from(u8::from(!report.is_clean())))
        }
        Command::Bench(common) => {
            let programs = bench::Programs::new(&common.helm)?;
            let charts = bench::run(&programs, &common.charts, common.only.as_deref())?;
            print!("{charts}\n{}", growth::run(&programs)?);
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Renders and compares all cases with two workers.
fn compare_all(common: &Common) -> Result<Report, String> {
    let cases: Vec<Case> = cases::collect(&common.charts)?
        .into_iter()
        .filter(|case| {
            let only = common.only.as_deref();
            only.is_none_or(|part| case.chart_name().contains(part))
        })
        .collect();
    let helm = helm::Helm::new(&common.helm, common.cache.as_deref())?;
    let queue = Mutex::new(cases.iter());
    let outcomes = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some(case) = queue.lock().ok().and_then(|mut queue| queue.next()) else {
                        return;
                    };
                    let outcome = check(case, &helm);
                    if let Ok(mut outcomes) = outcomes.lock() {
                        outcomes.push((case.clone(), outcome));
                    }
                }
            });
        }
    });
    let mut outcomes = outcomes.into_inner().map_err(|error| error.to_string())?;
    outcomes.sort_by_key(|(case, _)| case.label());
    Ok(Report::new(outcomes))
}

fn check(case: &Case, helm: &helm::Helm) -> Outcome {
    let first = match helm.render(case, 0) {
        Ok(text) => text,
        Err(problem) => return Outcome::Broken(problem),
    };
    let mine = ours::render(case);
    match (first, mine) {
        (Err(_), Err(_)) => Outcome::SameRefusal,
        (Err(theirs), Ok(_)) => Outcome::Different(vec![format!("helm refuses: {theirs}")]),
        (Ok(_), Err(mine)) => Outcome::Different(vec![format!("we refuse: {mine}")]),
        (Ok(theirs), Ok(mine)) if theirs == mine => Outcome::SameText,
        (Ok(theirs), Ok(mine)) => match helm.render(case, 1) {
            Ok(Ok(again)) => compare::outcome(&theirs, &again, &mine),
            Ok(Err(problem)) | Err(problem) => Outcome::Broken(problem),
        },
    }
}
