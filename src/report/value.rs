//! Old and new values side by side, or line by line where they are long.
//!
//! Documents may hold parts that are not known yet (`<artifacts.Arn>`), so
//! they are laid out by their brackets and quotes, not parsed: an unknown part
//! is one word.

use similar::{ChangeTag, TextDiff};

use super::text::{clean, shorten, width};

/// Values up to this many characters stand on one line.
const INLINE: usize = 72;
/// Lines around a difference.
const CONTEXT: usize = 2;
/// Lines of a difference that are shown.
const LINES: usize = 40;

/// How a change of a value is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shown {
    /// On one line: `old → new`.
    Line(String),
    /// Line by line.
    Lines(Vec<(Mark, String)>),
}

/// What happens to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// It stays.
    Same,
    /// It goes.
    Old,
    /// It comes.
    New,
}

/// The change from one value to another.
pub(crate) fn change(old: Option<&str>, new: Option<&str>) -> Shown {
    if let (Some(old), Some(new)) = (old, new)
        && width(old).max(width(new)) > INLINE
    {
        // A file, such as one in a map of settings. It may begin as a document
        // does, but a document is one line: its line ends are escaped.
        if old.contains('\n') || new.contains('\n') {
            return Shown::Lines(diff(old, new));
        }
        if is_document(old) || is_document(new) {
            return Shown::Lines(diff(&lay_out(old), &lay_out(new)));
        }
    }
    let one = |value: Option<&str>, none: &str| match value {
        None => none.to_owned(),
        Some("") => "\"\"".to_owned(),
        Some(value) => shorten(&clean(value), INLINE).into_owned(),
    };
    match (old, new) {
        (None, new) => Shown::Line(one(new, "")),
        (old, None) => Shown::Line(format!("{} → (taken out)", one(old, ""))),
        (old, new) => Shown::Line(format!("{} → {}", one(old, ""), one(new, ""))),
    }
}

fn is_document(text: &str) -> bool {
    text.starts_with(['{', '['])
}

fn diff(old: &str, new: &str) -> Vec<(Mark, String)> {
    let diff = TextDiff::from_lines(old, new);
    let mut lines = Vec::new();
    for (index, group) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if index > 0 {
            lines.push((Mark::Same, "…".to_owned()));
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let mark = match change.tag() {
                ChangeTag::Equal => Mark::Same,
                ChangeTag::Delete => Mark::Old,
                ChangeTag::Insert => Mark::New,
            };
            let line = clean(change.value().trim_end_matches('\n')).into_owned();
            lines.push((mark, shorten(&line, INLINE + 28).into_owned()));
        }
    }
    if lines.len() > LINES {
        let more = lines.len() - LINES;
        lines.truncate(LINES);
        lines.push((Mark::Same, format!("… {more} more lines")));
    }
    lines
}

/// A JSON-like text with one member or element per line.
fn lay_out(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut depth = 0usize;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => atom(c, '"', &mut chars, &mut out),
            '<' => atom(c, '>', &mut chars, &mut out),
            '{' | '[' => {
                out.push(c);
                if let Some(close) = chars.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(close);
                } else {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c if c.is_whitespace() => {}
            c => out.push(c),
        }
    }
    out
}

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
}

/// Copies everything up to the closing character as it is.
fn atom(
    open: char,
    close: char,
    chars: &mut std::iter::Peekable<std::str::Chars<'_>>,
    out: &mut String,
) {
    out.push(open);
    let mut escaped = false;
    for c in chars.by_ref() {
        out.push(c);
        if c == close && !escaped {
            return;
        }
        escaped = c == '\\' && !escaped;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_values_stand_on_one_line() {
        let shown = |old, new| match change(old, new) {
            Shown::Line(line) => line,
            Shown::Lines(_) => panic!("lines"),
        };
        assert_eq!(shown(Some("1"), Some("2")), "1 → 2");
        assert_eq!(shown(None, Some("2")), "2");
        assert_eq!(shown(Some("1"), None), "1 → (taken out)");
        assert_eq!(shown(Some(""), Some("a\u{1b}")), "\"\" → a\\u{1b}");
    }

    #[test]
    fn files_are_compared_line_by_line() {
        let file = |level: &str| {
            format!(
                "[server]\nport = 8080\n[log]\nlevel = {level}\nformat = plain\nto = /var/log/app.log\nkeep = 3\nend = true\n"
            )
        };
        let Shown::Lines(lines) = change(Some(&file("info")), Some(&file("debug"))) else {
            panic!("one line");
        };
        let changed = lines.iter().filter(|(mark, _)| *mark != Mark::Same);
        let changed: Vec<_> = changed.map(|(_, line)| line.as_str()).collect();
        assert_eq!(changed, ["level = info", "level = debug"]);
        assert_eq!(lines.len(), 6);
    }

    #[test]
    fn documents_are_compared_line_by_line_also_with_unknown_parts() {
        let old = r#"{"Statement":[{"Action":["s3:GetObject"],"Effect":"Allow","Resource":"arn:aws:s3:::a/*, {b}"}]}"#;
        let new = r#"{"Statement":[{"Action":["s3:GetObject","s3:PutObject"],"Effect":"Allow","Resource":<artifacts.Arn[0]>}]}"#;
        let Shown::Lines(lines) = change(Some(old), Some(new)) else {
            panic!("one line");
        };
        let shown: Vec<_> = lines
            .iter()
            .map(|(mark, line)| {
                let mark = match mark {
                    Mark::Same => ' ',
                    Mark::Old => '-',
                    Mark::New => '+',
                };
                format!("{mark} {line}")
            })
            .collect();
        insta::assert_snapshot!(shown.join("\n"), @r#"
              {
                "Action": [
        -         "s3:GetObject"
        +         "s3:GetObject",
        +         "s3:PutObject"
                ],
                "Effect": "Allow",
        -       "Resource": "arn:aws:s3:::a/*, {b}"
        +       "Resource": <artifacts.Arn[0]>
              }
            ]
        "#);
    }
}
