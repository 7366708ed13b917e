//! Declared needs as ordering edges.
//!
//! A NAT gateway works only when an internet gateway is attached to the VPC
//! of its subnet, though neither is named in its inputs. The type declares
//! the need as a path of joins; here the path is walked over the expressions
//! of the program, and everything found comes first.

use std::collections::HashMap;

use super::{Graph, Node};
use crate::facts::{Join, Need};
use crate::wiring::{Expr, NodeId};

/// Adds what each node needs to its `after`.
pub(super) fn add_edges(nodes: &mut [Node]) {
    if nodes.iter().all(|node| node.ty.needs.is_empty()) {
        return;
    }
    let found: Vec<(usize, Vec<NodeId>)> = {
        let index = Index::new(nodes);
        nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| !node.ty.needs.is_empty())
            .map(|(at, node)| {
                let needs = node.ty.needs.iter();
                (at, needs.flat_map(|need| index.walk(at, need)).collect())
            })
            .collect()
    };
    for (at, needed) in found {
        nodes[at].after.extend(needed);
    }
}

impl Graph {
    /// What a node needs by the facts of its type, each with the nodes that it
    /// leads to. Every one of them is in [`Node::after`] too.
    #[must_use]
    pub fn needed(&self, id: NodeId) -> Vec<(&'static Need, Vec<NodeId>)> {
        let needs = self.node(id).ty.needs;
        if needs.is_empty() {
            return Vec::new();
        }
        let index = Index::new(self.nodes());
        needs
            .iter()
            .map(|need| (need, index.walk(id.index(), need)))
            .collect()
    }
}

struct Index<'a> {
    nodes: &'a [Node],
    /// Who names a node, and in which field.
    holders: HashMap<usize, Vec<(usize, &'a str)>>,
}

impl<'a> Index<'a> {
    fn new(nodes: &'a [Node]) -> Self {
        let mut holders: HashMap<usize, Vec<(usize, &str)>> = HashMap::new();
        for (at, node) in nodes.iter().enumerate() {
            for (field, expr) in &node.inputs {
                expr.visit_attrs(&mut |target, _| {
                    let entry = holders.entry(target.index()).or_default();
                    entry.push((at, field.as_str()));
                });
            }
        }
        Self { nodes, holders }
    }

    fn walk(&self, from: usize, need: &Need) -> Vec<NodeId> {
        let mut here = vec![from];
        for join in need.path {
            here = self.step(&here, join);
            here.sort_unstable();
            here.dedup();
        }
        here.into_iter()
            .filter(|at| *at != from)
            // The index came from a vector whose length fits.
            .filter_map(|at| u32::try_from(at).ok().map(NodeId))
            .collect()
    }

    fn step(&self, here: &[usize], join: &Join) -> Vec<usize> {
        let mut next = Vec::new();
        for at in here {
            match join {
                Join::Follow(field) => {
                    if let Some(expr) = self.nodes[*at].inputs.get(*field) {
                        expr.visit_attrs(&mut |target, _| next.push(target.index()));
                    }
                }
                Join::Back(ty, field) => next.extend(self.back(*at, ty, field)),
                Join::BackAny(holders) => {
                    for (ty, field) in *holders {
                        next.extend(self.back(*at, ty, field));
                    }
                }
                Join::Offered(what) => next.extend(self.offering(*at, what)),
                Join::Where(field, value) => {
                    let literal = self.nodes[*at].inputs.get(*field);
                    if matches!(literal, Some(Expr::Literal(v)) if v.as_str() == Some(value)) {
                        next.push(*at);
                    }
                }
            }
        }
        next
    }

    /// The nodes that offer something to a node.
    fn offering<'b>(&'b self, at: usize, what: &'b str) -> impl Iterator<Item = usize> + 'b {
        let holders = self.holders.get(&at).into_iter().flatten();
        let offers = move |holder: usize, by: &str| {
            let offers = self.nodes[holder].ty.offers.iter();
            offers
                .clone()
                .any(|offer| offer.what == what && offer.to == by)
        };
        holders
            .filter(move |(holder, by)| offers(*holder, by))
            .map(|(holder, _)| *holder)
    }

    /// The nodes of a type that name a node in a field.
    fn back<'b>(
        &'b self,
        at: usize,
        ty: &'b str,
        field: &'b str,
    ) -> impl Iterator<Item = usize> + 'b {
        let holders = self.holders.get(&at).into_iter().flatten();
        holders
            .filter(move |(holder, by)| *by == field && self.nodes[*holder].ty.name == ty)
            .map(|(holder, _)| *holder)
    }
}
