//! Which box stands in which layer, and in which order within it.
//!
//! The steps are those of Sugiyama, Tagawa and Toda (1981): circles are opened
//! by turning edges around, edges that others imply are left out, every node
//! gets the layer of the longest way to it, edges over several layers get a
//! waypoint in each layer between, and the layers are ordered by the mean
//! position of neighbours, over and over; the order with the fewest crossings
//! wins.

use std::collections::BTreeSet;

/// Sweeps of crossing reduction.
const SWEEPS: usize = 24;

/// Nodes and waypoints in layers. Numbers from `real` on are waypoints.
#[derive(Debug, Default)]
pub(super) struct Layered {
    /// How many nodes there are.
    pub(super) real: usize,
    /// The layers, each in its order.
    pub(super) layers: Vec<Vec<usize>>,
    /// For each drawn edge, the nodes and waypoints on its way, layer by
    /// layer, and whether it was turned around.
    pub(super) ways: Vec<(Vec<usize>, bool)>,
    /// The layer of each node and waypoint.
    pub(super) layer_of: Vec<usize>,
}

/// From and to, sorted.
type Edges = BTreeSet<(usize, usize)>;

/// Layers `count` nodes.
pub(super) fn layer(count: usize, edges: &[(usize, usize)]) -> Layered {
    let (forward, turned) = open_circles(count, edges);
    let order = topological(count, &forward);
    let kept = reduce(count, &forward, &order);
    let layer_of = longest_ways(count, &kept, &order);
    let mut layered = with_waypoints(count, &kept, &turned, layer_of);
    order_layers(&mut layered);
    layered
}

/// Turns around every edge that leads back into the way to its start.
fn open_circles(count: usize, edges: &[(usize, usize)]) -> (Edges, Edges) {
    let mut after = vec![Vec::new(); count];
    for (from, to) in edges.iter().filter(|(from, to)| from != to) {
        after[*from].push(*to);
    }
    let (mut forward, mut turned) = (BTreeSet::new(), BTreeSet::new());
    let mut state = vec![0u8; count];
    for start in 0..count {
        if state[start] != 0 {
            continue;
        }
        state[start] = 1;
        let mut way = vec![(start, 0)];
        while let Some((at, next)) = way.last_mut() {
            let Some(to) = after[*at].get(*next).copied() else {
                state[*at] = 2;
                way.pop();
                continue;
            };
            *next += 1;
            let from = *at;
            if state[to] == 1 {
                turned.insert((to, from));
                continue;
            }
            forward.insert((from, to));
            if state[to] == 0 {
                state[to] = 1;
                way.push((to, 0));
            }
        }
    }
    let turned: BTreeSet<_> = turned.difference(&forward).copied().collect();
    forward.extend(&turned);
    (forward, turned)
}

fn topological(count: usize, edges: &Edges) -> Vec<usize> {
    let mut waiting = vec![0usize; count];
    for (_, to) in edges {
        waiting[*to] += 1;
    }
    let mut ready: BTreeSet<usize> = (0..count).filter(|at| waiting[*at] == 0).collect();
    let mut order = Vec::with_capacity(count);
    while let Some(at) = ready.pop_first() {
        order.push(at);
        for (_, to) in edges.range((at, 0)..(at + 1, 0)) {
            waiting[*to] -= 1;
            if waiting[*to] == 0 {
                ready.insert(*to);
            }
        }
    }
    order
}

/// Leaves out every edge whose end is also reached over another node.
fn reduce(count: usize, edges: &Edges, order: &[usize]) -> Edges {
    let words = count.div_ceil(64);
    let mut reach = vec![vec![0u64; words]; count];
    let has = |set: &[u64], at: usize| set[at / 64] & (1 << (at % 64)) != 0;
    let mut position = vec![0; count];
    for (index, at) in order.iter().enumerate() {
        position[*at] = index;
    }
    let mut kept = BTreeSet::new();
    for at in order.iter().rev() {
        let mut next: Vec<usize> = edges
            .range((*at, 0)..(*at + 1, 0))
            .map(|edge| edge.1)
            .collect();
        // The nearest first: whatever it reaches is implied.
        next.sort_by_key(|to| position[*to]);
        let mut mine = vec![0u64; words];
        for to in next {
            if has(&mine, to) {
                continue;
            }
            kept.insert((*at, to));
            mine[to / 64] |= 1 << (to % 64);
            for (word, more) in mine.iter_mut().zip(&reach[to]) {
                *word |= more;
            }
        }
        reach[*at] = mine;
    }
    kept
}

/// The layer of the longest way to each node; nodes with more ways out than in
/// are then moved as near to what comes after them as they can be.
fn longest_ways(count: usize, edges: &Edges, order: &[usize]) -> Vec<usize> {
    let mut layer = vec![0usize; count];
    let (mut before, mut after) = (vec![Vec::new(); count], vec![Vec::new(); count]);
    for (from, to) in edges {
        after[*from].push(*to);
        before[*to].push(*from);
    }
    for at in order {
        let deepest = before[*at].iter().map(|from| layer[*from] + 1).max();
        layer[*at] = deepest.unwrap_or(0);
    }
    for at in order.iter().rev() {
        let nearest = after[*at].iter().map(|to| layer[*to]).min();
        if let (Some(nearest), true) = (nearest, after[*at].len() > before[*at].len()) {
            layer[*at] = nearest - 1;
        }
    }
    layer
}

fn with_waypoints(
    count: usize,
    edges: &Edges,
    turned: &Edges,
    mut layer_of: Vec<usize>,
) -> Layered {
    let depth = layer_of.iter().max().map_or(0, |deepest| deepest + 1);
    let mut layers = vec![Vec::new(); depth];
    for (at, layer) in layer_of.iter().enumerate() {
        layers[*layer].push(at);
    }
    let mut ways = Vec::with_capacity(edges.len());
    for (from, to) in edges {
        let mut way = vec![*from];
        let between = layer_of[*from] + 1..layer_of[*to];
        for layer in between {
            let waypoint = layer_of.len();
            layer_of.push(layer);
            layers[layer].push(waypoint);
            way.push(waypoint);
        }
        way.push(*to);
        ways.push((way, turned.contains(&(*from, *to))));
    }
    Layered {
        real: count,
        layers,
        ways,
        layer_of,
    }
}

impl Layered {
    /// Neighbours in the layer before and in the layer after.
    pub(super) fn neighbours(&self) -> (Vec<Vec<usize>>, Vec<Vec<usize>>) {
        let count = self.layer_of.len();
        let (mut before, mut after) = (vec![Vec::new(); count], vec![Vec::new(); count]);
        for (way, _) in &self.ways {
            for pair in way.windows(2) {
                after[pair[0]].push(pair[1]);
                before[pair[1]].push(pair[0]);
            }
        }
        (before, after)
    }
}

fn order_layers(layered: &mut Layered) {
    let (before, after) = layered.neighbours();
    let mut best = layered.layers.clone();
    let mut fewest = crossings(&best, &after);
    let mut layers = best.clone();
    for sweep in 0..SWEEPS {
        if fewest == 0 {
            break;
        }
        if sweep % 2 == 0 {
            for layer in 1..layers.len() {
                by_neighbours(&mut layers, layer, layer - 1, &before);
            }
        } else {
            for layer in (1..layers.len()).rev() {
                by_neighbours(&mut layers, layer - 1, layer, &after);
            }
        }
        let now = crossings(&layers, &after);
        if now < fewest {
            fewest = now;
            best.clone_from(&layers);
        }
    }
    layered.layers = best;
}

/// Sorts a layer by the mean position of its neighbours in another; those
/// without neighbours keep their place.
fn by_neighbours(layers: &mut [Vec<usize>], layer: usize, fixed: usize, near: &[Vec<usize>]) {
    let position: std::collections::HashMap<usize, usize> = layers[fixed]
        .iter()
        .enumerate()
        .map(|(index, at)| (*at, index))
        .collect();
    let mut keyed: Vec<(f64, usize)> = layers[layer]
        .iter()
        .enumerate()
        .map(|(index, at)| {
            let places = near[*at].iter().filter_map(|other| position.get(other));
            let (sum, count) = places.fold((0.0, 0.0), |(sum, count), place| {
                (sum + *place as f64, count + 1.0)
            });
            let mean = if count > 0.0 {
                sum / count
            } else {
                index as f64
            };
            (mean, *at)
        })
        .collect();
    keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
    layers[layer] = keyed.into_iter().map(|(_, at)| at).collect();
}

/// How many pairs of edges between neighbouring layers cross.
fn crossings(layers: &[Vec<usize>], after: &[Vec<usize>]) -> usize {
    let mut total = 0;
    for pair in layers.windows(2) {
        let position: std::collections::HashMap<usize, usize> = pair[1]
            .iter()
            .enumerate()
            .map(|(index, at)| (*at, index))
            .collect();
        let mut seen: Vec<usize> = Vec::new();
        for at in &pair[0] {
            let mut ends: Vec<usize> = after[*at]
                .iter()
                .filter_map(|to| position.get(to).copied())
                .collect();
            ends.sort_unstable();
            for end in &ends {
                total += seen.len() - seen.partition_point(|earlier| earlier <= end);
            }
            for end in ends {
                let place = seen.partition_point(|earlier| *earlier <= end);
                seen.insert(place, end);
            }
        }
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn implied_edges_are_left_out_and_crossings_undone() {
        // Two rows joined crosswise, and a shortcut.
        let layered = layer(5, &[(0, 3), (1, 2), (0, 4), (3, 4)]);
        assert_eq!(layered.ways.len(), 3);
        let (_, after) = layered.neighbours();
        assert_eq!(crossings(&layered.layers, &after), 0);
    }

    proptest! {
        #[test]
        fn every_edge_leads_to_a_later_layer_one_at_a_time(
            edges in proptest::collection::vec((0usize..12, 0usize..12), 0..40)
        ) {
            let layered = layer(12, &edges);
            let placed: usize = layered.layers.iter().map(Vec::len).sum();
            prop_assert_eq!(placed, layered.layer_of.len());
            for (way, _) in &layered.ways {
                for pair in way.windows(2) {
                    prop_assert_eq!(layered.layer_of[pair[0]] + 1, layered.layer_of[pair[1]]);
                }
            }
            // What can be reached stays reachable, in one direction or the other.
            for (from, to) in edges.iter().filter(|(from, to)| from != to) {
                prop_assert!(reaches(&layered, *from, *to) || reaches(&layered, *to, *from));
            }
        }
    }

    fn reaches(layered: &Layered, from: usize, to: usize) -> bool {
        let (_, after) = layered.neighbours();
        let mut seen = BTreeSet::from([from]);
        let mut open = vec![from];
        while let Some(at) = open.pop() {
            open.extend(after[at].iter().filter(|next| seen.insert(**next)));
        }
        seen.contains(&to)
    }
}
