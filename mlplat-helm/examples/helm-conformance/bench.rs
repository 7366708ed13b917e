//! CPU time of both for the same work.
//!
//! Each side renders as a program of its own, so that start-up, loading and parsing of the chart
//! count for both; the CPU time is what the kernel charges to the finished children.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::helm::{KUBE_VERSION, NAMESPACE, RELEASE};

const CHARTS: [&str; 3] = ["kube-prometheus-stack", "istiod", "airflow-community"];
const ROUNDS: u32 = 20;

/// The table of the measurements.
pub(crate) fn run(helm: &Path, charts: &Path) -> Result<String, String> {
    let mine = std::env::current_exe()
        .map_err(|error| error.to_string())?
        .with_file_name("helm-template");
    let mut table = format!(
        "{:<24} {:>10} {:>10} {:>7}\n",
        "chart", "helm ms", "ours ms", "ratio"
    );
    for name in CHARTS {
        let chart = charts.join(format!("{name}.tgz"));
        let values = charts.join("values").join(format!("{name}.yaml"));
        let time = |program: &Path, first: &[&str]| -> Result<f64, String> {
            let before = children_time()?;
            for _ in 0..ROUNDS {
                let mut command = Command::new(program);
                command.args(first).arg(RELEASE).arg(&chart);
                command.args([
                    "-n",
                    NAMESPACE,
                    "--include-crds",
                    "--kube-version",
                    KUBE_VERSION,
                ]);
                if values.exists() {
                    command.arg("-f").arg(&values);
                }
                let output = command.output().map_err(|error| error.to_string())?;
                if !output.status.success() {
                    return Err(String::from_utf8_lossy(&output.stderr).into_owned());
                }
            }
            let spent = children_time()?.saturating_sub(before);
            Ok(spent.as_secs_f64() * 1e3 / f64::from(ROUNDS))
        };
        let theirs = time(helm, &["template"])?;
        let ours = time(&mine, &[])?;
        let _ = writeln!(
            table,
            "{name:<24} {:>10.1} {:>10.1} {:>7.3}",
            theirs,
            ours,
            ours / theirs
        );
    }
    Ok(table)
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
