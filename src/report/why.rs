//! Why a node is where it is: what it comes after and why, what comes after
//! it, and what the plan does to it.

use mlplat_core::graph::Node;
use mlplat_core::plan::Plan;
use mlplat_core::wiring::NodeId;
use mlplat_core::{Graph, NodePath, Problem};

use super::links::{Cause, causes};
use super::plan_rows;
use super::plan_text::changes;
use super::text::{clean, pad, width};
use super::tone::Tone;

/// Everything there is to say about a node, or about all nodes of a construct.
///
/// # Errors
/// A Problem with the nearest paths when nothing is there.
pub fn why(graph: &Graph, plan: Option<&Plan>, path: &NodePath) -> Result<String, Box<Problem>> {
    let inside = |id: NodeId| graph.node(id).path.is_within(path);
    let members: Vec<NodeId> = graph
        .order()
        .iter()
        .copied()
        .filter(|id| inside(*id))
        .collect();
    let planned = plan.map(|plan| rows(plan, path)).unwrap_or_default();
    if members.is_empty() && planned.is_empty() {
        return Err(Box::new(nothing_there(graph, path)));
    }
    let mut out = String::new();
    if let [only] = members.as_slice() {
        head(&mut out, graph.node(*only));
    } else {
        out.push_str(&format!("{}\n", Tone::Strong.paint(path.as_str())));
    }
    let mut after = Vec::new();
    let mut before = Vec::new();
    for id in graph.order() {
        for (earlier, causes) in causes(graph, *id) {
            let (from, to) = (graph.node(earlier), graph.node(*id));
            if inside(*id) && !inside(earlier) {
                after.push((from.path.to_string(), in_words(&causes, to, path)));
            } else if inside(earlier) && !inside(*id) {
                before.push((to.path.to_string(), in_words(&causes, to, path)));
            }
        }
    }
    list(&mut out, "comes after", after);
    list(&mut out, "comes before", before);
    out.push_str(&planned);
    Ok(out)
}

fn head(out: &mut String, node: &Node) {
    let ty = Tone::Faint.paint(node.ty.name);
    out.push_str(&format!("{}  {ty}", Tone::Strong.paint(node.path.as_str())));
    let mut lines = clean(&node.at.outer.to_string()).into_owned();
    if let Some(inner) = node.at.inner {
        lines.push_str(&format!(
            ", in a construct at {}",
            clean(&inner.to_string())
        ));
    }
    out.push_str(&format!("  {}\n", Tone::Faint.paint(&lines)));
    if !node.ty.doc.is_empty() {
        out.push_str(&format!("{}\n", Tone::Faint.paint(node.ty.doc)));
    }
}

/// The causes for which `later` waits. Which node of a construct it is, is
/// said when it is not the one that was asked about.
fn in_words(causes: &[Cause], later: &Node, asked: &NodePath) -> String {
    let who = match later.path.below(asked) {
        Some("") | None => String::new(),
        Some(below) => format!("{below}: "),
    };
    let each = causes.iter().map(|cause| match cause {
        Cause::Reference { field, output } => format!("{} uses its {output}", clean(field)),
        Cause::Need(what) => format!("it needs {what}"),
        Cause::Order => "the program says so".to_owned(),
    });
    let words: Vec<_> = each.collect();
    format!("{who}{}", words.join("; "))
}

fn list(out: &mut String, title: &str, mut rows: Vec<(String, String)>) {
    rows.sort();
    rows.dedup();
    let widest = rows.iter().map(|(path, _)| width(path)).max().unwrap_or(0);
    out.push_str(&format!("\n{}\n", Tone::Strong.paint(title)));
    if rows.is_empty() {
        out.push_str(&format!("  {}\n", Tone::Faint.paint("nothing")));
    }
    for (path, words) in rows {
        out.push_str(&format!(
            "  {}  {}\n",
            pad(&path, widest),
            Tone::Faint.paint(&words)
        ));
    }
}

fn rows(plan: &Plan, path: &NodePath) -> String {
    let mut groups = plan_rows::groups(plan);
    for group in &mut groups {
        group.rows.retain(|row| {
            row.path
                .parse()
                .is_ok_and(|at: NodePath| at.is_within(path))
        });
    }
    groups.retain(|group| !group.rows.is_empty());
    if groups.is_empty() {
        return String::new();
    }
    format!("\n{}{}", Tone::Strong.paint("the plan"), changes(&groups))
}

fn nothing_there(graph: &Graph, path: &NodePath) -> Problem {
    let leaf = path.leaf();
    let near: Vec<String> = graph
        .nodes()
        .iter()
        .filter(|node| node.path.as_str().contains(leaf) || leaf.contains(node.path.leaf()))
        .map(|node| node.path.to_string())
        .take(5)
        .collect();
    let fix = match near.as_slice() {
        [] => "`state list` and `graph --detail` show all paths".to_owned(),
        near => format!("did you mean {}?", near.join(" or ")),
    };
    Problem::new("no-such-node", format!("nothing is at {path}"), fix)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    fn asked(path: &str) -> String {
        let graph = fixture::graph();
        let plan = fixture::every_kind(&graph);
        let shown = why(&graph, Some(&plan), &path.parse().unwrap()).unwrap();
        anstream::adapter::strip_str(&shown).to_string()
    }

    #[test]
    fn one_node() {
        insta::assert_snapshot!(asked("network/private-a"), @r#"
        network/private-a  ec2.Subnet  src/report/fixture.rs:110, in a construct at src/report/fixture.rs:79

        comes after
          network/vpc  VpcId uses its Id

        comes before
          cluster/control-plane  SubnetIds uses its Id

        the plan
        network        examples/zenml_stack.rs:12
          ± private-a  ec2.Subnet  made anew: CidrBlock cannot be changed in place
              CidrBlock  10.0.0.0/20 → 10.0.16.0/20
        "#);
    }

    #[test]
    fn a_construct() {
        insta::assert_snapshot!(asked("network"), @r#"
        network

        comes after
          nothing

        comes before
          cluster/control-plane  SubnetIds uses its Id

        the plan
        network        examples/zenml_stack.rs:12
          ± private-a  ec2.Subnet  made anew: CidrBlock cannot be changed in place
              CidrBlock  10.0.0.0/20 → 10.0.16.0/20
        "#);
    }

    #[test]
    fn a_path_that_is_not_there() {
        let graph = fixture::graph();
        let problem = why(&graph, None, &"network/privat".parse().unwrap()).unwrap_err();
        assert_eq!(problem.code, "no-such-node");
    }
}
