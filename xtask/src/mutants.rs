//! `cargo xtask mutants`: bugs that are seeded into state, plan and deploy, and
//! whether a test notices each.
//!
//! With `--since REV` only those in lines that have changed since then, with
//! `--shard K/N` every N-th of all. The last run's figures and what survived
//! are `docs/mutants.md`; why a survivor is none that matters stands in
//! `xtask/survivors.toml`, by the words with which it is listed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::stage::{cargo, git, root, say, succeed, target};

#[derive(Deserialize)]
struct Outcomes {
    outcomes: Vec<Outcome>,
}

#[derive(Deserialize)]
struct Outcome {
    scenario: serde_json::Value,
    summary: String,
}

/// What became of the mutants of one run.
#[derive(Debug, Default, PartialEq)]
struct Score {
    caught: usize,
    unviable: usize,
    /// By name.
    survived: Vec<String>,
}

/// Runs them and writes the page.
///
/// # Errors
/// When there is no tool, the tests fail without any mutant, or a mutant
/// survives that has no reason to.
pub(crate) fn run(words: &[&str]) -> Result<(), String> {
    install()?;
    let out = target().join("mutants");
    fs::create_dir_all(&out).map_err(|why| format!("{}: {why}", out.display()))?;
    let mut command = cargo(&["mutants", "--no-shuffle", "--output"]);
    command.arg(&out);
    let what = match words {
        [] => "all".to_owned(),
        ["--shard", part] => {
            command.args(["--shard", part]);
            format!("every mutant of part {part}")
        }
        ["--since", base] => {
            command.arg("--in-diff").arg(diff_since(base, &out)?);
            format!("those in what has changed since {base}")
        }
        _ => return Err("usage: cargo xtask mutants [--since REV | --shard K/N]".to_owned()),
    };
    // It ends with 2 when some survive, with 3 when some take too long: that
    // is what the page is about.
    let status = command
        .current_dir(root())
        .status()
        .map_err(|why| why.to_string())?;
    if !matches!(status.code(), Some(0 | 2 | 3)) {
        return Err(format!("cargo mutants: {status}"));
    }
    let score = score(&out.join("mutants.out").join("outcomes.json"))?;
    let reasons = reasons()?;
    let page = page(
        &what,
        &git(&["rev-parse", "--short", "HEAD"])?,
        &score,
        &reasons,
    );
    fs::write(root().join("docs").join("mutants.md"), page).map_err(|why| why.to_string())?;
    say(&format!(
        "mutants: {} caught, {} survived",
        score.caught,
        score.survived.len()
    ));
    let silent = score
        .survived
        .iter()
        .filter(|name| !reasons.contains_key(*name));
    match silent.count() {
        0 => Ok(()),
        count => Err(format!(
            "{count} survive without a reason in xtask/survivors.toml"
        )),
    }
}

fn install() -> Result<(), String> {
    let there = cargo(&["mutants", "--version"]).output();
    if there.is_ok_and(|output| output.status.success()) {
        return Ok(());
    }
    succeed(&mut cargo(&[
        "install",
        "--locked",
        "--quiet",
        "cargo-mutants",
    ]))
}

fn diff_since(base: &str, out: &Path) -> Result<PathBuf, String> {
    let diff = git(&["diff", base, "--", "mlplat-core"])?;
    let file = out.join("change.diff");
    fs::write(&file, diff + "\n").map_err(|why| format!("{}: {why}", file.display()))?;
    Ok(file)
}

fn score(file: &Path) -> Result<Score, String> {
    let text = fs::read_to_string(file).map_err(|why| format!("{}: {why}", file.display()))?;
    let all: Outcomes =
        serde_json::from_str(&text).map_err(|why| format!("{}: {why}", file.display()))?;
    let mut score = Score::default();
    for outcome in all.outcomes {
        let name = outcome.scenario["Mutant"]["name"].as_str();
        match (name, outcome.summary.as_str()) {
            // The run without any.
            (None, _) => {}
            (Some(_), "CaughtMutant" | "Timeout") => score.caught += 1,
            (Some(_), "Unviable") => score.unviable += 1,
            (Some(name), _) => score.survived.push(name.to_owned()),
        }
    }
    Ok(score)
}

fn reasons() -> Result<BTreeMap<String, String>, String> {
    let file = root().join("xtask").join("survivors.toml");
    let text = fs::read_to_string(&file).map_err(|why| format!("{}: {why}", file.display()))?;
    toml::from_str(&text).map_err(|why| format!("{}: {why}", file.display()))
}

fn page(what: &str, commit: &str, score: &Score, reasons: &BTreeMap<String, String>) -> String {
    let viable = score.caught + score.survived.len();
    let percent = 100.0 * score.caught as f64 / viable.max(1) as f64;
    let mut out = format!(
        "# Mutants\n\nWritten by `cargo xtask mutants` on commit {commit}: {what}, of state, plan and deploy.\n\n\
         {viable} viable, {} caught ({percent:.1} %), {} do not compile. What survived:\n\n",
        score.caught, score.unviable
    );
    for name in &score.survived {
        let reason = reasons
            .get(name)
            .map_or("**no reason is known**", String::as_str);
        // Writing to a string cannot fail.
        let _ = writeln!(out, "- `{name}`: {reason}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn survivors_are_listed_with_their_reasons() {
        let score = Score {
            caught: 9,
            unviable: 2,
            survived: vec!["a -> b".to_owned()],
        };
        let reasons = BTreeMap::from([("a -> b".to_owned(), "the same".to_owned())]);
        let page = page("all", "abc", &score, &reasons);
        assert!(
            page.contains("10 viable, 9 caught (90.0 %), 2 do not compile"),
            "{page}"
        );
        assert!(page.ends_with("- `a -> b`: the same\n"), "{page}");
    }
}
