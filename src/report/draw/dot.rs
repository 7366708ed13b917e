//! The graph for Graphviz.

use std::fmt::Write as _;

use mlplat_core::Graph;

use super::model::{Level, model};
use crate::report::plan_rows;
use crate::report::text::clean;

/// The graph in the DOT language; see [`graph_svg`](super::graph_svg) for what
/// is drawn.
#[must_use]
pub fn graph_dot(graph: &Graph, detail: bool) -> String {
    let mut out = format!(
        "digraph {} {{\n  compound=true; rankdir=TB; node [shape=box, style=rounded];\n",
        quoted(&plan_rows::title(graph))
    );
    level(&mut out, &model(graph, detail), "n", 1);
    out.push_str("}\n");
    out
}

fn level(out: &mut String, of: &Level, id: &str, depth: usize) {
    let indent = "  ".repeat(depth);
    for (at, item) in of.items.iter().enumerate() {
        let name = format!("{id}_{at}");
        // Writing to a string cannot fail.
        let _ = if item.inside.items.is_empty() {
            let label = quoted(&format!("{}\n{}", item.label, item.note));
            let style = if item.read_only {
                ", style=\"rounded,dashed\""
            } else {
                ""
            };
            writeln!(out, "{indent}{name} [label={label}{style}];")
        } else {
            writeln!(
                out,
                "{indent}subgraph cluster_{name} {{ label={};",
                quoted(&item.label)
            )
        };
        if !item.inside.items.is_empty() {
            level(out, &item.inside, &name, depth + 1);
            let _ = writeln!(out, "{indent}}}");
        }
    }
    for (from, to) in &of.edges {
        edge(out, of, id, (*from, *to), &indent);
    }
}

/// DOT joins nodes, not clusters: an edge of a cluster is one of its first
/// node, cut at the border.
fn edge(out: &mut String, of: &Level, id: &str, (from, to): (usize, usize), indent: &str) {
    let mut border = Vec::new();
    let mut end = |at: usize, key: &str| {
        let mut name = format!("{id}_{at}");
        if let Some(item) = of
            .items
            .get(at)
            .filter(|item| !item.inside.items.is_empty())
        {
            border.push(format!("{key}=cluster_{name}"));
            let mut inside = &item.inside;
            while let Some(first) = inside.items.first() {
                name.push_str("_0");
                inside = &first.inside;
            }
        }
        name
    };
    let (from, to) = (end(from, "ltail"), end(to, "lhead"));
    let border = if border.is_empty() {
        String::new()
    } else {
        format!(" [{}]", border.join(", "))
    };
    let _ = writeln!(out, "{indent}{from} -> {to}{border};");
}

fn quoted(text: &str) -> String {
    let lines: Vec<_> = text
        .split('\n')
        .map(|line| clean(line).replace('\\', "\\\\").replace('"', "\\\""))
        .collect();
    format!("\"{}\"", lines.join("\\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn constructs_become_clusters() {
        insta::assert_snapshot!(graph_dot(&fixture::graph(), true), @r#"
        digraph "zenml · dev" {
          compound=true; rankdir=TB; node [shape=box, style=rounded];
          subgraph cluster_n_0 { label="network";
            n_0_0 [label="vpc\nec2.VPC"];
            n_0_1 [label="private-a\nec2.Subnet"];
            n_0_2 [label="private-b\nec2.Subnet"];
            n_0_0 -> n_0_1;
            n_0_0 -> n_0_2;
          }
          n_1 [label="cluster/control-plane\neks.Cluster"];
          n_2 [label="lone\nec2.VPC"];
          n_0_0 -> n_1 [ltail=cluster_n_0];
        }
        "#);
    }

    #[test]
    fn quotes_and_backslashes_stay_inside() {
        assert_eq!(quoted("a\"b\\c\nd"), r#""a\"b\\c\nd""#);
    }
}
