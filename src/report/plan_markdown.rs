//! A plan as Markdown, for a comment under a pull request.
//!
//! One line says what would happen, a table lists the changes with their
//! reasons, and the values are folded away below it. Text of users is escaped
//! so that it can neither break the table nor smuggle in HTML.

use std::fmt::Write as _;

use mlplat_core::Graph;
use mlplat_core::plan::{Change, Plan};

use super::plan_rows::{self, Group, Row};
use super::text::clean;
use super::value::{self, Mark, Shown};

/// GitHub refuses comments beyond 65,536 characters; the details stop well
/// before.
const LIMIT: usize = 50_000;

/// The plan as Markdown.
#[must_use]
pub fn plan_markdown(plan: &Plan, graph: &Graph) -> String {
    let mut out = String::new();
    let title = escape(&plan_rows::title(graph));
    // Writing to a string cannot fail.
    let _ = if plan.has_changes() {
        writeln!(out, "### {title}: {}\n", summary(plan))
    } else {
        writeln!(out, "### {title}: no changes")
    };
    if !plan.has_changes() {
        return out;
    }
    let expected = plan_rows::expected(plan);
    if !expected.is_empty() {
        let _ = writeln!(out, "Expected to take {}.\n", escape(&expected));
    }
    let groups = plan_rows::groups(plan);
    table(&mut out, &groups);
    details(&mut out, &groups);
    out
}

fn summary(plan: &Plan) -> String {
    let counts = plan_rows::counts(plan).into_iter();
    let said: Vec<_> = counts
        .filter(|(change, _)| *change != Change::Keep)
        .map(|(_, text)| text)
        .collect();
    said.join(", ")
}

fn table(out: &mut String, groups: &[Group]) {
    out.push_str("| | path | type | why | line |\n|---|---|---|---|---|\n");
    let mut left = 0;
    for group in groups {
        for row in &group.rows {
            if out.len() > LIMIT {
                left += 1;
                continue;
            }
            let path = if row.path.is_empty() {
                &row.below
            } else {
                &row.path
            };
            let _ = writeln!(
                out,
                "| {} {} | {} | {} | {} | {} |",
                row.symbol,
                row.change,
                code(path),
                escape(&row.ty),
                escape(&row.why),
                code(&group.source)
            );
        }
    }
    if left > 0 {
        let _ = writeln!(out, "\n… and {left} more, left out for length.");
    }
}

fn details(out: &mut String, groups: &[Group]) {
    let with_fields = || {
        let rows = groups.iter().flat_map(|group| &group.rows);
        rows.filter(|row| !row.fields.is_empty())
    };
    if with_fields().next().is_none() {
        return;
    }
    out.push_str("\n<details><summary>values</summary>\n\n");
    for row in with_fields() {
        if out.len() > LIMIT {
            out.push_str("… the rest is left out for length.\n\n");
            break;
        }
        fields(out, row);
    }
    out.push_str("</details>\n");
}

fn fields(out: &mut String, row: &Row) {
    let _ = writeln!(out, "`{}`\n", row.path);
    let mut body = String::new();
    for field in &row.fields {
        let note = match field.note {
            "" => String::new(),
            note => format!("  ({note})"),
        };
        match value::change(field.old.as_deref(), field.new.as_deref()) {
            Shown::Line(value) => {
                let _ = writeln!(body, "  {}: {value}{note}", field.name);
            }
            Shown::Lines(lines) => {
                let _ = writeln!(body, "  {}:{note}", field.name);
                for (mark, text) in lines {
                    let sign = match mark {
                        Mark::Same => ' ',
                        Mark::Old => '-',
                        Mark::New => '+',
                    };
                    let _ = writeln!(body, "{sign}     {text}");
                }
            }
        }
    }
    let fence = fence(&body);
    let _ = writeln!(out, "{fence}diff\n{body}{fence}\n");
}

/// Text in the fixed font; what would end it or the table's cell is replaced.
fn code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    format!("`{}`", clean(text).replace(['`', '|'], "?"))
}

/// More backticks than any run of them inside.
fn fence(body: &str) -> String {
    let longest = body
        .split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    "`".repeat(longest.max(2) + 1)
}

/// Text that means nothing to Markdown, HTML or a table.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '#' | '~' | '@' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn a_plan_with_every_kind_of_change() {
        let graph = fixture::graph();
        insta::assert_snapshot!(plan_markdown(&fixture::every_kind(&graph), &graph), @r#"
        ### zenml · dev: 1 to create, 2 to update, 2 to replace, 1 to delete, 1 to move, 1 to forget, 1 orphaned, to delete

        Expected to take about 10m 17s.

        | | path | type | why | line |
        |---|---|---|---|---|
        | ~ update | `cluster/access/policy` | iam.RolePolicy | drift: Description changed outside | `examples/zenml_stack.rs:13` |
        | ± replace | `cluster/control-plane` | eks.Cluster | forced: it holds network/private-a, whose CidrBlock changes, which cannot exist twice; the old one goes first | `examples/zenml_stack.rs:13` |
        | ± replace | `network/private-a` | ec2.Subnet | made anew: CidrBlock cannot be changed in place | `examples/zenml_stack.rs:12` |
        | + create | `artifacts/bucket` | s3.Bucket |  | `examples/zenml_stack.rs:15` |
        | ? update | `artifacts/notes` | k8s.ConfigMap | changed only if Url turns out to be another one | `examples/zenml_stack.rs:15` |
        | > move | `artifacts/logs` | s3.Bucket | was at storage/logs | `examples/zenml_stack.rs:15` |
        | - delete | `old/bucket` | s3.Bucket | it is no longer in the program |  |
        | ! forget | `old/data` | s3.Bucket | it is no longer in the program, and is retained |  |
        | - orphan | `vol-1\u{1b}[31m` | ec2.Volume | vol-1&#92;u{1b}&#91;31m carries this stack's tag and is in no state |  |

        <details><summary>values</summary>

        `cluster/access/policy`

        ```diff
          PolicyDocument:
                  {
                    "Action": [
        -             "s3:GetObject"
        +             "s3:GetObject",
        +             "s3:PutObject"
                    ],
                    "Effect": "Allow",
        -           "Resource": "arn:aws:s3:::zenml-dev-artifacts/*"
        +           "Resource": <artifacts.Arn>
                  }
                ]
          Description: made by hand → read and write  (drift: changed outside, put back)
        ```

        `network/private-a`

        ```diff
          CidrBlock: 10.0.0.0/20 → 10.0.16.0/20
        ```

        `artifacts/notes`

        ```diff
          Url: https://a → <cluster.Endpoint>  (known later)
        ```

        </details>
        "#);
    }

    #[test]
    fn nothing_to_do_is_one_line() {
        let graph = fixture::graph();
        let shown = plan_markdown(&fixture::nothing(&graph), &graph);
        assert_eq!(shown, "### zenml · dev: no changes\n");
    }

    #[test]
    fn markup_in_text_is_taken_literally() {
        assert_eq!(
            escape("a|b <img src=x> @team _x_"),
            "a&#124;b &lt;img src=x&gt; &#64;team &#95;x&#95;"
        );
        assert_eq!(fence("a ``` b"), "````");
    }
}
