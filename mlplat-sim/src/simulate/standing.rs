//! The oracle of a world: one live object for each node, and none without.

use std::collections::BTreeSet;

use mlplat_core::graph::{Graph, NodeKind};
use mlplat_core::state::State;
use mlplat_core::testing::fail;

use super::World;
use super::look::{is, opened};
use super::process::Operation;
use crate::local::Thing;

/// The label that says whose object it is.
const OURS: &str = "/metadata/labels/mlplat.dev~1birth";

impl World {
    /// Asserts that every resource of the program stands for exactly one live
    /// object, and that no object of the stack is without a node.
    ///
    /// # Panics
    /// When it is not so, with everything that is missing or too many.
    #[track_caller]
    pub fn assert_one_of_each(&self) -> &Self {
        let graph = match self.graph() {
            Ok(graph) => graph,
            Err(problems) => fail(format_args!("the program has problems\n{problems}")),
        };
        let state = self.state().unwrap_or_default();
        let things = opened(Operation::of(self).look(|local| local.door().list(false)));
        let wrong = differences(&graph, &state, &things);
        if !wrong.is_empty() {
            fail(format_args!(
                "the world is not what the program says\n  {}",
                wrong.join("\n  ")
            ));
        }
        self
    }
}

/// What is missing, and what is too many.
fn differences(graph: &Graph, state: &State, things: &[Thing]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut standing: BTreeSet<&str> = BTreeSet::new();
    let current = state.current();
    let resources = graph.nodes().iter();
    let resources = resources.filter(|node| matches!(node.kind, NodeKind::Resource));
    for node in resources {
        let object = current
            .get(&node.path)
            .and_then(|birth| state.objects.get(birth));
        let Some(object) = object else {
            wrong.push(format!("{} stands for nothing", node.path));
            continue;
        };
        if !is_simulated(&object.ty) {
            continue;
        }
        let live: Vec<_> = things.iter().filter(|thing| is(thing, object)).collect();
        if live.len() != 1 {
            wrong.push(format!(
                "{} stands for {} objects ({} {})",
                node.path,
                live.len(),
                object.ty,
                object.id
            ));
        }
        for thing in live {
            if !standing.insert(&thing.id) {
                wrong.push(format!("{} is what another node stands for", node.path));
            }
        }
    }
    let ours = things.iter().filter(|thing| is_ours(thing, state));
    let extra = ours.filter(|thing| !standing.contains(thing.id.as_str()));
    wrong.extend(extra.map(|thing| format!("{} {} stands for no node", thing.ty, thing.id)));
    wrong
}

/// Whether a type is served by the simulated account and its clusters.
fn is_simulated(ty: &str) -> bool {
    let service = ty.split('.').next().unwrap_or_default();
    let mut aws = mlplat_aws::catalog().iter();
    service == "k8s" || aws.any(|known| known.name == ty)
}

/// Whether an object carries the stack's tag, whoever remembers it. What a
/// cluster makes for an object may have its labels, and is no object of ours.
fn is_ours(thing: &Thing, state: &State) -> bool {
    if thing.ty.starts_with("k8s.") {
        let owned = thing.body.pointer("/metadata/ownerReferences").is_some();
        let made_for = owned || thing.ty == "k8s.Endpoints";
        return thing.body.pointer(OURS).is_some() && !made_for;
    }
    thing.body["lineage"] == state.lineage.as_str()
}
