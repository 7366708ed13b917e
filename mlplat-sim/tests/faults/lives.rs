//! Lives with faults of one run, and what their runs come to.

use std::sync::{Arc, Mutex};

use mlplat_core::deploy::{Deployment, Outcome};
use mlplat_core::provider::Provider;
use mlplat_sim::cloud::Cloud;
use mlplat_sim::harness::{Life, Lived, Stage, Wrap};
use mlplat_sim::machine::Ended;

/// One run, and the calls that it made.
pub struct Ran {
    pub lived: Lived,
    pub calls: u64,
    /// Those of them that were to change something.
    pub changes: u64,
}

/// More in the proof than for a change.
pub fn proving(each_change: u64, proof: u64) -> u64 {
    match std::env::var_os("MLPLAT_PROVE") {
        Some(_) => proof,
        None => each_change,
    }
}

/// Every number up to one, in the proof; for a change at most so many of them, spread evenly.
pub fn numbers(all: u64, at_most: u64) -> Vec<u64> {
    let step = all.div_ceil(proving(at_most, all).max(1)).max(1);
    (1..=all).step_by(step as usize).collect()
}

/// Runs a stage in a process of its own with faults of its own.
pub fn run(life: &Life<'_>, stage: &Stage, faults: &str, seed: u64) -> Ran {
    let slot: Arc<Mutex<Option<Arc<Cloud>>>> = Arc::default();
    let mut scenario = life.scenario.clone();
    scenario.faults = faults.parse().unwrap();
    let (seen, inner) = (Arc::clone(&slot), scenario.wrap.take());
    let wrap: Wrap = Arc::new(move |cloud: Arc<Cloud>| -> Arc<dyn Provider> {
        *seen.lock().unwrap() = Some(Arc::clone(&cloud));
        match &inner {
            Some(wrap) => wrap(cloud),
            None => cloud,
        }
    });
    scenario.wrap = Some(wrap);
    let life = Life {
        scenario: &scenario,
        machine: life.machine.clone(),
    };
    let lived = life.go(stage, seed, 0);
    let (calls, changes) = slot.lock().unwrap().as_ref().unwrap().tally();
    Ran {
        lived,
        calls,
        changes,
    }
}

/// What a run came to that came back.
pub fn came_back(lived: Lived) -> Deployment {
    match lived.ended {
        Ended::Done(Ok(deployment)) => deployment,
        Ended::Done(Err(error)) => panic!("{error}"),
        Ended::Killed => panic!("killed"),
    }
}

/// Brings a stage to its end in a calm account, and asks every oracle.
pub fn settles(life: &Life<'_>, stage: &Stage, seed: u64, how: &str) -> Deployment {
    judged(life, stage, life.go(stage, seed, 0), seed + 1, how)
}

/// Asks every oracle after a run.
pub fn judged(life: &Life<'_>, stage: &Stage, lived: Lived, seed: u64, how: &str) -> Deployment {
    let judged = life.judge(stage, lived, seed, how);
    let deployment = judged.unwrap_or_else(|broken| panic!("{broken}"));
    assert_eq!(deployment.outcome, Outcome::Complete);
    deployment
}
