//! One node of the graph.

use std::collections::BTreeMap;

use super::Rules;
use crate::facts::Type;
use crate::path::NodePath;
use crate::problem::Located;
use crate::wiring::{Expr, NodeId};

/// A resource, a look-up or an existing object, with everything the planner
/// needs to know about it.
#[derive(Debug, Clone)]
pub struct Node {
    /// Its place in the stack, unique.
    pub path: NodePath,
    /// The declared facts of its type.
    pub ty: &'static Type,
    /// What it is to the engine.
    pub kind: NodeKind,
    /// Inputs by API name.
    pub inputs: BTreeMap<String, Expr>,
    /// Everything it comes after, sorted, without duplicates: references,
    /// declared needs, explicit order.
    pub after: Vec<NodeId>,
    /// Lifecycle rules that apply to it.
    pub rules: Rules,
    /// Where it was added.
    pub at: Located,
    /// Earlier paths of the same object.
    pub moved_from: Vec<NodePath>,
}

impl Node {
    /// Whether the user, not the engine, chose the physical name: then a
    /// replacement has to delete first.
    #[must_use]
    pub fn name_is_pinned(&self) -> bool {
        self.ty.name_rule.is_some_and(|rule| {
            !matches!(
                self.inputs.get(rule.field),
                None | Some(Expr::GeneratedName)
            )
        })
    }
}

/// What a node is to the engine.
#[derive(Debug, Clone)]
pub enum NodeKind {
    /// An object that the stack owns.
    Resource,
    /// A question whose answer is pinned in the state.
    Lookup,
    /// An object that exists and that the stack does not own, by its id.
    Existing(Expr),
}
