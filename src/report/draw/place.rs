//! Where boxes stand along their layer.
//!
//! Every box wants to stand at the mean of its neighbours. Within one layer
//! the order and the gaps are given, so the positions that are nearest to all
//! wishes are a problem of isotonic regression, which pooling adjacent
//! violators solves exactly. A few sweeps over the layers, down and up, settle
//! the whole.

use super::layers::Layered;

const SWEEPS: usize = 40;

/// How strongly an edge pulls: edges between waypoints most, so that long
/// edges run straight.
const PULL: [f64; 3] = [1.0, 2.0, 8.0];

/// The centre of each node and waypoint along its layer, starting near 0.
/// `size` is the extent along the layer, `gap` the space between two.
pub(super) fn place(layered: &Layered, size: &dyn Fn(usize) -> f64, gap: f64) -> Vec<f64> {
    let (before, after) = layered.neighbours();
    let mut centre = packed(layered, size, gap);
    let depth = layered.layers.len();
    for sweep in 0..SWEEPS {
        let down = sweep % 2 == 0;
        for step in 0..depth {
            let layer = &layered.layers[if down { step } else { depth - 1 - step }];
            let wishes: Vec<(f64, f64)> = layer
                .iter()
                .map(|at| {
                    let near = before[*at].iter().chain(&after[*at]);
                    wish(*at, near, &centre, layered.real)
                })
                .collect();
            settle(layer, &wishes, size, gap, &mut centre);
        }
    }
    let least = centre.iter().enumerate().map(|(at, c)| c - size(at) / 2.0);
    let least = least.fold(f64::INFINITY, f64::min);
    if least.is_finite() {
        centre.iter_mut().for_each(|c| *c -= least);
    }
    centre
}

fn packed(layered: &Layered, size: &dyn Fn(usize) -> f64, gap: f64) -> Vec<f64> {
    let mut centre = vec![0.0; layered.layer_of.len()];
    for layer in &layered.layers {
        let total: f64 = layer.iter().map(|at| size(*at) + gap).sum::<f64>() - gap;
        let mut edge = -total / 2.0;
        for at in layer {
            centre[*at] = edge + size(*at) / 2.0;
            edge += size(*at) + gap;
        }
    }
    centre
}

/// Where a node wants to stand, and how much.
fn wish<'a>(
    at: usize,
    near: impl Iterator<Item = &'a usize>,
    centre: &[f64],
    real: usize,
) -> (f64, f64) {
    let (mut sum, mut weight) = (0.0, 0.0);
    for other in near {
        let waypoints = usize::from(at >= real) + usize::from(*other >= real);
        let pull = PULL[waypoints];
        sum += pull * centre[*other];
        weight += pull;
    }
    if weight > 0.0 {
        (sum / weight, weight)
    } else {
        (centre[at], 0.1)
    }
}

/// Pools adjacent violators: each block of touching boxes stands at the
/// weighted mean of what its members want.
fn settle(
    layer: &[usize],
    wishes: &[(f64, f64)],
    size: &dyn Fn(usize) -> f64,
    gap: f64,
    centre: &mut [f64],
) {
    struct Block {
        wanted: f64,
        weight: f64,
        members: usize,
    }
    let mut offsets = Vec::with_capacity(layer.len());
    let mut offset = 0.0;
    for (index, at) in layer.iter().enumerate() {
        if index > 0 {
            offset += (size(layer[index - 1]) + size(*at)) / 2.0 + gap;
        }
        offsets.push(offset);
    }
    let mut blocks: Vec<Block> = Vec::new();
    for (index, (wanted, weight)) in wishes.iter().enumerate() {
        let mut block = Block {
            wanted: wanted - offsets[index],
            weight: *weight,
            members: 1,
        };
        while let Some(last) = blocks.pop_if(|last| last.wanted >= block.wanted) {
            let weight = last.weight + block.weight;
            block.wanted = (last.wanted * last.weight + block.wanted * block.weight) / weight;
            block.weight = weight;
            block.members += last.members;
        }
        blocks.push(block);
    }
    let placed = blocks
        .iter()
        .flat_map(|block| std::iter::repeat_n(block.wanted, block.members));
    for ((at, offset), wanted) in layer.iter().zip(&offsets).zip(placed) {
        centre[*at] = wanted + offset;
    }
}

#[cfg(test)]
mod tests {
    use super::super::layers::layer;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_parent_stands_over_the_middle_of_its_children() {
        let layered = layer(4, &[(0, 1), (0, 2), (0, 3)]);
        let centre = place(&layered, &|_| 100.0, 20.0);
        assert!((centre[0] - centre[2]).abs() < 0.5, "{centre:?}");
        assert!((centre[2] - centre[1] - 120.0).abs() < 0.5, "{centre:?}");
    }

    proptest! {
        #[test]
        fn boxes_of_a_layer_never_touch(
            edges in proptest::collection::vec((0usize..10, 0usize..10), 0..30),
            sizes in proptest::collection::vec(1.0f64..200.0, 10),
        ) {
            let layered = layer(10, &edges);
            let size = |at: usize| sizes.get(at).copied().unwrap_or(2.0);
            let centre = place(&layered, &size, 12.0);
            for layer in &layered.layers {
                for pair in layer.windows(2) {
                    let room = centre[pair[1]] - centre[pair[0]]
                        - (size(pair[0]) + size(pair[1])) / 2.0;
                    prop_assert!(room > 12.0 - 1e-6, "{room}");
                }
            }
        }
    }
}
