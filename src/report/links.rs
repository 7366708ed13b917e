//! Why one node comes after another: a reference, a declared need, an order.

use mlplat_core::Graph;
use mlplat_core::graph::NodeKind;
use mlplat_core::wiring::NodeId;

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
    for (need, earlier) in graph.needed(id) {
        let needed = earlier.into_iter();
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
