//! Who holds whom, and that nobody holds himself.
//!
//! An object is made, updated and moved after everything that it comes after
//! was, and a program has no ring: so no run makes one of a state's edges,
//! wherever it is cut off. Orders of deletion are derived from these edges: a state with a ring
//! in it could be neither changed nor destroyed, so it is refused as damaged
//! when it is read, with the ring in the message.

use std::collections::BTreeMap;

use super::{BirthId, Record, State};
use crate::path::NodePath;

/// The edges of a state, without its bodies.
#[derive(Default)]
pub(super) struct Edges(BTreeMap<BirthId, Edge>);

struct Edge {
    path: NodePath,
    to: Vec<BirthId>,
}

/// The first ring of a state, in words.
pub(super) fn cycle_in(state: &State) -> Option<String> {
    // Nearly always every edge leads to an earlier birth, which proves it
    // without a map of all of them.
    let rising = state.objects.iter().all(|(birth, object)| {
        let mut held = object.deps.iter().chain(&object.soft_deps);
        held.all(|to| to < birth)
    });
    if rising {
        return None;
    }
    Edges::of(state).cycle()
}

impl Edges {
    /// Those of a snapshot.
    pub(super) fn of(state: &State) -> Self {
        let objects = state.objects.iter().map(|(birth, object)| {
            let edge = Edge::new(&object.path, &object.deps, &object.soft_deps);
            (*birth, edge)
        });
        Self(objects.collect())
    }

    /// Those after one more record.
    pub(super) fn follow(&mut self, record: &Record) {
        match record {
            Record::Begin {
                birth,
                path,
                deps,
                soft_deps,
                ..
            }
            | Record::Moved {
                birth,
                path,
                deps,
                soft_deps,
            } => {
                let edge = Edge::new(path, deps, soft_deps);
                self.0.insert(*birth, edge);
            }
            Record::Deleted { birth } | Record::Forgotten { birth } => {
                self.0.remove(birth);
            }
            _ => {}
        }
    }

    /// The first ring, in words.
    pub(super) fn cycle(&self) -> Option<String> {
        let ring = self.ring()?;
        let names: Vec<_> = ring.iter().map(|birth| self.name(*birth)).collect();
        Some(format!(
            "its objects hold each other: {}",
            names.join(" holds ")
        ))
    }

    /// Takes away, again and again, what holds nothing that is left; a walk
    /// through what cannot be taken away meets itself.
    fn ring(&self) -> Option<Vec<BirthId>> {
        let mut waits: BTreeMap<BirthId, usize> = BTreeMap::new();
        let mut holders: BTreeMap<BirthId, Vec<BirthId>> = BTreeMap::new();
        for (birth, edge) in &self.0 {
            let held = edge.to.iter().filter(|to| self.0.contains_key(to));
            waits.insert(*birth, held.clone().count());
            for to in held {
                holders.entry(*to).or_default().push(*birth);
            }
        }
        let free = waits.iter().filter(|(_, count)| **count == 0);
        let mut ready: Vec<BirthId> = free.map(|(birth, _)| *birth).collect();
        while let Some(birth) = ready.pop() {
            waits.remove(&birth);
            for holder in holders.get(&birth).into_iter().flatten() {
                if let Some(count) = waits.get_mut(holder) {
                    *count -= 1;
                    if *count == 0 {
                        ready.push(*holder);
                    }
                }
            }
        }
        let mut at = *waits.keys().next()?;
        let mut walked = Vec::new();
        while !walked.contains(&at) {
            walked.push(at);
            let stuck = self.0.get(&at)?.to.iter().find(|to| waits.contains_key(to));
            at = *stuck?;
        }
        let start = walked.iter().position(|birth| *birth == at)?;
        walked.push(at);
        Some(walked.split_off(start))
    }

    fn name(&self, birth: BirthId) -> String {
        match self.0.get(&birth) {
            Some(edge) => edge.path.to_string(),
            None => birth.to_string(),
        }
    }
}

impl Edge {
    fn new(path: &NodePath, deps: &[BirthId], soft_deps: &[BirthId]) -> Self {
        Self {
            path: path.clone(),
            to: deps.iter().chain(soft_deps).copied().collect(),
        }
    }
}
