//! What will be another value for certain, though nobody knows which.
//!
//! A reference to an object that is made anew has no value yet, so the fields
//! that hold it change "if it turns out to be another one". An id that the
//! cloud makes up, or a name that derives from the birth, is another one for
//! certain; the plan then says what will happen instead of what might.

use std::collections::BTreeSet;

use super::change::{Reason, Rule};
use crate::graph::{Graph, Node};
use crate::wiring::{Expr, NodeId};

/// Turns "if changed" into "changed" where the field's value comes from an
/// object in `anew` and cannot be the one it was.
pub(super) fn settle(graph: &Graph, node: &Node, anew: &BTreeSet<NodeId>, reasons: &mut [Reason]) {
    if anew.is_empty() {
        return;
    }
    for reason in reasons {
        let certain = match reason.rule {
            Rule::ReplaceIfChanged => Rule::Replace,
            Rule::UpdateIfChanged => Rule::InPlace,
            _ => continue,
        };
        let mut changes = false;
        if let Some(expr) = node.inputs.get(&reason.field) {
            expr.visit_attrs(&mut |of, output| {
                changes |= anew.contains(&of) && is_new(graph.node(of), output);
            });
        }
        if changes {
            reason.rule = certain;
        }
    }
}

/// Whether a new object has another value of this output than any before it.
fn is_new(node: &Node, output: &str) -> bool {
    let Some(fact) = node.ty.output(output) else {
        return false;
    };
    let named = node.ty.name_rule.is_some_and(|rule| {
        matches!(node.inputs.get(rule.field), Some(Expr::GeneratedName))
            && fact.form.contains(&format!("{{{}}}", rule.field))
    });
    named || fact.is_made_up()
}
