//! What is drawn: the graph as boxes within boxes.

use std::collections::{BTreeMap, BTreeSet};

use mlplat_core::Graph;
use mlplat_core::graph::{Node, NodeKind};

use crate::report::text::{clean, count};

/// A box: a construct with parts, or something that is drawn as one card.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// The name, without the parts that stand on the boxes around it.
    pub(super) label: String,
    /// The type, or what is inside.
    pub(super) note: String,
    /// The service whose colour it has: `ec2`; empty when it is mixed.
    pub(super) service: String,
    /// Read, not made: drawn with a dashed border.
    pub(super) read_only: bool,
    /// What is drawn inside.
    pub(super) inside: Level,
}

/// Boxes beside each other, and which comes after which.
#[derive(Debug, Clone, Default)]
pub(super) struct Level {
    pub(super) items: Vec<Item>,
    /// From what comes first to what comes after, by position in `items`.
    pub(super) edges: Vec<(usize, usize)>,
}

/// The graph as nested boxes: down to every node, or only the constructs that
/// the program adds itself.
pub(super) fn model(graph: &Graph, detail: bool) -> Level {
    let all: Vec<usize> = (0..graph.nodes().len()).collect();
    let mut level = gather_questions(below(graph, &all, 0));
    if !detail {
        for item in &mut level.items {
            item.inside = Level::default();
        }
    }
    level
}

/// Look-ups that stand beside the constructs, two or more, share one box.
fn gather_questions(level: Level) -> Level {
    let asks = |item: &Item| item.read_only && item.inside.items.is_empty();
    let questions = level.items.iter().filter(|item| asks(item)).count();
    if questions < 2 {
        return level;
    }
    let mut gathered = Level::default();
    let mut inside = Level::default();
    // Where each item stands now; the box of the questions is the first.
    let mut places = Vec::with_capacity(level.items.len());
    for item in level.items {
        if asks(&item) {
            places.push((0, Some(inside.items.len())));
            inside.items.push(item);
        } else {
            gathered.items.push(item);
            places.push((gathered.items.len(), None));
        }
    }
    for (from, to) in level.edges {
        match (places[from], places[to]) {
            ((_, Some(from)), (_, Some(to))) => inside.edges.push((from, to)),
            ((from, _), (to, _)) => gathered.edges.push((from, to)),
        }
    }
    gathered.edges.sort_unstable();
    gathered.edges.dedup();
    let questions = Item {
        label: "look-ups".to_owned(),
        note: format!("{}, asked and not made", count(questions, "question")),
        service: String::new(),
        read_only: true,
        inside,
    };
    gathered.items.insert(0, questions);
    gathered
}

/// The nodes grouped by the path segment at `depth`.
fn below(graph: &Graph, members: &[usize], depth: usize) -> Level {
    let mut groups: Vec<(&str, Vec<usize>)> = Vec::new();
    let mut place: BTreeMap<&str, usize> = BTreeMap::new();
    let mut group_of: BTreeMap<usize, usize> = BTreeMap::new();
    for at in members {
        let path = graph.nodes()[*at].path.as_str();
        let segment = path.split('/').nth(depth).unwrap_or("");
        let group = *place.entry(segment).or_insert_with(|| {
            groups.push((segment, Vec::new()));
            groups.len() - 1
        });
        groups[group].1.push(*at);
        group_of.insert(*at, group);
    }
    let mut edges = BTreeSet::new();
    for (at, to) in &group_of {
        for earlier in &graph.nodes()[*at].after {
            if let Some(from) = group_of.get(&earlier.index()).filter(|from| *from != to) {
                edges.insert((*from, *to));
            }
        }
    }
    let items = groups
        .iter()
        .map(|(name, members)| item(graph, name, members, depth));
    Level {
        items: items.collect(),
        edges: edges.into_iter().collect(),
    }
}

fn item(graph: &Graph, name: &str, members: &[usize], depth: usize) -> Item {
    if let [only] = members {
        return leaf(&graph.nodes()[*only], depth);
    }
    let services: BTreeSet<&str> = members
        .iter()
        .map(|at| graph.nodes()[*at].ty.service())
        .collect();
    let resources = members
        .iter()
        .filter(|at| matches!(graph.nodes()[**at].kind, NodeKind::Resource));
    let mut named: Vec<_> = services.iter().copied().take(4).collect();
    if services.len() > named.len() {
        named.push("…");
    }
    Item {
        label: clean(name).into_owned(),
        note: format!(
            "{} · {}",
            count(resources.count(), "resource"),
            named.join(", ")
        ),
        service: most_common(graph, members),
        read_only: false,
        inside: below(graph, members, depth + 1),
    }
}

/// A construct of one resource is drawn as that resource.
fn leaf(node: &Node, depth: usize) -> Item {
    let label: Vec<&str> = node.path.as_str().split('/').skip(depth).collect();
    Item {
        label: clean(&label.join("/")).into_owned(),
        note: clean(node.ty.name).into_owned(),
        service: node.ty.service().to_owned(),
        read_only: !matches!(node.kind, NodeKind::Resource),
        inside: Level::default(),
    }
}

fn most_common(graph: &Graph, members: &[usize]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for at in members {
        *counts.entry(graph.nodes()[*at].ty.service()).or_default() += 1;
    }
    let most = counts.into_iter().max_by_key(|(_, count)| *count);
    most.map(|(service, _)| service.to_owned())
        .unwrap_or_default()
}
