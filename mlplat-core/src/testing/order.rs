//! What comes before what: the transitive closure of the steps.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use crate::path::NodePath;
use crate::plan::{Plan, StepKind};
use crate::wiring::NodeId;

/// In which order two things are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// The first before the second, along the shortest chain between them.
    Before(Vec<NodePath>),
    /// The second before the first, along the shortest chain between them.
    After(Vec<NodePath>),
    /// Nothing orders these two: they may be made at the same time.
    Free(NodePath, NodePath),
}

impl fmt::Display for Order {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let chain = |chain: &[NodePath]| {
            let names: Vec<_> = chain.iter().map(NodePath::as_str).collect();
            names.join(" → ")
        };
        match self {
            Self::Before(along) => write!(out, "{}", chain(along)),
            Self::After(along) => write!(out, "it is the other way round: {}", chain(along)),
            Self::Free(first, second) => write!(
                out,
                "nothing orders {first} and {second}: they may be made at the same time"
            ),
        }
    }
}

/// The steps that bring nodes, and where they are.
pub(super) struct Steps<'a> {
    plan: &'a Plan,
    of: BTreeMap<NodeId, usize>,
}

impl<'a> Steps<'a> {
    pub(super) fn new(plan: &'a Plan) -> Self {
        let brings = plan.steps.steps().filter_map(|(at, step)| match step.kind {
            StepKind::Bring(node) => Some((node, at)),
            StepKind::Remove(_) | StepKind::Sweep(_) => None,
        });
        Self {
            plan,
            of: brings.collect(),
        }
    }

    /// The order of two groups of nodes: `Before` when each of the first is
    /// before each of the second. The chain is that of the last pair looked
    /// at; a pair that breaks the order is the answer.
    pub(super) fn order(&self, first: &[NodeId], second: &[NodeId]) -> Order {
        let broken = |from: &[NodeId], to: &[NodeId]| {
            let mut last = Err(None);
            for one in from {
                let reached = self.reached(*one);
                for other in to {
                    match self.chain(&reached, *other) {
                        Some(chain) => last = Ok(chain),
                        None => return Err(Some((*one, *other))),
                    }
                }
            }
            last
        };
        let free = match broken(first, second) {
            Ok(chain) => return Order::Before(chain),
            Err(pair) => pair,
        };
        if let Ok(chain) = broken(second, first) {
            return Order::After(chain);
        }
        let (one, other) = free.unwrap_or((NodeId(0), NodeId(0)));
        // Of mixed groups the pair may well be ordered, against the question.
        match self.chain(&self.reached(other), one) {
            Some(chain) => Order::After(chain),
            None => Order::Free(self.path(one), self.path(other)),
        }
    }

    /// From where each step is first reached, breadth first.
    fn reached(&self, from: NodeId) -> BTreeMap<usize, usize> {
        let mut came_from = BTreeMap::new();
        let mut queue: VecDeque<usize> = self.of.get(&from).copied().into_iter().collect();
        let start = queue.front().copied();
        while let Some(at) = queue.pop_front() {
            for later in self.plan.steps.after(at) {
                if Some(later) != start && !came_from.contains_key(&later) {
                    came_from.insert(later, at);
                    queue.push_back(later);
                }
            }
        }
        came_from
    }

    fn chain(&self, came_from: &BTreeMap<usize, usize>, to: NodeId) -> Option<Vec<NodePath>> {
        let mut at = *self.of.get(&to)?;
        came_from.get(&at)?;
        let mut chain = vec![self.path_of(at)?];
        while let Some(earlier) = came_from.get(&at) {
            at = *earlier;
            chain.push(self.path_of(at)?);
        }
        chain.reverse();
        Some(chain)
    }

    fn path(&self, node: NodeId) -> NodePath {
        let step = self.of.get(&node).and_then(|at| self.path_of(*at));
        step.unwrap_or_else(NodePath::root)
    }

    fn path_of(&self, step: usize) -> Option<NodePath> {
        let step = self.plan.steps.step(step)?;
        Some(self.plan.planned.get(step.planned)?.path.clone())
    }
}
