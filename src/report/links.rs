//! Why one node comes after another: a reference, a declared need, an order.

use mlplat_core::Graph;
use mlplat_core::facts::{Join, Need};
use mlplat_core::graph::NodeKind;
use mlplat_core::wiring::{Expr, NodeId};

/// Why a node comes after another one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cause {
    /// This field uses this output.
    Reference { field: String, output: &'static str },
    /// The type declares that it needs it, in these words.
    Need(&'static str),
    /// The program or a construct says so.
    Order,
}

/// Everything a node comes after, each with its causes.
pub(crate) fn causes(graph: &Graph, id: NodeId) -> Vec<(NodeId, Vec<Cause>)> {
    let node = graph.node(id);
    let mut found: Vec<(NodeId, Cause)> = Vec::new();
    for (field, expr) in &node.inputs {
        expr.visit_attrs(&mut |earlier, output| {
            let field = field.clone();
            found.push((earlier, Cause::Reference { field, output }));
        });
    }
    if let NodeKind::Existing(expr) = &node.kind {
        expr.visit_attrs(&mut |earlier, output| {
            let field = "its id".to_owned();
            found.push((earlier, Cause::Reference { field, output }));
        });
    }
    for need in node.ty.needs {
        let needed = walk(graph, id, need).into_iter();
        found.extend(needed.map(|earlier| (earlier, Cause::Need(need.what))));
    }
    let each = node.after.iter().map(|earlier| {
        let mut causes: Vec<Cause> = found
            .iter()
            .filter(|(of, _)| of == earlier)
            .map(|(_, cause)| cause.clone())
            .collect();
        causes.sort();
        causes.dedup();
        if causes.is_empty() {
            causes.push(Cause::Order);
        }
        (*earlier, causes)
    });
    each.collect()
}

/// The nodes that a need leads to.
fn walk(graph: &Graph, from: NodeId, need: &Need) -> Vec<NodeId> {
    let mut here = vec![from];
    for join in need.path {
        here = here.iter().flat_map(|at| step(graph, *at, join)).collect();
        here.sort_unstable();
        here.dedup();
    }
    here.retain(|at| *at != from);
    here
}

fn step(graph: &Graph, at: NodeId, join: &Join) -> Vec<NodeId> {
    let node = graph.node(at);
    match join {
        Join::Follow(field) => named(node.inputs.get(*field)),
        Join::Back(ty, field) => back(graph, at, &[*ty], field),
        Join::BackAny(types, field) => back(graph, at, types, field),
        Join::Where(field, value) => match node.inputs.get(*field) {
            Some(Expr::Literal(literal)) if literal.as_str() == Some(value) => vec![at],
            _ => Vec::new(),
        },
    }
}

/// The nodes of some types that name a node in a field.
fn back(graph: &Graph, at: NodeId, types: &[&str], field: &str) -> Vec<NodeId> {
    let holds = |id: &&NodeId| {
        let other = graph.node(**id);
        types.contains(&other.ty.name) && named(other.inputs.get(field)).contains(&at)
    };
    graph.order().iter().filter(holds).copied().collect()
}

fn named(expr: Option<&Expr>) -> Vec<NodeId> {
    let mut found = Vec::new();
    if let Some(expr) = expr {
        expr.visit_attrs(&mut |id, _| found.push(id));
    }
    found
}
