//! Whether every promise is kept by a test that ran.

use std::collections::BTreeSet;

use super::figures;
use super::marks::{self, Mark};
use super::page;
use super::rows::{self, Row};
use crate::stage::root;

/// Fails when a promise that is not open has no test, when a test names a
/// promise that is open or does not exist, when a test that proves something
/// did not run, and when `docs/faults.md` tells of other rows or tests.
///
/// # Errors
/// All that is wrong, a line each.
pub(crate) fn check() -> Result<(), String> {
    let (rows, marks) = (rows::all()?, marks::all(&root())?);
    let ran = figures::of_the_last_run()?;
    let mut wrong = broken(&rows, &marks);
    let asleep = marks.iter().filter(|mark| !ran.contains_key(&mark.name));
    wrong.extend(asleep.map(|mark| format!("{} in {} did not run", mark.name, mark.file)));
    if !page::is_current(&rows, &marks) {
        wrong.push("docs/faults.md is stale: run `cargo xtask faults`".to_owned());
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.join("\n"))
    }
}

fn broken(rows: &[Row], marks: &[Mark]) -> Vec<String> {
    let kept: BTreeSet<u32> = marks.iter().flat_map(|mark| mark.rows.clone()).collect();
    let mut wrong = Vec::new();
    for row in rows {
        match (row.open.is_some(), kept.contains(&row.number)) {
            (false, false) => wrong.push(format!("fault {} is proven by no test", row.number)),
            (true, true) => wrong.push(format!("fault {} is open and proven", row.number)),
            _ => {}
        }
    }
    for mark in marks {
        let known = |number: &&u32| rows.iter().all(|row| row.number != **number);
        let unknown = mark.rows.iter().filter(known);
        wrong.extend(
            unknown.map(|number| format!("{} proves fault {number}, which is none", mark.name)),
        );
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: u32, open: bool) -> Row {
        Row {
            number,
            class: "a class".to_owned(),
            promise: "a promise".to_owned(),
            open: open.then(|| "later".to_owned()),
            missing: None,
        }
    }

    #[test]
    fn a_promise_without_a_test_is_told() {
        let mark = Mark {
            file: "a.rs".to_owned(),
            name: "t".to_owned(),
            rows: vec![2, 3, 9],
        };
        let rows = [row(1, false), row(2, false), row(3, true), row(4, true)];
        let expected = [
            "fault 1 is proven by no test",
            "fault 3 is open and proven",
            "t proves fault 9, which is none",
        ];
        assert_eq!(broken(&rows, &[mark]), expected);
    }
}
