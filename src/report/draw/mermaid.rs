//! The graph for Mermaid, which GitHub draws in Markdown.

use std::fmt::Write as _;

use mlplat_core::Graph;

use super::model::{Level, model};
use crate::report::text::clean;

/// The graph as a Mermaid flowchart; see [`graph_svg`](super::graph_svg) for
/// what is drawn.
#[must_use]
pub fn graph_mermaid(graph: &Graph, detail: bool) -> String {
    let mut out = "flowchart TB\n".to_owned();
    level(&mut out, &model(graph, detail), "n", 1);
    out
}

fn level(out: &mut String, of: &Level, id: &str, depth: usize) {
    let indent = "  ".repeat(depth);
    for (at, item) in of.items.iter().enumerate() {
        let (name, label) = (format!("{id}_{at}"), escape(&item.label));
        // Writing to a string cannot fail.
        if item.inside.items.is_empty() {
            let _ = writeln!(
                out,
                "{indent}{name}[\"{label}<br/>{}\"]",
                escape(&item.note)
            );
        } else {
            let _ = writeln!(out, "{indent}subgraph {name}[\"{label}\"]");
            level(out, &item.inside, &name, depth + 1);
            let _ = writeln!(out, "{indent}end");
        }
    }
    for (from, to) in &of.edges {
        let _ = writeln!(out, "{indent}{id}_{from} --> {id}_{to}");
    }
}

/// Mermaid writes characters that mean something as numbered entities.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in clean(text).chars() {
        if c.is_alphanumeric() || " -_./·,".contains(c) {
            out.push(c);
        } else {
            let _ = write!(out, "#{};", u32::from(c));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn constructs_become_subgraphs() {
        insta::assert_snapshot!(graph_mermaid(&fixture::graph(), true), @r#"
        flowchart TB
          subgraph n_0["network"]
            n_0_0["vpc<br/>ec2.VPC"]
            n_0_1["private-a<br/>ec2.Subnet"]
            n_0_2["private-b<br/>ec2.Subnet"]
            n_0_0 --> n_0_1
            n_0_0 --> n_0_2
          end
          n_1["cluster/control-plane<br/>eks.Cluster"]
          n_2["lone<br/>ec2.VPC"]
          n_0 --> n_1
        "#);
    }

    #[test]
    fn markup_is_taken_literally() {
        assert_eq!(escape("a\"]<b>"), "a#34;#93;#60;b#62;");
    }
}
