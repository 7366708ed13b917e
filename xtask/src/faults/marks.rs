//! Finding the tests that keep a promise: a line `Proves fault 7.` or
//! `Proves faults 2 and 4.` in the doc comment of a function.
//!
//! Sources are read line by line and not parsed: tests inside of `proptest!`
//! are tokens of a macro to a parser.

use std::fs;
use std::path::Path;

/// A test and the rows that it says it proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    /// Below the project's folder.
    pub(super) file: String,
    pub(super) name: String,
    pub(super) rows: Vec<u32>,
}

/// Every mark in the project's sources.
///
/// # Errors
/// When a source cannot be read, or a mark is not followed by a function.
pub(super) fn all(root: &Path) -> Result<Vec<Mark>, String> {
    let mut marks = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(&folder).map_err(|why| format!("{}: {why}", folder.display()))?;
        for entry in entries.flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            if path.is_dir() && name != "target" && !name.starts_with('.') {
                folders.push(path);
            } else if name.ends_with(".rs") {
                let text = fs::read_to_string(&path)
                    .map_err(|why| format!("{}: {why}", path.display()))?;
                let below = path.strip_prefix(root).unwrap_or(&path);
                marks.extend(of(&below.to_string_lossy(), &text)?);
            }
        }
    }
    marks.sort_by(|a, b| (&a.file, &a.name).cmp(&(&b.file, &b.name)));
    Ok(marks)
}

fn of(file: &str, text: &str) -> Result<Vec<Mark>, String> {
    let mut marks = Vec::new();
    let mut rows: Vec<u32> = Vec::new();
    for (number, line) in text.lines().map(str::trim).enumerate() {
        if let Some(said) = line.strip_prefix("/// Proves fault") {
            rows.extend(numbers(said));
        } else if rows.is_empty() || line.starts_with("//") || line.starts_with("#[") {
            continue;
        } else if let Some(name) = function(line) {
            marks.push(Mark {
                file: file.to_owned(),
                name: name.to_owned(),
                rows: std::mem::take(&mut rows),
            });
        } else {
            return Err(format!(
                "{file}:{}: the function that proves faults {rows:?} should stand here",
                number + 1
            ));
        }
    }
    Ok(marks)
}

fn numbers(text: &str) -> impl Iterator<Item = u32> {
    text.split(|c: char| !c.is_ascii_digit())
        .filter_map(|digits| digits.parse().ok())
}

fn function(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("fn ")?;
    rest.split(['(', '<']).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_names_its_rows() {
        let text = "/// Kills it.\n///\n/// Proves faults 1, 8 and 28.\n#[test]\nfn killed() {\n}\nfn other() {}\n";
        let mark = Mark {
            file: "a.rs".to_owned(),
            name: "killed".to_owned(),
            rows: vec![1, 8, 28],
        };
        assert_eq!(of("a.rs", text), Ok(vec![mark]));
    }

    #[test]
    fn a_mark_on_nothing_is_told() {
        let text = "/// Proves fault 3.\nstruct Lost;\n";
        let why = "a.rs:2: the function that proves faults [3] should stand here";
        assert_eq!(of("a.rs", text), Err(why.to_owned()));
    }
}
