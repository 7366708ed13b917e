//! The step graph: in which order a plan is carried out.
//!
//! There are two steps: *bring* a node to what the program wants, and *remove*
//! an object. Their order follows from who refers to whom, now and then:
//!
//! 1. bring(n) comes after bring of everything n comes after;
//! 2. remove(o) comes after remove of the objects that hold o;
//! 3. remove(o) comes after bring of the survivors that held o and let go;
//! 4. a replacement normally comes before the removal of the old object;
//! 5. *delete-first*: where old and new cannot exist side by side, the removal
//!    comes first;
//! 6. a bring that claims a unique key comes after the step that frees it: the
//!    removal of its holder, or the update by which the holder takes another.
//!
//! Delete-first can contradict 3 and 4: a survivor can let go of the old
//! object only by taking the new one, which cannot come before the old one is
//! gone. Then the survivor has to go first as well. The contradiction shows as
//! a cycle, so cycles decide: within each strongly connected component, first
//! the orders that are only tidy (references that do not block) give way, then
//! the survivors and replacements in it become delete-first themselves. That
//! ends: with every node of a component delete-first no order in it runs from
//! a bring to a remove, and what is left follows the two acyclic reference
//! graphs. Each round makes at least one more node delete-first.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use petgraph::Direction;
use petgraph::algo::{kosaraju_scc, toposort};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef as _;

use super::change::{Change, Planned};
use crate::graph::Graph;
use crate::state::{BirthId, State};
use crate::wiring::NodeId;

/// What one step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StepKind {
    /// Bring a node to what the program wants.
    Bring(NodeId),
    /// Remove an object.
    Remove(BirthId),
    /// Remove what carries our tag and is in no state, by its entry of the plan.
    Sweep(usize),
}

/// One step.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What it does.
    pub kind: StepKind,
    /// The entry of the plan that it belongs to.
    pub planned: usize,
    /// Expected duration in seconds.
    pub weight_s: u32,
}

/// Why one step comes after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Order {
    /// Rule 1.
    Reference,
    /// Rule 2; soft when the reference does not block.
    Holder { soft: bool },
    /// Rule 3; soft when the reference does not block.
    LetsGo { soft: bool },
    /// Rule 4.
    CreateFirst,
    /// Rule 5.
    DeleteFirst,
    /// Rule 6.
    Claims,
}

impl Order {
    fn is_soft(self) -> bool {
        matches!(
            self,
            Self::Holder { soft: true } | Self::LetsGo { soft: true }
        )
    }
}

/// The steps, and which comes after which.
#[derive(Debug, Clone, Default)]
pub struct StepGraph {
    graph: DiGraph<Step, ()>,
    order: Vec<u32>,
}

impl StepGraph {
    /// The steps.
    pub fn steps(&self) -> impl Iterator<Item = (usize, &Step)> {
        self.graph
            .node_indices()
            .map(|at| (at.index(), &self.graph[at]))
    }

    /// A step by its number.
    #[must_use]
    pub fn step(&self, at: usize) -> Option<&Step> {
        self.graph.node_weight(NodeIndex::new(at))
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.graph.node_count()
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.graph.node_count() == 0
    }

    /// The steps that a step comes after.
    pub fn before(&self, at: usize) -> impl Iterator<Item = usize> {
        let earlier = self
            .graph
            .neighbors_directed(NodeIndex::new(at), Direction::Incoming);
        earlier.map(NodeIndex::index)
    }

    /// The steps that come after a step.
    pub fn after(&self, at: usize) -> impl Iterator<Item = usize> {
        let later = self
            .graph
            .neighbors_directed(NodeIndex::new(at), Direction::Outgoing);
        later.map(NodeIndex::index)
    }

    /// All steps, each after everything it comes after.
    pub fn order(&self) -> impl DoubleEndedIterator<Item = usize> + '_ {
        self.order.iter().map(|at| *at as usize)
    }
}

/// What has to give way before there is an order.
pub(super) enum NoOrder {
    /// These entries of the plan have to become delete-first, each with the
    /// entry that forces it.
    Promote(BTreeMap<usize, usize>),
    /// Objects that exchange unique keys in place, which no order allows.
    Swap(Vec<usize>),
}

/// A key that one entry of the plan frees and another claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Claim {
    /// The entry that holds it now.
    pub(super) holder: usize,
    /// The step of the holder that frees it.
    pub(super) freed: Freed,
    /// The entry that will hold it.
    pub(super) claimer: usize,
}

/// How a key becomes free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Freed {
    /// Its holder is removed.
    ByRemoval,
    /// Its holder is updated to another one.
    ByUpdate,
}

pub(super) fn build(
    graph: &Graph,
    state: &State,
    planned: &[Planned],
    claims: &[Claim],
    weight: &dyn Fn(&Planned, StepKind) -> u32,
) -> Result<StepGraph, NoOrder> {
    let mut builder = Builder::new(graph, planned, weight);
    builder.references(graph);
    builder.old_references(state);
    builder.own_order();
    for claim in claims {
        let freeing = match claim.freed {
            Freed::ByRemoval => &builder.remove_of,
            Freed::ByUpdate => &builder.bring_of,
        };
        let (from, to) = (freeing[claim.holder], builder.bring_of[claim.claimer]);
        if let (Some(from), Some(to)) = (from, to) {
            builder.steps.add_edge(from, to, Order::Claims);
        }
    }
    builder.finish()
}

struct Builder<'a> {
    planned: &'a [Planned],
    steps: DiGraph<Step, Order>,
    /// Steps by entry of the plan.
    bring_of: Vec<Option<NodeIndex>>,
    remove_of: Vec<Option<NodeIndex>>,
    /// Steps by node and by object.
    bring: Vec<Option<NodeIndex>>,
    remove: BTreeMap<BirthId, NodeIndex>,
}

impl<'a> Builder<'a> {
    fn new(
        graph: &Graph,
        planned: &'a [Planned],
        weight: &dyn Fn(&Planned, StepKind) -> u32,
    ) -> Self {
        let mut builder = Self {
            planned,
            steps: DiGraph::with_capacity(planned.len(), planned.len()),
            bring_of: vec![None; planned.len()],
            remove_of: vec![None; planned.len()],
            bring: vec![None; graph.nodes().len()],
            remove: BTreeMap::new(),
        };
        for (at, entry) in planned.iter().enumerate() {
            let add = |steps: &mut DiGraph<Step, Order>, kind| {
                let weight_s = weight(entry, kind);
                steps.add_node(Step {
                    kind,
                    planned: at,
                    weight_s,
                })
            };
            if let Some(node) = entry.node {
                let step = add(&mut builder.steps, StepKind::Bring(node));
                builder.bring_of[at] = Some(step);
                builder.bring[node.index()] = Some(step);
            }
            if entry.orphan.is_some() {
                add(&mut builder.steps, StepKind::Sweep(at));
            }
            let removes = matches!(
                entry.change,
                Change::Replace | Change::Delete | Change::Forget | Change::Orphan
            );
            if let (Some(object), true) = (entry.object, removes) {
                let step = add(&mut builder.steps, StepKind::Remove(object));
                builder.remove_of[at] = Some(step);
                builder.remove.insert(object, step);
            }
        }
        builder
    }

    /// Rule 1.
    fn references(&mut self, graph: &Graph) {
        for (node, step) in graph.nodes().iter().zip(&self.bring) {
            let Some(step) = step else { continue };
            for earlier in &node.after {
                if let Some(from) = self.bring[earlier.index()] {
                    self.steps.add_edge(from, *step, Order::Reference);
                }
            }
        }
    }

    /// Rules 2 and 3.
    fn old_references(&mut self, state: &State) {
        if self.remove.is_empty() {
            return;
        }
        let survivors: HashMap<BirthId, NodeIndex> = self
            .planned
            .iter()
            .enumerate()
            .filter_map(|(at, entry)| Some((entry.object?, self.bring_of[at]?)))
            .collect();
        for (id, object) in &state.objects {
            let holds = object.deps.iter().map(|dep| (dep, false));
            let leans = object.soft_deps.iter().map(|dep| (dep, true));
            for (dep, soft) in holds.chain(leans) {
                let Some(to) = self.remove.get(dep) else {
                    continue;
                };
                if let Some(from) = self.remove.get(id) {
                    self.steps.add_edge(*from, *to, Order::Holder { soft });
                } else if let Some(from) = survivors.get(id) {
                    self.steps.add_edge(*from, *to, Order::LetsGo { soft });
                }
            }
        }
    }

    /// Rules 4 and 5.
    fn own_order(&mut self) {
        for (at, entry) in self.planned.iter().enumerate() {
            let (Some(bring), Some(remove)) = (self.bring_of[at], self.remove_of[at]) else {
                continue;
            };
            if entry.delete_first {
                self.steps.add_edge(remove, bring, Order::DeleteFirst);
            } else {
                self.steps.add_edge(bring, remove, Order::CreateFirst);
            }
        }
    }

    fn finish(mut self) -> Result<StepGraph, NoOrder> {
        loop {
            if let Ok(order) = toposort(&self.steps, None) {
                // The graph was built from fewer than 2^32 nodes.
                let order = order.into_iter().map(|at| at.index() as u32).collect();
                let graph = self.steps.map_owned(|_, step| step, |_, _| ());
                return Ok(StepGraph { graph, order });
            }
            let circles = self.circles();
            let soft: Vec<_> = self
                .inside(&circles)
                .filter(|(edge, ..)| self.steps[*edge].is_soft())
                .map(|(edge, ..)| edge)
                .collect();
            if soft.is_empty() {
                return Err(self.give_way(&circles));
            }
            let soft: BTreeSet<_> = soft.into_iter().collect();
            self.steps.retain_edges(|_, edge| !soft.contains(&edge));
        }
    }

    /// The number of the strongly connected component of each step in one.
    fn circles(&self) -> HashMap<NodeIndex, usize> {
        kosaraju_scc(&self.steps)
            .into_iter()
            .filter(|members| members.len() > 1)
            .enumerate()
            .flat_map(|(number, members)| members.into_iter().map(move |at| (at, number)))
            .collect()
    }

    fn inside<'b>(
        &'b self,
        circles: &'b HashMap<NodeIndex, usize>,
    ) -> impl Iterator<Item = (petgraph::graph::EdgeIndex, NodeIndex, NodeIndex, usize)> + 'b {
        self.steps.edge_references().filter_map(|edge| {
            let (from, to) = (circles.get(&edge.source())?, circles.get(&edge.target())?);
            (from == to).then(|| (edge.id(), edge.source(), edge.target(), *from))
        })
    }

    fn give_way(&self, circles: &HashMap<NodeIndex, usize>) -> NoOrder {
        let entry = |at: NodeIndex| self.steps[at].planned;
        let mut cause: HashMap<usize, usize> = HashMap::new();
        for (edge, from, _, circle) in self.inside(circles) {
            if matches!(self.steps[edge], Order::DeleteFirst | Order::Claims) {
                let first = cause.entry(circle).or_insert_with(|| entry(from));
                *first = (*first).min(entry(from));
            }
        }
        let mut promote = BTreeMap::new();
        for (edge, from, to, circle) in self.inside(circles) {
            let giver = match self.steps[edge] {
                Order::LetsGo { .. } => entry(from),
                Order::CreateFirst => entry(to),
                _ => continue,
            };
            if !self.planned[giver].delete_first && self.planned[giver].object.is_some() {
                promote.insert(giver, cause.get(&circle).copied().unwrap_or(giver));
            }
        }
        if promote.is_empty() {
            let members: BTreeSet<_> = circles.keys().map(|at| entry(*at)).collect();
            return NoOrder::Swap(members.into_iter().collect());
        }
        NoOrder::Promote(promote)
    }
}
