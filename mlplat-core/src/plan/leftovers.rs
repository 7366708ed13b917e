//! Objects without a node: no longer in the program, superseded, or remembered
//! by nobody.

use std::collections::BTreeSet;

use super::change::{Change, Planned, Rule};
use super::planner::{Inputs, Sight};
use super::round::{Round, remembered, whole};
use crate::path::NodePath;
use crate::state::BirthId;

impl Round<'_> {
    /// Objects without a node.
    pub(super) fn leftovers(&mut self, standing: &BTreeSet<BirthId>) {
        let state = self.inputs.state;
        let taken = closure_of_deletes(self.inputs, standing);
        let (unwanted, retained) = match self.inputs.destroy {
            true => (
                "it is to be destroyed",
                "it is retained when the stack is destroyed",
            ),
            false => (
                "it is no longer in the program",
                "it is no longer in the program, and is retained",
            ),
        };
        for (birth, object) in &state.objects {
            if standing.contains(birth)
                || taken.as_ref().is_some_and(|taken| !taken.contains(birth))
            {
                continue;
            }
            let gone = matches!(self.inputs.sights.get(birth), Some(Sight::Gone));
            let (change, rule, because) = match (object.old, gone, object.retain) {
                (_, true, _) => (Change::Forget, Rule::Gone, "it was deleted outside"),
                (true, ..) => (
                    Change::Delete,
                    Rule::Superseded,
                    "another object has taken its place",
                ),
                (.., true) => (Change::Forget, Rule::NotInProgram, retained),
                _ => (Change::Delete, Rule::NotInProgram, unwanted),
            };
            if let Ok(inputs) = remembered(object) {
                self.hold(object, &inputs);
            }
            self.planned.push(Planned {
                path: object.path.clone(),
                ty: object.ty.clone(),
                change,
                reasons: vec![whole(rule, because.to_owned())],
                node: None,
                object: Some(*birth),
                birth: None,
                delete_first: false,
                moved_from: None,
                source: None,
                orphan: None,
            });
        }
    }

    /// Objects with our tag that nobody remembers.
    pub(super) fn orphans(&mut self) {
        for orphan in self.inputs.orphans {
            self.planned.push(Planned {
                path: NodePath::root(),
                ty: orphan.ty.clone(),
                change: Change::Orphan,
                reasons: vec![whole(
                    Rule::NotInProgram,
                    format!("{} carries this stack's tag and is in no state", orphan.id),
                )],
                node: None,
                object: None,
                birth: None,
                delete_first: false,
                moved_from: None,
                source: None,
                orphan: Some(orphan.clone()),
            });
        }
    }
}

/// With `only`: the objects below it that have no node, and everything without
/// a node that stands on them. `None` for everything.
pub(super) fn closure_of_deletes(
    inputs: &Inputs<'_>,
    standing: &BTreeSet<BirthId>,
) -> Option<BTreeSet<BirthId>> {
    if inputs.only.is_empty() {
        return None;
    }
    let objects = &inputs.state.objects;
    let mut taken: BTreeSet<BirthId> = objects
        .iter()
        .filter(|(_, object)| inputs.only.iter().any(|path| object.path.is_within(path)))
        .map(|(birth, _)| *birth)
        .collect();
    loop {
        let more: Vec<BirthId> = objects
            .iter()
            .filter(|(birth, object)| {
                let stands_on = object
                    .deps
                    .iter()
                    .chain(&object.soft_deps)
                    .any(|dep| taken.contains(dep));
                stands_on && !taken.contains(birth) && !standing.contains(birth)
            })
            .map(|(birth, _)| *birth)
            .collect();
        if more.is_empty() {
            return Some(taken);
        }
        taken.extend(more);
    }
}
