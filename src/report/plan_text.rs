//! A plan for people at a terminal.
//!
//! Grouped by construct with the line that made it; one row for each change
//! with its symbol, place, type and reason; below it the fields, old and new.
//! The end says how many changes of each kind there are, how long they are
//! expected to take, and what they wait for.

use std::fmt::Write as _;

use mlplat_core::Graph;
use mlplat_core::plan::{Change, Plan};

use super::plan_rows::{self, Field, Group, Row};
use super::text::{count, pad, width};
use super::tone::{self, Tone};
use super::value::{self, Mark, Shown};

/// Columns wider than this do not push the others away.
const PATH_MAX: usize = 56;
const TYPE_MAX: usize = 32;

/// The plan as text with colours.
#[must_use]
pub fn plan_text(plan: &Plan, graph: &Graph) -> String {
    if !plan.has_changes() {
        return nothing(plan);
    }
    let mut groups = plan_rows::groups(plan);
    let common = take_common_reason(&mut groups);
    let mut out = heading(plan, graph, &common);
    out.push_str(&changes(&groups));
    ending(&mut out, plan);
    out
}

/// The rows of all groups, in columns.
pub(crate) fn changes(groups: &[Group]) -> String {
    let rows = || groups.iter().flat_map(|group| &group.rows);
    let widths = Widths {
        path: rows()
            .map(|row| width(&row.below))
            .max()
            .unwrap_or(0)
            .min(PATH_MAX),
        ty: rows()
            .map(|row| width(&row.ty))
            .max()
            .unwrap_or(0)
            .min(TYPE_MAX),
    };
    let mut out = String::new();
    let mut last_alone = false;
    for group in groups {
        // Resources that stand on their own form one block.
        if !(last_alone && group.is_alone()) {
            out.push('\n');
        }
        last_alone = group.is_alone();
        group_text(&mut out, group, &widths);
    }
    out
}

/// A line that scripts can look for.
fn nothing(plan: &Plan) -> String {
    let kept = count(plan.counts.keep, "resource");
    format!(
        "no changes\n{}\n",
        Tone::Faint.paint(&format!("{kept} as the program says"))
    )
}

struct Widths {
    path: usize,
    ty: usize,
}

/// A reason that all changes share is said once: that of a destruction.
fn take_common_reason(groups: &mut [Group]) -> String {
    let mut rows: Vec<&mut Row> = groups
        .iter_mut()
        .flat_map(|group| &mut group.rows)
        .collect();
    let common = rows.first().map(|row| row.why.clone()).unwrap_or_default();
    if rows.len() < 2 || rows.iter().any(|row| row.why != common) {
        return String::new();
    }
    rows.iter_mut().for_each(|row| row.why.clear());
    common
}

fn heading(plan: &Plan, graph: &Graph, common: &str) -> String {
    let title = Tone::Strong.paint(&plan_rows::title(graph));
    let mut state = match plan.serial {
        0 => "nothing is deployed yet".to_owned(),
        serial => format!("on top of deployment {serial}"),
    };
    if !common.is_empty() {
        state.push_str(&format!("; for all of it: {common}"));
    }
    format!("{title}  {}\n", Tone::Faint.paint(&state))
}

fn group_text(out: &mut String, group: &Group, widths: &Widths) {
    let alone = group.is_alone();
    let name = if group.name.is_empty() {
        "in no state"
    } else {
        &group.name
    };
    if !alone {
        let name = pad(name, widths.path + 4);
        line(
            out,
            &[
                (Tone::Strong, &name),
                (Tone::Plain, "  "),
                (Tone::Faint, &group.source),
            ],
        );
    }
    for row in &group.rows {
        let source = if alone { group.source.as_str() } else { "" };
        row_text(out, row, source, widths);
    }
}

fn row_text(out: &mut String, row: &Row, source: &str, widths: &Widths) {
    let tone = tone::of(row.change);
    let start = format!("  {} {}", row.symbol, pad(&row.below, widths.path));
    let ty = format!("  {}  ", pad(&row.ty, widths.ty));
    let gap = if row.why.is_empty() { "" } else { "  " };
    line(
        out,
        &[
            (tone, &start),
            (Tone::Faint, &ty),
            (Tone::Plain, &row.why),
            (Tone::Plain, gap),
            (Tone::Faint, source),
        ],
    );
    let names = row.fields.iter().map(|field| width(&field.name)).max();
    for field in &row.fields {
        field_text(out, field, names.unwrap_or(0));
    }
}

fn field_text(out: &mut String, field: &Field, names: usize) {
    let name = format!("      {}  ", pad(&field.name, names));
    let note = (Tone::Faint, field.note);
    match value::change(field.old.as_deref(), field.new.as_deref()) {
        Shown::Line(value) => line(
            out,
            &[
                (Tone::Plain, &name),
                (Tone::Plain, &value),
                (Tone::Plain, "  "),
                note,
            ],
        ),
        Shown::Lines(lines) => {
            line(out, &[(Tone::Plain, &name), note]);
            for (mark, text) in lines {
                let (tone, sign) = match mark {
                    Mark::Same => (Tone::Faint, "          "),
                    Mark::Old => (Tone::Bad, "        - "),
                    Mark::New => (Tone::Good, "        + "),
                };
                line(out, &[(tone, &format!("{sign}{text}"))]);
            }
        }
    }
}

/// Writes cells as a line without blanks at its end.
fn line(out: &mut String, cells: &[(Tone, &str)]) {
    let last = cells
        .iter()
        .rposition(|(_, text)| !text.trim_end().is_empty());
    let used = last.map_or(0, |last| last + 1);
    for (index, (tone, text)) in cells[..used].iter().enumerate() {
        let text = if index + 1 == used {
            text.trim_end()
        } else {
            text
        };
        out.push_str(&tone.paint(text));
    }
    out.push('\n');
}

fn ending(out: &mut String, plan: &Plan) {
    let counts: Vec<_> = plan_rows::counts(plan)
        .into_iter()
        .map(|(change, text)| match change {
            Change::Keep => Tone::Faint.paint(&text),
            change => tone::of(change).paint(&text),
        })
        .collect();
    // Writing to a string cannot fail.
    let _ = writeln!(
        out,
        "\n{}  {}",
        Tone::Strong.paint("plan"),
        counts.join(", ")
    );
    let conditional = plan_rows::conditionals(plan);
    if conditional > 0 {
        let text = format!("?     {conditional} of them may turn out to need nothing");
        let _ = writeln!(out, "{}", Tone::Faint.paint(&text));
    }
    let expected = plan_rows::expected(plan);
    if !expected.is_empty() {
        let _ = writeln!(out, "{}  {expected}", Tone::Strong.paint("time"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    fn plain(plan: &Plan, graph: &Graph) -> String {
        anstream::adapter::strip_str(&plan_text(plan, graph)).to_string()
    }

    #[test]
    fn a_first_plan() {
        let graph = fixture::graph();
        insta::assert_snapshot!(plain(&fixture::first(&graph), &graph), @r#"
        zenml · dev  nothing is deployed yet

        network            examples/zenml_stack.rs:12
          + vpc            ec2.VPC
          + private-a      ec2.Subnet
          + private-b      ec2.Subnet

        cluster            examples/zenml_stack.rs:13
          + control-plane  eks.Cluster

          + lone           ec2.VPC      examples/zenml_stack.rs:14

        plan  5 to create
        time  about 10m 22s
        "#);
    }

    #[test]
    fn a_plan_with_every_kind_of_change() {
        let graph = fixture::graph();
        insta::assert_snapshot!(plain(&fixture::every_kind(&graph), &graph), @r#"
        zenml · dev  on top of deployment 3

        cluster              examples/zenml_stack.rs:13
          ~ access/policy    iam.RolePolicy  drift: Description changed outside
              PolicyDocument
                      {
                        "Action": [
                -         "s3:GetObject"
                +         "s3:GetObject",
                +         "s3:PutObject"
                        ],
                        "Effect": "Allow",
                -       "Resource": "arn:aws:s3:::zenml-dev-artifacts/*"
                +       "Resource": <artifacts.Arn>
                      }
                    ]
              Description     made by hand → read and write  drift: changed outside, put back
          ± control-plane    eks.Cluster     forced: it holds network/private-a, whose CidrBlock changes, which cannot exist twice; the old one goes first

        network              examples/zenml_stack.rs:12
          ± private-a        ec2.Subnet      made anew: CidrBlock cannot be changed in place
              CidrBlock  10.0.0.0/20 → 10.0.16.0/20

        artifacts            examples/zenml_stack.rs:15
          + bucket           s3.Bucket
          ? notes            k8s.ConfigMap   changed only if Url turns out to be another one
              Url  https://a → <cluster.Endpoint>  known later
          > logs             s3.Bucket       was at storage/logs

        old
          - bucket           s3.Bucket       it is no longer in the program
          ! data             s3.Bucket       it is no longer in the program, and is retained

        in no state
          - vol-1\u{1b}[31m  ec2.Volume      vol-1\u{1b}[31m carries this stack's tag and is in no state

        plan  1 to create, 2 to update, 2 to replace, 1 to delete, 1 to move, 1 to forget, 1 orphaned, to delete, 1 unchanged
        ?     1 of them may turn out to need nothing
        time  about 10m 17s
        "#);
    }

    #[test]
    fn a_plan_without_changes_says_so_on_a_line_of_its_own() {
        let graph = fixture::graph();
        let shown = plain(&fixture::nothing(&graph), &graph);
        assert_eq!(shown.lines().next(), Some("no changes"));
    }

    #[test]
    fn no_line_ends_in_blanks() {
        let graph = fixture::graph();
        let shown = plain(&fixture::every_kind(&graph), &graph);
        assert!(shown.lines().all(|line| line.trim_end() == line), "{shown}");
    }
}
