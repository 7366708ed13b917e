//! `docs`: settings, outputs and resources, written into a file between two
//! markers.

use std::path::Path;

use mlplat_core::Problem;
use similar::TextDiff;

use crate::cli::args::DocsArgs;
use crate::cli::failure::{DONE, FAILED, Failure};
use crate::cli::session::Session;
use crate::report::{DOCS_BEGIN, DOCS_END, program_docs};

pub(crate) fn docs(session: &Session<'_>, args: &DocsArgs) -> Result<u8, Failure> {
    let page = program_docs(&session.graph()?);
    if args.out.as_os_str() == "-" {
        session.out.raw(&page);
        return Ok(DONE);
    }
    let shown = args.out.display().to_string();
    let before = read(&args.out)?;
    let after = placed(&before, &page, &shown)?;
    if before == after {
        session.out.note(&format!("{shown} is as the program says"));
        return Ok(DONE);
    }
    if args.check {
        let diff = TextDiff::from_lines(&before, &after);
        let text = diff
            .unified_diff()
            .context_radius(2)
            .header(&shown, "as the program says")
            .to_string();
        session.out.raw(&text);
        session.out.note(&format!(
            "{shown} is not as the program says: run `docs` to write it anew"
        ));
        return Ok(FAILED);
    }
    std::fs::write(&args.out, after).map_err(|why| {
        let what = format!("failed to write {shown}: {why}");
        Problem::new(
            "docs-file",
            what,
            "name a file that can be written with --out",
        )
    })?;
    session.out.note(&format!("written to {shown}"));
    Ok(DONE)
}

/// The file as it is; nothing when there is none.
fn read(path: &Path) -> Result<String, Failure> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(why) => {
            let what = format!("failed to read {}: {why}", path.display());
            Err(Problem::new("docs-file", what, "name a text file with --out").into())
        }
    }
}

/// The text with the page in place of what stands between the markers. A new
/// file is the page; in one that has no markers nobody knows where it goes.
fn placed(text: &str, page: &str, shown: &str) -> Result<String, Problem> {
    if text.is_empty() {
        return Ok(page.to_owned());
    }
    let refuse = |what: String| {
        let fix = format!("put these two lines where it should stand: {DOCS_BEGIN} and {DOCS_END}");
        Err(Problem::new("no-markers", what, fix))
    };
    let Some(start) = text.find(DOCS_BEGIN) else {
        return refuse(format!("{shown} does not say where the page goes"));
    };
    let Some(length) = text[start..].find(DOCS_END) else {
        return refuse(format!(
            "{shown} has a marker where the page begins, and none where it ends"
        ));
    };
    let rest = &text[start + length + DOCS_END.len()..];
    let rest = rest.strip_prefix('\n').unwrap_or(rest);
    Ok(format!("{}{page}{rest}", &text[..start]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(inside: &str) -> String {
        format!("{DOCS_BEGIN}\n{inside}\n{DOCS_END}\n")
    }

    #[test]
    fn only_what_is_between_the_markers_changes() {
        let text = format!("# Title\n\n{}\nafter\n", page("old"));
        let placed = |text: &str| placed(text, &page("new"), "README.md");
        let once = placed(&text).unwrap();
        assert_eq!(once, format!("# Title\n\n{}\nafter\n", page("new")));
        assert_eq!(placed(&once).unwrap(), once);
        assert_eq!(placed("").unwrap(), page("new"));
        assert!(
            placed("# Title\n")
                .unwrap_err()
                .what
                .contains("does not say where")
        );
        let half = format!("# Title\n{DOCS_BEGIN}\n");
        assert!(
            placed(&half)
                .unwrap_err()
                .what
                .contains("none where it ends")
        );
    }
}
