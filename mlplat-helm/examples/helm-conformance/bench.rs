//! CPU time of both for the same work.
//!
//! Each side renders as a program of its own, so that start-up, loading and parsing of the chart
//! count for both; the CPU time is what the kernel charges to the finished children.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::helm::{KUBE_VERSION, NAMESPACE, RELEASE};

const CHARTS: [&str; 3] = ["kube-prometheus-stack", "istiod", "airflow-community"];
const ROUNDS: u32 = 20;

/// The two programs that are measured.
pub(crate) struct Programs {
    helm: PathBuf,
    ours: PathBuf,
}

impl Programs {
    /// This helm, and `helm-template` next to this program.
    pub(crate) fn new(helm: &Path) -> Result<Self, String> {
        let own = std::env::current_exe().map_err(|error| error.to_string())?;
        Ok(Self {
            helm: helm.to_owned(),
            ours: own.with_file_name("helm-template"),
        })
    }

    /// Milliseconds of CPU time that one render takes, of helm and of ours.
    pub(crate) fn measure(
        &self,
        chart: &Path,
        values: Option<&Path>,
        rounds: u32,
    ) -> Result<[f64; 2], String> {
        Ok([
            time(&self.helm, &["template"], chart, values, rounds)?,
            time(&self.ours, &[], chart, values, rounds)?,
        ])
    }
}

/// The table of the measurements of real charts whose name contains `only`.
pub(crate) fn run(
    programs: &Programs,
    charts: &Path,
    only: Option<&str>,
) -> Result<String, String> {
    let mut table = format!(
        "{:<24} {:>10} {:>10} {:>7}\n",
        "chart", "helm ms", "ours ms", "ratio"
    );
    for name in CHARTS {
        if only.is_some_and(|part| !name.contains(part)) {
            continue;
        }
        let chart = charts.join(format!("{name}.tgz"));
        let values = charts.join("values").join(format!("{name}.yaml"));
        let values = values.exists().then_some(values.as_path());
        let [theirs, ours] = programs.measure(&chart, values, ROUNDS)?;
        let ratio = ours / theirs;
        let _ = writeln!(table, "{name:<24} {theirs:>10.1} {ours:>10.1} {ratio:>7.3}");
    }
    Ok(table)
}

fn time(
    program: &Path,
    first: &[&str],
    chart: &Path,
    values: Option<&Path>,
    rounds: u32,
) -> Result<f64, String> {
    let before = children_time()?;
    for _ in 0..rounds {
        let mut command = Command::new(program);
        command.args(first).arg(RELEASE).arg(chart);
        command.args([
            "-n",
            NAMESPACE,
            "--include-crds",
            "--kube-version",
            KUBE_VERSION,
        ]);
        if let Some(values) = values {
            command.arg("-f").arg(values);
        }
        let output = command
            .stdout(Stdio::null())
            .output()
            .map_err(|error| error.to_string())?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
    }
    let spent = children_time()?.saturating_sub(before);
    Ok(spent.as_secs_f64() * 1e3 / f64::from(rounds))
}

/// User and system time that the kernel has charged to finished children of this process: the
/// fields `cutime` and `cstime` of `/proc/self/stat`, in ticks of 10 ms.
fn children_time() -> Result<Duration, String> {
    let stat = std::fs::read_to_string("/proc/self/stat").map_err(|error| error.to_string())?;
    // The second field, the program's name in brackets, may hold blanks.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 = fields
        .split_whitespace()
        .skip(13)
        .take(2)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    Ok(Duration::from_millis(ticks * 10))
}
