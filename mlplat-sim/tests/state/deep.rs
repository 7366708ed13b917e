//! Chains as long as a platform will never have: nothing in the engine calls
//! itself once more for each node.

use std::sync::Arc;
use std::time::Instant;

use mlplat_core::deploy::{Cancel, DeployOptions, Engine, Outcome, PlanOptions, Stamped};
use mlplat_core::graph::{Context, Graph};
use mlplat_core::null::{Null, NullProvider};
use mlplat_core::state::FileStore;
use mlplat_sim::machine::{Machine, Process};

use super::proving;
use super::scene::{engine, in_process};

fn chain(length: usize, value: &'static str) -> Graph {
    let built = Graph::build(Context::new("chain"), |stack| {
        let mut last = None;
        for number in 0..length {
            let link = Null {
                name: "link".into(),
                value: Some(value.into()),
                after: last.into_iter().collect(),
            };
            last = Some(stack.add(&format!("n{number}"), link).id);
        }
    });
    built.unwrap()
}

async fn deploy(engine: &Engine, graph: &Graph, destroy: bool) -> usize {
    let options = DeployOptions {
        plan: PlanOptions {
            destroy,
            ..PlanOptions::default()
        },
        ..DeployOptions::default()
    };
    let (quiet, cancel) = (|_: &Stamped| (), Cancel::new());
    let deployed = engine
        .deploy(graph, &options, &quiet, &cancel, &|_| true)
        .await
        .unwrap();
    assert_eq!(deployed.outcome, Outcome::Complete, "{:?}", deployed.failed);
    deployed.done
}

fn lived(length: usize) {
    in_process(&Machine::default(), 1, |process: Arc<Process>| async {
        let store = FileStore::new(process.clone(), "state");
        let engine = engine(process, store, Arc::new(NullProvider));
        let graph = chain(length, "a");
        let plan = engine.plan(&graph, &PlanOptions::default()).await.unwrap();
        assert_eq!(plan.counts.create, length);
        assert_eq!(deploy(&engine, &graph, false).await, length);
        let again = engine.plan(&graph, &PlanOptions::default()).await.unwrap();
        assert!(!again.has_changes());
        let other = chain(length, "b");
        let plan = engine.plan(&other, &PlanOptions::default()).await.unwrap();
        assert_eq!(plan.counts.update, length);
        assert_eq!(deploy(&engine, &graph, true).await, length);
        assert!(engine.state().await.unwrap().unwrap().objects.is_empty());
    });
}

/// On a stack so small that a call for each node would not fit: half a
/// megabyte has 260 bytes for each of 2,000 nodes, and 5 for each of 100,000.
///
/// Proves fault 21.
#[test]
fn a_chain_of_any_length_needs_no_stack() {
    let length = if proving() { 100_000 } else { 2_000 };
    let begun = Instant::now();
    let small = std::thread::Builder::new().stack_size(512 << 10);
    let thread = small.spawn(move || lived(length)).unwrap();
    thread.join().unwrap();
    println!(
        "figure: chain of {length} nodes planned, deployed, changed and destroyed on 512 KiB of stack in {:?}",
        begun.elapsed()
    );
}
