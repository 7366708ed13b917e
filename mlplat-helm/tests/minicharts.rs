//! Hand-made charts for every feature, compared with what helm 3.17.3 prints for them.
//!
//! Each chart below `tests/minicharts` has a `cases.txt`: a name and arguments per line. The
//! outcome of real helm stands in `golden/` next to it, as `<name>.yaml` or, where helm refuses,
//! `<name>.err`. To write these again:
//!
//! ```text
//! MLPLAT_HELM=path/to/helm cargo test -p mlplat-helm --test minicharts
//! ```
#![allow(clippy::unwrap_used, clippy::panic, reason = "test code")]

#[path = "../examples/helm-template/command.rs"]
mod command;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Parser as _;

/// All folders with a `cases.txt`.
fn charts(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path.join("cases.txt").exists() {
                found.push(path.clone());
            }
            charts(&path, found);
        }
    }
}

/// The arguments of a case; those that name a file of the chart get its path.
fn arguments(chart: &Path, line: &str) -> (String, Vec<String>) {
    let mut words = line.split(' ');
    let name = words.next().unwrap().to_owned();
    let mut arguments = vec!["rel".to_owned(), chart.display().to_string()];
    let mut file = false;
    for word in words {
        let word = match word.split_once('=') {
            _ if file => chart.join(word).display().to_string(),
            Some((key, value)) if value.ends_with(".txt") => {
                let full: Vec<String> = format!("{key}={value}")
                    .split(',')
                    .map(|part| match part.split_once('=') {
                        Some((key, value)) => format!("{key}={}", chart.join(value).display()),
                        None => part.to_owned(),
                    })
                    .collect();
                full.join(",")
            }
            _ => word.to_owned(),
        };
        file = word == "-f";
        arguments.push(word);
    }
    (name, arguments)
}

/// The output, or the message without paths of this machine.
fn ours(arguments: &[String]) -> Result<String, String> {
    let arguments = std::iter::once("helm-template").chain(arguments.iter().map(String::as_str));
    let parsed = command::Arguments::try_parse_from(arguments).unwrap();
    command::run(&parsed)
        .map(|(text, _)| text)
        .map_err(|error| error.to_string())
}

fn helms(helm: &str, arguments: &[String]) -> Result<String, String> {
    let output = Command::new(helm)
        .arg("template")
        .args(arguments)
        .output()
        .unwrap();
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout).unwrap());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}

fn write(golden: &Path, outcome: Result<String, String>, chart: &Path) {
    fs::create_dir_all(golden.parent().unwrap()).unwrap();
    for old in ["yaml", "err"] {
        let _ = fs::remove_file(golden.with_extension(old));
    }
    match outcome {
        Ok(text) => fs::write(golden.with_extension("yaml"), text).unwrap(),
        Err(text) => {
            // What helm logs before the error does not count, nor does where the chart is.
            let at = text.find("Error: ").unwrap_or(0);
            let text = text[at..].replace(&format!("{}/", chart.display()), "");
            let text = text.replace(&chart.display().to_string(), ".");
            let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
            fs::write(
                golden.with_extension("err"),
                lines.join("\n").trim_end().to_owned() + "\n",
            )
            .unwrap();
        }
    }
}

#[test]
fn every_case_is_what_helm_prints() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/minicharts");
    let mut found = Vec::new();
    charts(&folder, &mut found);
    found.sort();
    let helm = std::env::var("MLPLAT_HELM").ok();
    let (mut count, mut wrong) = (0, Vec::new());
    for chart in &found {
        for line in fs::read_to_string(chart.join("cases.txt")).unwrap().lines() {
            let (name, arguments) = arguments(chart, line);
            let short = chart.strip_prefix(&folder).unwrap().display().to_string();
            let golden = folder
                .join("golden")
                .join(short.replace('/', "-"))
                .join(&name);
            if let Some(helm) = &helm {
                write(&golden, helms(helm, &arguments), chart);
            }
            let expected = fs::read_to_string(golden.with_extension("yaml"));
            let refused = golden.with_extension("err").exists();
            count += 1;
            match (expected, ours(&arguments)) {
                (Ok(expected), Ok(text)) if expected == text => {}
                (Ok(expected), Ok(text)) => {
                    let at = expected.lines().zip(text.lines()).find(|(a, b)| a != b);
                    wrong.push(format!("{short} {name}: {at:?}"));
                }
                (Ok(_), Err(error)) => wrong.push(format!("{short} {name}: refused: {error}")),
                (Err(_), Err(_)) if refused => {}
                (Err(_), Ok(_)) if refused => wrong.push(format!("{short} {name}: not refused")),
                (Err(error), _) => wrong.push(format!("{short} {name}: no golden file: {error}")),
            }
        }
    }
    assert!(count > 90, "only {count} cases");
    assert!(
        wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
