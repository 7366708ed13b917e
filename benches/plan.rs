//! `cargo bench`: what it costs to freeze a program and to plan it, in this
//! process. `cargo xtask bench` measures whole runs from outside, with memory
//! and disk.

#![allow(clippy::print_stdout, clippy::unwrap_used)] // It is its output.

use std::sync::Arc;
use std::time::{Duration, Instant};

use mlplat::core::deploy::{Cancel, DeployOptions, Engine, PlanOptions, Stamped};
use mlplat::core::graph::{Context, Graph, Stack};
use mlplat::core::null::{Null, NullHandle, NullProvider};
use mlplat::core::provider::Providers;
use mlplat::core::seal::AgeLock;
use mlplat::core::state::FileStore;
use mlplat::core::world::{SystemWorld, World};

const LAYERS: usize = 10;
const RUNS: usize = 5;

/// Ten layers, each resource after one of the layer above.
fn program(stack: &mut Stack, nodes: usize) {
    let mut made: Vec<NullHandle> = Vec::with_capacity(nodes);
    for at in 0..nodes {
        let above = at.checked_sub(nodes / LAYERS);
        let name = format!("r{at}");
        let resource = Null {
            name: name.as_str().into(),
            value: Some("a value of some length".into()),
            after: above.into_iter().map(|at| (&made[at].id).into()).collect(),
        };
        made.push(stack.add(&name, resource));
    }
}

fn frozen(nodes: usize) -> Graph {
    Graph::build(Context::new("bench"), |stack| program(stack, nodes)).unwrap()
}

fn engine(dir: &std::path::Path) -> Engine {
    let world: Arc<dyn World> = Arc::new(SystemWorld::new());
    let keys = AgeLock::local(world.files(), &dir.join("local.key")).unwrap();
    let store = FileStore::new(Arc::clone(&world), dir);
    let providers = Providers::default().with(Arc::new(NullProvider));
    Engine::new(world, Arc::new(store), providers, Arc::new(keys))
}

fn say(what: &str, nodes: usize, mut times: Vec<Duration>) {
    times.sort();
    println!(
        "{what:<22} {nodes:>6} resources  {:>9.2?}",
        times[times.len() / 2]
    );
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    for nodes in [1_000, 10_000] {
        let mut times = [Vec::new(), Vec::new(), Vec::new()];
        for _ in 0..RUNS {
            let dir = tempfile::tempdir().unwrap();
            let engine = engine(dir.path());
            let options = PlanOptions::default();
            let begun = Instant::now();
            let graph = frozen(nodes);
            times[0].push(begun.elapsed());
            let begun = Instant::now();
            let plan = engine.plan(&graph, &options).await.unwrap();
            times[1].push(begun.elapsed());
            assert_eq!(plan.counts.create, nodes);
            let ignore = |_: &Stamped| {};
            let options = DeployOptions::default();
            let cancel = Cancel::new();
            let deployed = engine.deploy(&graph, &options, &ignore, &cancel, &|_| true);
            assert_eq!(deployed.await.unwrap().done, nodes);
            let begun = Instant::now();
            let plan = engine.plan(&graph, &options.plan).await.unwrap();
            times[2].push(begun.elapsed());
            assert!(!plan.has_changes());
        }
        for (what, times) in ["freeze", "plan, from empty", "plan, nothing to do"]
            .into_iter()
            .zip(times)
        {
            say(what, nodes, times);
        }
    }
}
