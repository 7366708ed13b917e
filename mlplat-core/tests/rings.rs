//! Nobody comes after himself: not in a program, and not in a state.

// The helpers of a test fail as the test does.
#![allow(clippy::panic, clippy::print_stdout, clippy::unwrap_used, missing_docs)]

mod common;

use std::sync::Arc;

use common::{Thing, ThingHandle, unnamed};
use mlplat_core::graph::{Context, Graph};
use mlplat_core::state::{
    BirthId, Body, FileStore, JournalHeader, Object, Record, Stage, State, StateStore as _,
    decode_snapshot, encode_frame, encode_snapshot,
};
use mlplat_core::wiring::NodeId;
use mlplat_core::world::SystemWorld;
use proptest::prelude::*;

/// A program whose node `n` refers to the ones that `drawn[n]` says, as far as
/// they are there already: a handle exists only after its node.
fn built(drawn: &[Option<u8>]) -> Graph {
    let program = |stack: &mut mlplat_core::Stack| {
        let mut handles: Vec<ThingHandle> = Vec::new();
        for (number, parent) in drawn.iter().enumerate() {
            let parent = parent.and_then(|at| handles.get(usize::from(at)));
            let thing = Thing {
                parent: parent.map(|parent| parent.id.clone()),
                size: Some(1.into()),
                ..unnamed()
            };
            handles.push(stack.add(&format!("n{number}"), thing));
        }
    };
    Graph::build(Context::new("rings"), program).unwrap()
}

proptest! {
    /// Every edge of a program leads to a node that was added before.
    ///
    /// Proves fault 22.
    #[test]
    fn every_edge_of_a_program_leads_to_an_earlier_node(
        drawn in proptest::collection::vec(proptest::option::of(0u8..40), 1..40)
    ) {
        let graph = built(&drawn);
        let mut place = vec![0; graph.nodes().len()];
        for (at, id) in graph.order().iter().enumerate() {
            place[id.index()] = at;
        }
        for (index, node) in (0u32..).zip(graph.nodes()) {
            for earlier in &node.after {
                prop_assert!(earlier.index() < index as usize, "{} of {index}", earlier.index());
                prop_assert!(place[earlier.index()] < place[index as usize]);
            }
        }
        prop_assert_eq!(graph.order().len(), drawn.len());
    }
}

fn birth(ordinal: u32) -> BirthId {
    BirthId { serial: 1, ordinal }
}

fn object(ordinal: u32, deps: Vec<BirthId>, soft_deps: Vec<BirthId>) -> Object {
    Object {
        path: format!("n{ordinal}").parse().unwrap(),
        born_at: None,
        ty: "test.Thing".into(),
        id: format!("thing-{ordinal}"),
        stage: Stage::Ready,
        inputs: Body::empty().json,
        sealed: Default::default(),
        outputs: Body::empty().json,
        sealed_outputs: Default::default(),
        deps,
        soft_deps,
        old: false,
        protect: false,
        retain: false,
        unsure: false,
    }
}

/// A state whose edges are those drawn, hard and soft by turns.
fn state(edges: &[(u32, u32)], nodes: u32) -> State {
    let mut state = State::new("lin".into());
    state.serial = 1;
    for ordinal in 0..nodes {
        let of = |soft: bool| {
            let mine = edges.iter().enumerate();
            let mine = mine.filter(|(at, (from, _))| *from == ordinal && (at % 2 == 0) != soft);
            mine.map(|(_, (_, to))| birth(*to)).collect()
        };
        state
            .objects
            .insert(birth(ordinal), object(ordinal, of(false), of(true)));
    }
    state
}

/// Whether some node reaches itself, by the plainest way there is.
fn has_ring(edges: &[(u32, u32)], nodes: u32) -> bool {
    let mut reach = vec![vec![false; nodes as usize]; nodes as usize];
    for (from, to) in edges.iter().filter(|(_, to)| *to < nodes) {
        reach[*from as usize][*to as usize] = true;
    }
    for by in 0..nodes as usize {
        for from in 0..nodes as usize {
            for to in 0..nodes as usize {
                reach[from][to] |= reach[from][by] && reach[by][to];
            }
        }
    }
    (0..nodes as usize).any(|node| reach[node][node])
}

proptest! {
    /// A snapshot is refused exactly when its objects hold each other.
    ///
    /// Proves fault 22.
    #[test]
    fn a_state_with_a_ring_is_refused_and_no_other(
        edges in proptest::collection::vec((0u32..8, 0u32..10), 0..14)
    ) {
        let bytes = encode_snapshot(&state(&edges, 8)).unwrap();
        let read = decode_snapshot(&bytes);
        prop_assert_eq!(read.is_err(), has_ring(&edges, 8), "{:?}", read.map(drop));
    }
}

#[test]
fn the_ring_is_shown() {
    let bytes = encode_snapshot(&state(&[(0, 1), (1, 2), (2, 1), (3, 0)], 4)).unwrap();
    assert_eq!(
        decode_snapshot(&bytes).unwrap_err().to_string(),
        "its objects hold each other: n1 holds n2 holds n1"
    );
}

/// The snapshot is in order, and the journal makes the ring.
///
/// Proves fault 22.
#[tokio::test]
async fn a_journal_that_makes_a_ring_is_refused_by_the_store() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = encode_snapshot(&state(&[(1, 0)], 2)).unwrap();
    std::fs::write(dir.path().join("state"), bytes).unwrap();
    let moved = Record::Moved {
        birth: birth(0),
        path: "n0".parse().unwrap(),
        deps: vec![],
        soft_deps: vec![birth(1)],
    };
    let header = JournalHeader {
        lineage: "lin".into(),
        extends: 1,
    };
    let undone = Record::Deleted { birth: birth(1) };
    for (records, refused) in [(vec![moved.clone()], true), (vec![moved, undone], false)] {
        let frame = encode_frame(Some(&header), &records).unwrap();
        std::fs::write(dir.path().join("journal"), &frame).unwrap();
        let store = FileStore::new(Arc::new(SystemWorld::new()), dir.path());
        let read = store.read().await;
        assert_eq!(read.is_err(), refused, "{records:?}");
        if let Err(why) = read {
            let why = why.to_string();
            assert!(why.contains("n0 holds n1 holds n0"), "{why}");
        }
    }
}

/// Handles are the only way to an edge, and they are of this program.
#[test]
fn nodes_are_numbered_in_the_order_of_the_program() {
    let graph = built(&[None, Some(0), Some(7)]);
    let ids: Vec<usize> = graph.order().iter().map(|id: &NodeId| id.index()).collect();
    assert_eq!(ids, [0, 1, 2]);
}
