//! O1 and O2: one live object for each node, and none without.

use std::collections::BTreeSet;

use mlplat_core::graph::{Graph, NodeKind};
use mlplat_core::state::State;

use crate::local::Thing;

/// How a world is not what a program says.
#[derive(Debug, Default)]
pub(crate) struct Differences {
    /// Nodes that stand for nothing, for too much, or for another's object.
    pub(crate) missing: Vec<String>,
    /// Objects of the stack that stand for no node.
    pub(crate) extra: Vec<String>,
}

impl Differences {
    /// All of them.
    pub(crate) fn all(self) -> Vec<String> {
        let mut all = self.missing;
        all.extend(self.extra);
        all
    }
}

/// What is missing, and what is too many. Types that the world does not serve
/// are not looked for in it.
pub(crate) fn differences(
    graph: &Graph,
    state: &State,
    things: &[Thing],
    served: &dyn Fn(&str) -> bool,
) -> Differences {
    let mut wrong = Differences::default();
    let mut standing: BTreeSet<(&str, &str)> = BTreeSet::new();
    let current = state.current();
    let resources = graph.nodes().iter();
    let resources = resources.filter(|node| matches!(node.kind, NodeKind::Resource));
    for node in resources {
        let object = current
            .get(&node.path)
            .and_then(|birth| state.objects.get(birth));
        let Some(object) = object else {
            wrong
                .missing
                .push(format!("{} stands for nothing", node.path));
            continue;
        };
        if !served(&object.ty) {
            continue;
        }
        let live: Vec<_> = things.iter().filter(|thing| thing.is(object)).collect();
        if live.len() != 1 {
            wrong.missing.push(format!(
                "{} stands for {} objects ({} {})",
                node.path,
                live.len(),
                object.ty,
                object.id
            ));
        }
        for thing in live {
            if !standing.insert((&thing.ty, &thing.id)) {
                let what = format!("{} is what another node stands for", node.path);
                wrong.missing.push(what);
            }
        }
    }
    let ours = things
        .iter()
        .filter(|thing| thing.belongs_to(&state.lineage));
    let extra = ours.filter(|thing| !standing.contains(&(&*thing.ty, &*thing.id)));
    let extra = extra.map(|thing| format!("{} {} stands for no node", thing.ty, thing.id));
    wrong.extra.extend(extra);
    wrong
}
