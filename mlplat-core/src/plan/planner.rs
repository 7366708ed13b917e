//! The planner: from program, memory and reality to a plan.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::change::{Plan, Planned};
use super::estimate;
use super::eval::NodeOutputs;
use super::render::SecretBook;
use super::round::Round;
use super::steps::{self, NoOrder};
use crate::facts::Type;
use crate::graph::Graph;
use crate::path::NodePath;
use crate::problem::Problems;
use crate::provider::{Observed, Owned};
use crate::state::{BirthId, State};
use crate::wiring::NodeId;

/// What a direct look at an object showed.
#[derive(Debug, Clone)]
pub enum Sight {
    /// It is proven not to exist.
    Gone,
    /// It is there, ready, and as it is remembered. What was read of it is not
    /// kept: most objects are so, and there may be 100,000 of them.
    Same,
    /// It is there.
    Seen(Box<Observed>),
}

/// Everything a plan is made from.
pub struct Inputs<'a> {
    /// The program.
    pub graph: &'a Graph,
    /// The memory.
    pub state: &'a State,
    /// Reality, for the objects that were looked at.
    pub sights: &'a BTreeMap<BirthId, Sight>,
    /// Answers to look-ups, and outputs of existing objects.
    pub answers: &'a HashMap<NodeId, NodeOutputs>,
    /// Clear texts of secrets.
    pub secrets: &'a SecretBook,
    /// The facts of types that the program may no longer have.
    pub types: &'a dyn Fn(&str) -> Option<&'static Type>,
    /// Only these subtrees, with what they need; empty for everything.
    pub only: &'a [NodePath],
    /// Objects with our tag that the state does not know.
    pub orphans: &'a [Owned],
    /// Everything is to go: the program is left out, and not empty.
    pub destroy: bool,
}

/// Makes a plan.
///
/// # Errors
/// A protected object that would go, a value that cannot be had, keys that
/// would have to be exchanged in place.
pub fn plan(inputs: &Inputs<'_>) -> Result<Plan, Problems> {
    let mut forced: BTreeMap<NodePath, String> = BTreeMap::new();
    let mut along: BTreeSet<NodeId> = BTreeSet::new();
    loop {
        let round = Round::run(inputs, &forced, &along)?;
        let holders = round.holders_outside();
        if !holders.is_empty() {
            along.extend(holders);
            continue;
        }
        let claims = round.claims();
        let learned = &inputs.state.durations;
        let weight = |planned: &Planned, kind| {
            estimate::weight(planned, kind, (inputs.types)(&planned.ty), learned)
        };
        match steps::build(inputs.graph, inputs.state, &round.planned, &claims, &weight) {
            Ok(steps) => {
                round.check_protection()?;
                return Ok(round.finish(steps));
            }
            Err(NoOrder::Promote(promoted)) => {
                let more: Vec<_> = promoted
                    .into_iter()
                    .map(|(at, cause)| (round.planned[at].path.clone(), round.cause(cause)))
                    .collect();
                along.extend(more.iter().filter_map(|(path, _)| inputs.graph.find(path)));
                forced.extend(more);
            }
            Err(NoOrder::Swap(members)) => return Err(round.swap(&members).into()),
        }
    }
}
