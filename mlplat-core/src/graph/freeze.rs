//! Freezing: from what a program said to a graph that does not change.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::stack::Builder;
use super::{Context, Node, NodeKind, ProgramResult, SettingDoc, Stack, check, hash, needs};
use crate::path::NodePath;
use crate::problem::{Problem, Problems, Source};
use crate::wiring::{Expr, NodeId};

/// A frozen program.
#[derive(Debug, Clone)]
pub struct Graph {
    context: Context,
    nodes: Vec<Node>,
    outputs: Vec<OutputEntry>,
    order: Vec<NodeId>,
    by_path: HashMap<NodePath, NodeId>,
    hash: String,
    settings: Vec<fn() -> Vec<SettingDoc>>,
}

/// A declared output of the stack.
#[derive(Debug, Clone)]
pub struct OutputEntry {
    /// Its name, unique.
    pub name: String,
    /// Its value.
    pub expr: Expr,
    /// The type of an output that other stacks may read, as its program
    /// writes it.
    pub of: Option<&'static str>,
    /// Where it was declared.
    pub at: Source,
}

impl Graph {
    /// Runs a program and freezes what it said.
    ///
    /// ```
    /// use mlplat_core::graph::{Context, Graph};
    ///
    /// let graph = Graph::build(Context::new("empty"), |_stack| {})?;
    /// assert!(graph.nodes().is_empty());
    /// # Ok::<(), mlplat_core::Problems>(())
    /// ```
    ///
    /// # Errors
    /// Everything that is wrong with the program, each with its source line; a
    /// panic among it, whose words went to the panic hook and nowhere else.
    pub fn build<R: ProgramResult>(
        context: Context,
        program: impl FnOnce(&mut Stack) -> R,
    ) -> Result<Self, Problems> {
        let mut stack = Stack::new(context);
        // What the program has said by then is dropped with it.
        let ended = catch_unwind(AssertUnwindSafe(|| program(&mut stack)));
        let mut builder = stack.builder;
        match ended {
            Ok(ended) => builder.problems.0.extend(ended.into_problem()),
            Err(_) => {
                builder.panicked();
                return Err(builder.problems);
            }
        }
        freeze(builder)
    }

    /// All nodes, in the order in which they were added.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// A node by its number.
    ///
    /// # Panics
    /// When the number is of another graph.
    #[must_use]
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    /// A node by its path.
    #[must_use]
    pub fn find(&self, path: &NodePath) -> Option<NodeId> {
        self.by_path.get(path).copied()
    }

    /// All nodes, each after everything it comes after.
    #[must_use]
    pub fn order(&self) -> &[NodeId] {
        &self.order
    }

    /// The declared outputs, in order of declaration.
    #[must_use]
    pub fn outputs(&self) -> &[OutputEntry] {
        &self.outputs
    }

    /// The settings that the program reads, as far as their struct says what
    /// it wants.
    #[must_use]
    pub fn settings(&self) -> Vec<SettingDoc> {
        self.settings
            .iter()
            .flat_map(|describe| describe())
            .collect()
    }

    /// Name, environment, region and settings.
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Digest of everything that the program said, without source lines.
    #[must_use]
    pub fn program_hash(&self) -> &str {
        &self.hash
    }
}

fn freeze(mut builder: Builder) -> Result<Graph, Problems> {
    check::rules(&mut builder);
    check::outputs(&mut builder);
    for node in &mut builder.nodes {
        let mut after = std::mem::take(&mut node.after);
        let existing = match &node.kind {
            NodeKind::Existing(id) => Some(id),
            NodeKind::Resource | NodeKind::Lookup => None,
        };
        for expr in node.inputs.values().chain(existing) {
            expr.visit_attrs(&mut |id, _| after.push(id));
        }
        node.after = after;
    }
    needs::add_edges(&mut builder.nodes);
    for node in &mut builder.nodes {
        node.after.sort_unstable();
        node.after.dedup();
    }
    check::nodes(&builder.nodes, &mut builder.problems);
    let order = topological(&builder.nodes);
    if order.len() < builder.nodes.len() {
        builder.problems.push(cycle(&builder.nodes, &order));
    }
    let by_path: HashMap<_, _> = (0u32..)
        .zip(&builder.nodes)
        .map(|(index, node)| (node.path.clone(), NodeId(index)))
        .collect();
    apply_moves(&mut builder, &by_path);
    std::mem::take(&mut builder.problems).into_result()?;
    let hash = hash::program(&builder.nodes, &builder.outputs, &builder.context);
    let graph = Graph {
        context: builder.context,
        nodes: builder.nodes,
        outputs: builder.outputs,
        order,
        by_path,
        hash,
        settings: builder.settings,
    };
    let found = builder
        .checks
        .iter()
        .flat_map(|checks| checks.run(&graph).0);
    Problems(found.collect()).into_result()?;
    Ok(graph)
}

/// Kahn's algorithm, smallest number first so that the order is stable.
fn topological(nodes: &[Node]) -> Vec<NodeId> {
    let mut waiting: Vec<usize> = nodes.iter().map(|node| node.after.len()).collect();
    let mut followers: Vec<Vec<u32>> = vec![Vec::new(); nodes.len()];
    for (index, node) in (0u32..).zip(nodes) {
        for earlier in &node.after {
            followers[earlier.index()].push(index);
        }
    }
    let mut ready: BinaryHeap<Reverse<u32>> = (0u32..)
        .zip(&waiting)
        .filter(|(_, count)| **count == 0)
        .map(|(index, _)| Reverse(index))
        .collect();
    let mut order = Vec::with_capacity(nodes.len());
    while let Some(Reverse(index)) = ready.pop() {
        order.push(NodeId(index));
        for follower in &followers[index as usize] {
            let count = &mut waiting[*follower as usize];
            *count -= 1;
            if *count == 0 {
                ready.push(Reverse(*follower));
            }
        }
    }
    order
}

/// References cannot form a cycle, but a declared need or an explicit order
/// can contradict them.
fn cycle(nodes: &[Node], ordered: &[NodeId]) -> Problem {
    let done: std::collections::HashSet<_> = ordered.iter().copied().collect();
    let stuck = |id: &NodeId| !done.contains(id);
    let mut at = (0u32..)
        .map(NodeId)
        .take(nodes.len())
        .find(|id| stuck(id))
        .unwrap_or(NodeId(0));
    let mut walked = Vec::new();
    // Every stuck node waits for a stuck node, so the walk meets itself.
    while !walked.contains(&at) {
        walked.push(at);
        let next = nodes[at.index()].after.iter().find(|id| stuck(id));
        let Some(next) = next else { break };
        at = *next;
    }
    let start = walked.iter().position(|id| *id == at).unwrap_or(0);
    let names: Vec<_> = walked[start..]
        .iter()
        .chain(std::iter::once(&at))
        .map(|id| nodes[id.index()].path.to_string())
        .collect();
    let node = &nodes[at.index()];
    Problem::new(
        "cycle",
        format!("nodes wait for each other: {}", names.join(" after ")),
        "take out one of the references or orders",
    )
    .on(&node.path)
    .at(node.at.outer)
}

fn apply_moves(builder: &mut Builder, by_path: &HashMap<NodePath, NodeId>) {
    let mut origins: BTreeMap<NodePath, Source> = BTreeMap::new();
    for (from, to, at) in std::mem::take(&mut builder.moves) {
        if let Some(first) = origins.insert(from.clone(), at) {
            let problem = Problem::new(
                "moved-twice",
                format!("{from} is moved twice"),
                "keep one of the two lines",
            )
            .because(format!("it was first moved at {first}"));
            builder.problems.push(problem.on(&from).at(at));
            continue;
        }
        let mut hits = 0;
        for node in &mut builder.nodes {
            let Some(below) = node.path.below(&to) else {
                continue;
            };
            let old = match below {
                "" => Ok(from.clone()),
                below => format!("{from}/{below}").parse::<NodePath>(),
            };
            hits += 1;
            node.moved_from.extend(old);
        }
        if hits == 0 || by_path.contains_key(&from) {
            let what = if hits == 0 {
                format!("nothing is at {to}")
            } else {
                format!("something is still at {from}")
            };
            let fix = "name the old path first and the new path second, and give the new one to a construct";
            builder
                .problems
                .push(Problem::new("moved-nowhere", what, fix).on(&to).at(at));
        }
    }
}
