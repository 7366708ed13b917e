//! What tests printed: from the report that nextest writes, and from the
//! programs that are run beside it.

use std::collections::BTreeMap;
use std::fs;

use quick_junit::Report;

use crate::stage::{junit, target};

/// Figures by the name of the test that printed them; a test that ran and
/// printed none is there too.
pub(super) type Figures = BTreeMap<String, Vec<String>>;

/// What the last run of the tests printed.
///
/// # Errors
/// When there was none.
pub(super) fn of_the_last_run() -> Result<Figures, String> {
    let file = junit();
    let text = fs::read_to_string(&file).map_err(|why| {
        format!(
            "{}: {why}; run `cargo xtask test tests` first",
            file.display()
        )
    })?;
    let report =
        Report::deserialize_from_str(&text).map_err(|why| format!("{}: {why}", file.display()))?;
    let mut figures = of(&report);
    for entry in fs::read_dir(target().join("figures"))
        .into_iter()
        .flatten()
        .flatten()
    {
        let name = entry
            .path()
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned());
        let text = fs::read_to_string(entry.path()).unwrap_or_default();
        figures.insert(name.unwrap_or_default(), lines(&text));
    }
    Ok(figures)
}

fn of(report: &Report) -> Figures {
    let cases = report
        .test_suites
        .iter()
        .flat_map(|suite| &suite.test_cases);
    let mut figures = Figures::new();
    for case in cases {
        let name = case.name.as_str().rsplit("::").next().unwrap_or_default();
        let printed = case.system_out.as_ref().map_or("", |out| out.as_str());
        let printed = lines(printed);
        figures.entry(name.to_owned()).or_default().extend(printed);
    }
    figures
}

fn lines(text: &str) -> Vec<String> {
    let figures = text
        .lines()
        .filter_map(|line| line.strip_prefix("figure: "));
    figures.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_stand_in_what_tests_printed() {
        let text = r#"<testsuites name="run" tests="1" failures="0" errors="0">
            <testsuite name="a" tests="1" disabled="0" errors="0" failures="0">
                <testcase name="kill::everywhere" classname="a" time="1.0">
                    <system-out>noise
figure: 700 kills, 0 bad
more</system-out>
                </testcase>
            </testsuite>
        </testsuites>"#;
        let report = Report::deserialize_from_str(text).unwrap();
        let expected = [("everywhere".to_owned(), vec!["700 kills, 0 bad".to_owned()])];
        assert_eq!(of(&report), Figures::from(expected));
    }
}
