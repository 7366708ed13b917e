//! A state in an object store under a real engine: its lock lives as long as
//! the run, and a store that goes away in the middle costs nothing.

use std::path::Path;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context as Polling, Poll, Waker};
use std::time::Duration;

use mlplat_core::Graph;
use mlplat_core::deploy::{
    Cancel, DeployOptions, Deployment, Engine, EngineError, Outcome, Stamped,
};
use mlplat_core::graph::Context;
use mlplat_core::provider::{ProviderError, Providers};
use mlplat_core::state::remote_model::{Bucket, BucketFaults};
use mlplat_core::state::{Holder, StateStore, StoreError};
use mlplat_core::world::World;
use mlplat_sim::cloud::{Cloud, Faults};
use mlplat_sim::harness::ClearKeys;
use mlplat_sim::machine::{Ended, Machine, Process, run};

use super::types::{BOX, MILL, yard};
use super::watch::{Asks, Watch, watched};

fn cloud(machine: &Machine, world: Arc<dyn World>) -> Cloud {
    let files = Arc::new(machine.files.clone());
    let types = [&BOX, &MILL];
    Cloud::open(
        &types,
        "eu-west-1",
        world,
        Faults::default(),
        files,
        Path::new("world"),
    )
    .unwrap()
}

/// Sees to it that nothing is started whose intent is not in the bucket.
struct InTheBucket {
    bucket: Bucket,
    bare: Mutex<Vec<String>>,
}

impl Watch for InTheBucket {
    fn before(&self, asks: &Asks<'_>) -> Result<(), ProviderError> {
        if !asks.changes() {
            return Ok(());
        }
        let world = Arc::new(Process::new(&Machine::default(), 1));
        let calm = self.bucket.with(BucketFaults::default());
        let store = calm.store(world, 60);
        let state = now(store.read()).unwrap().replayed();
        let open = state.is_some_and(|state| {
            let mut open = state.open.keys();
            open.any(|birth| {
                let born = state.birth(*birth).map(|born| born.token(&state.lineage));
                born.as_deref() == Some(asks.token())
            })
        });
        if !open {
            let what = format!("{} {}", asks.verb(), asks.ty().name);
            self.bare.lock().unwrap().push(what);
        }
        Ok(())
    }
}

/// What comes of a future that waits for nobody but itself.
fn now<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut polling = Polling::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(ready) = future.as_mut().poll(&mut polling) {
            return ready;
        }
    }
}

/// One run of the yard in a process of its own, over a bucket; with it, what
/// else happens in the world meanwhile.
fn deploy<T>(
    machine: &Machine,
    bucket: &Bucket,
    seed: u64,
    meanwhile: impl AsyncFnOnce(Arc<Process>) -> T,
) -> (Result<Deployment, EngineError>, T) {
    let (_, ended) = run(|| {
        let process = Arc::new(Process::new(machine, seed));
        (process, |process: Arc<Process>| async move {
            let world: Arc<dyn World> = process.clone();
            let watch = Arc::new(InTheBucket {
                bucket: bucket.clone(),
                bare: Mutex::default(),
            });
            let cloud = Arc::new(cloud(machine, world.clone()));
            let store = bucket
                .store(world.clone(), 60)
                .with_testament("left/testament");
            let engine = Engine::new(
                world.clone(),
                Arc::new(store),
                Providers::default().with(watched(watch.clone())(cloud)),
                Arc::new(ClearKeys),
            );
            let graph = Graph::build(Context::new("proof"), |stack| yard(stack, "red", "wind", 1));
            let (graph, options) = (graph.unwrap(), DeployOptions::default());
            let cancel = Cancel::new();
            // A lease that nobody let go of runs out.
            process.sleep(Duration::from_secs((seed - 1) * 5_000)).await;
            let deployed = engine.deploy(&graph, &options, &|_: &Stamped| (), &cancel, &|_| true);
            let ended = tokio::join!(deployed, meanwhile(process));
            let bare = watch.bare.lock().unwrap();
            assert!(bare.is_empty(), "started without an intent: {bare:?}");
            drop(bare);
            ended
        })
    });
    match ended {
        Ended::Done(ended) => ended,
        Ended::Killed => unreachable!("this process never dies"),
    }
}

fn calm(machine: &Machine, bucket: &Bucket, seed: u64) -> Deployment {
    let (deployment, ()) = deploy(machine, bucket, seed, async |_| ());
    let deployment = deployment.unwrap();
    assert_eq!(
        deployment.outcome,
        Outcome::Complete,
        "{:?}",
        deployment.failed
    );
    deployment
}

fn objects(machine: &Machine) -> usize {
    let (_, ended) = run(|| {
        let process = Arc::new(Process::new(machine, 1));
        (process, |process: Arc<Process>| async move {
            let objects = cloud(machine, process).objects();
            objects
                .iter()
                .filter(|object| object.child_of.is_none())
                .count()
        })
    });
    match ended {
        Ended::Done(count) => count,
        Ended::Killed => unreachable!("this process never dies"),
    }
}

/// The mills take 100 s, in which nothing is written; the lease runs out
/// after 60.
#[test]
fn the_lock_lives_while_nothing_is_written() {
    let (machine, bucket) = (Machine::default(), Bucket::new(BucketFaults::default()));
    let (deployment, refused) = deploy(&machine, &bucket, 1, async |process| {
        let mut refused = 0;
        for _ in 0..9 {
            process.sleep(Duration::from_secs(10)).await;
            // Another process: it knows nothing but the bucket.
            let other = bucket.store(process.clone(), 60);
            let me = Holder {
                who: "other".into(),
                what: "deploy".into(),
                since: 0,
            };
            refused += usize::from(matches!(other.lock(&me).await, Err(StoreError::Locked(..))));
        }
        refused
    });
    assert_eq!(deployment.unwrap().outcome, Outcome::Complete);
    assert_eq!(refused, 9, "it was taken for dead");
}

/// From the first write that fails on nothing is started; what is under way is finished and left for the next run.
///
/// Proves fault 10.
#[test]
fn a_store_that_goes_away_in_the_middle_costs_nothing() {
    let calls = {
        let (machine, bucket) = (Machine::default(), Bucket::new(BucketFaults::default()));
        calm(&machine, &bucket, 1);
        bucket.calls()
    };
    let mut left = 0;
    for down_from in 1..=calls {
        let (machine, bucket) = (Machine::default(), Bucket::new(BucketFaults::default()));
        let failing = bucket.with(BucketFaults {
            down_from,
            ..BucketFaults::default()
        });
        let (ended, ()) = deploy(&machine, &failing, 1, async |_| ());
        match ended {
            Err(EngineError::Left { place, .. }) => {
                left += 1;
                assert_eq!(place, "left/testament");
            }
            Err(EngineError::Store(_)) => {}
            // Only the release was lost.
            Ok(deployment) => assert_eq!(deployment.outcome, Outcome::Complete),
            Err(other) => panic!("down from {down_from}: {other}"),
        }
        calm(&machine, &bucket, 2);
        assert_eq!(objects(&machine), 6, "down from {down_from} of {calls}");
        assert!(
            calm(&machine, &bucket, 3).unchanged,
            "down from {down_from}"
        );
        let files = machine.files.all();
        assert!(
            !files.contains_key(Path::new("left/testament")),
            "down from {down_from}"
        );
    }
    assert!(left > 5, "{left} of {calls} left something");
    println!(
        "figure: the store gone from each of {calls} calls on, {left} recovery files left and taken over, 0 calls without a durable intent, 0 duplicates"
    );
}
