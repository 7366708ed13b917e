//! `docs/faults.md`.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use super::figures::{self, Figures};
use super::marks::{self, Mark};
use super::rows::{self, Row};
use crate::stage::root;

const HEAD: &str = "# Faults\n\n\
    Written by `cargo xtask faults` from `xtask/faults.toml`, the tests that say which of its rows they prove, and what\n\
    they printed when they ran last. `cargo xtask test` fails when a promise has no test, or a test of it did not run.\n\
    The long runs of the same tests are in [proof.md](proof.md).\n";

/// Writes the page, with the figures of the last run of the tests.
///
/// # Errors
/// When there was no run, or the page cannot be written.
pub(crate) fn write() -> Result<(), String> {
    let (rows, marks) = (rows::all()?, marks::all(&root())?);
    let text = page(&rows, &marks, &figures::of_the_last_run()?);
    fs::write(file(), text).map_err(|why| format!("{}: {why}", file().display()))
}

/// Whether the page has these rows and tests; figures may be of an earlier run.
pub(super) fn is_current(rows: &[Row], marks: &[Mark]) -> bool {
    let fresh = page(rows, marks, &Figures::new());
    let there = fs::read_to_string(file()).unwrap_or_default();
    without_figures(&there) == without_figures(&fresh)
}

fn file() -> PathBuf {
    root().join("docs").join("faults.md")
}

fn without_figures(page: &str) -> Vec<&str> {
    page.lines()
        .filter(|line| !line.starts_with("  - "))
        .collect()
}

fn page(rows: &[Row], marks: &[Mark], figures: &Figures) -> String {
    let mut out = HEAD.to_owned();
    for row in rows {
        // Writing to a string cannot fail.
        let _ = write!(
            out,
            "\n## {}. {}\n\n{}.\n",
            row.number, row.class, row.promise
        );
        if let Some(why) = &row.open {
            let _ = write!(out, "\n**Open**: {why}.\n");
        }
        let tests = marks.iter().filter(|mark| mark.rows.contains(&row.number));
        let mut first = true;
        for mark in tests {
            if std::mem::take(&mut first) {
                out.push('\n');
            }
            let _ = writeln!(out, "- `{}` in {}", mark.name, mark.file);
            for figure in figures.get(&mark.name).into_iter().flatten() {
                let _ = writeln!(out, "  - {figure}");
            }
        }
        if let Some(missing) = &row.missing {
            let _ = write!(out, "\nNot shown yet: {missing}.\n");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_stand_below_their_test_and_do_not_make_a_page_stale() {
        let rows = [Row {
            number: 1,
            class: "killed".to_owned(),
            promise: "it resumes".to_owned(),
            open: None,
            missing: Some("on a Tuesday".to_owned()),
        }];
        let marks = [Mark {
            file: "tests/kill.rs".to_owned(),
            name: "everywhere".to_owned(),
            rows: vec![1],
        }];
        let printed = [("everywhere".to_owned(), vec!["9 kills".to_owned()])];
        let page_with = page(&rows, &marks, &Figures::from(printed));
        let body = page_with.strip_prefix(HEAD).unwrap();
        assert_eq!(
            body,
            "\n## 1. killed\n\nit resumes.\n\n- `everywhere` in tests/kill.rs\n  - 9 kills\n\nNot shown yet: on a Tuesday.\n"
        );
        let page_without = page(&rows, &marks, &Figures::new());
        assert_eq!(without_figures(&page_with), without_figures(&page_without));
    }
}
