//! Graphs and what stands in them.

use std::collections::BTreeSet;

use mlplat_core::Stack;
use mlplat_core::graph::{Context, Graph};
use mlplat_core::wiring::{Expr, NodeId};
use serde_json::Value;

pub(crate) fn build(program: impl FnOnce(&mut Stack)) -> Graph {
    Graph::build(Context::new("test"), program).unwrap_or_else(|problems| panic!("{problems}"))
}

/// The codes of everything that is wrong with a program, in order.
pub(crate) fn problems(program: impl FnOnce(&mut Stack)) -> Vec<&'static str> {
    match Graph::build(Context::new("test"), program) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.0.iter().map(|problem| problem.code).collect(),
    }
}

pub(crate) fn paths(graph: &Graph) -> Vec<String> {
    let nodes = graph.nodes().iter();
    nodes.map(|node| node.path.to_string()).collect()
}

pub(crate) fn id(graph: &Graph, path: &str) -> NodeId {
    graph
        .find(&path.parse().unwrap())
        .unwrap_or_else(|| panic!("no {path} in {:#?}", paths(graph)))
}

/// An input with its unknown parts as `<path.Output>`.
pub(crate) fn input(graph: &Graph, path: &str, field: &str) -> Value {
    let inputs = &graph.node(id(graph, path)).inputs;
    inputs
        .get(field)
        .map_or(Value::Null, |expr| show(graph, expr))
}

fn show(graph: &Graph, expr: &Expr) -> Value {
    match expr {
        Expr::Literal(value) => value.clone(),
        Expr::List(items) => items.iter().map(|item| show(graph, item)).collect(),
        Expr::Map(members) => {
            let members = members.iter();
            members
                .map(|(key, value)| (key.clone(), show(graph, value)))
                .collect()
        }
        Expr::Json(inner) => show(graph, inner).to_string().into(),
        Expr::Concat(parts) => {
            let parts = parts.iter().map(|part| plain(&show(graph, part)));
            parts.collect::<String>().into()
        }
        Expr::Attr { node, output } => format!("<{}.{output}>", graph.node(*node).path).into(),
        Expr::Item(list, index) => format!("{}[{index}]", plain(&show(graph, list))).into(),
        other => format!("{other:?}").into(),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A JSON document in an input.
pub(crate) fn document(graph: &Graph, path: &str, field: &str) -> Value {
    serde_json::from_str(&plain(&input(graph, path, field))).unwrap()
}

/// Whether `later` comes after `earlier`, directly or by others.
pub(crate) fn is_after(graph: &Graph, later: &str, earlier: &str) -> bool {
    let (goal, mut seen) = (id(graph, earlier), BTreeSet::new());
    let mut open = vec![id(graph, later)];
    while let Some(at) = open.pop() {
        if at == goal {
            return true;
        }
        if seen.insert(at) {
            open.extend(&graph.node(at).after);
        }
    }
    false
}
