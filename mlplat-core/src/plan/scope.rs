//! Only a part of the program: the asked subtrees, and what goes along.

use std::collections::BTreeSet;

use super::change::Change;
use super::round::Round;
use crate::graph::Graph;
use crate::path::NodePath;
use crate::state::BirthId;
use crate::wiring::NodeId;

impl Round<'_> {
    /// With `only`: nodes outside whose objects hold one that will go. They
    /// have to let go, so they come along.
    pub(super) fn holders_outside(&self) -> Vec<NodeId> {
        if self.inputs.only.is_empty() {
            return Vec::new();
        }
        let goes: BTreeSet<BirthId> = self
            .planned
            .iter()
            .filter(|planned| matches!(planned.change, Change::Replace | Change::Delete))
            .filter_map(|planned| planned.object)
            .collect();
        let holds = |birth: &BirthId| {
            let object = self.inputs.state.objects.get(birth);
            object.is_some_and(|object| object.deps.iter().any(|dep| goes.contains(dep)))
        };
        let outside = self.planned.iter().filter_map(|planned| {
            let node = planned.node?;
            let object = planned.object.filter(holds)?;
            (!self.in_scope[node.index()] && !goes.contains(&object)).then_some(node)
        });
        outside.collect()
    }
}

/// The nodes of the asked subtrees, those that have to come along, and
/// everything they need.
pub(super) fn in_scope(graph: &Graph, only: &[NodePath], along: &BTreeSet<NodeId>) -> Vec<bool> {
    let mut wanted: Vec<bool> = graph
        .nodes()
        .iter()
        .map(|node| only.is_empty() || only.iter().any(|path| node.path.is_within(path)))
        .collect();
    for id in along {
        wanted[id.index()] = true;
    }
    for id in graph.order().iter().rev() {
        if wanted[id.index()] {
            for earlier in &graph.node(*id).after {
                wanted[earlier.index()] = true;
            }
        }
    }
    wanted
}
