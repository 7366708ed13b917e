//! What fails, and what goes on all the same.

use std::collections::BTreeSet;
use std::sync::Mutex;

use mlplat_core::deploy::{Cancel, DeployOptions, Event, Outcome, Stamped};
use mlplat_core::graph::{Context, Graph};
use mlplat_sim::harness::{Life, Stage, Sweep, sweep};

use super::provider_bugs::{Misdeed, misbehaving};
use super::types::*;

/// The paths of a yard that come after one of them, itself among them.
fn downstream(path: &str) -> BTreeSet<String> {
    let graph = Graph::build(Context::new("proof"), |stack| yard(stack, "red", "wind", 1)).unwrap();
    let mut hit = BTreeSet::new();
    for id in graph.order() {
        let node = graph.node(*id);
        let waits = node.after.iter().map(|id| graph.node(*id).path.to_string());
        if node.path.as_str() == path || waits.clone().any(|path| hit.contains(&path)) {
            hit.insert(node.path.to_string());
        }
    }
    hit
}

#[test]
fn a_failed_node_stops_only_what_depends_on_it() {
    let stage = yard_stage("red", "wind", 1);
    for path in ["root", "left", "right", "left-mill", "right-mill", "lone"] {
        let mut one = scenario(path, vec![]);
        one.wrap = Some(misbehaving(Misdeed::DenyCreate(path)));
        let life = Life::new(&one);
        let events: Mutex<Vec<Event>> = Mutex::default();
        let lived = life.go_with(
            &stage,
            1,
            0,
            &DeployOptions::default(),
            &|event: &Stamped| events.lock().unwrap().push(event.event.clone()),
            &Cancel::new(),
        );
        let deployment = came_back(lived);
        let lost = downstream(path);
        assert_eq!(deployment.outcome, Outcome::Failed);
        assert_eq!(deployment.failed.len(), 1);
        assert_eq!(deployment.failed[0].path.as_str(), path);
        assert_eq!(deployment.failed[0].code, "AccessDenied");
        assert_eq!(deployment.done, 6 - lost.len());
        assert_eq!(deployment.skipped, lost.len() - 1);
        assert_eq!(life.objects().len(), 6 - lost.len());
        let events = events.into_inner().unwrap();
        let count = |want: fn(&Event) -> bool| events.iter().filter(|event| want(event)).count();
        assert_eq!(
            count(|event| matches!(event, Event::Done { .. })),
            deployment.done
        );
        assert_eq!(count(|event| matches!(event, Event::Failed { .. })), 1);
        assert_eq!(
            count(|event| matches!(event, Event::Skipped { .. })),
            deployment.skipped
        );

        let mended = scenario(path, vec![]);
        let life = Life {
            scenario: &mended,
            machine: life.machine,
        };
        lives(&life, &stage, 2);
        assert_eq!(life.objects().len(), 6);
        assert!(lives(&life, &stage, 3).unchanged);
    }
}

#[test]
fn a_storm_of_throttling_passes() {
    let stages = vec![yard_stage("red", "wind", 1), yard_stage("blue", "water", 2)];
    let mut storm = scenario("storm", stages);
    storm.faults = "storm=600".parse().unwrap();
    let life = Life::new(&storm);
    let first = lives(&life, &storm.stages[0], 1);
    assert!(first.elapsed_s > 600.0, "{first:?}");

    // Again while the account is looked at, before any step.
    let calm = scenario("calm", vec![]);
    let life = Life::new(&calm);
    lives(&life, &storm.stages[0], 1);
    let age = life.look(|cloud| cloud.now());
    let mut storm = scenario("second storm", storm.stages.clone());
    storm.faults.storm_s = age + 600.0;
    let life = Life {
        scenario: &storm,
        machine: life.machine,
    };
    lives(&life, &storm.stages[1], 2);
}

fn survives(name: &str, faults: &str, seeds: u64) {
    for seed in 1..=seeds {
        let mut hostile = scenario(
            name,
            vec![
                yard_stage("red", "wind", 1),
                yard_stage("red", "wind", 2),
                yard_stage("blue", "water", 2),
                Stage::Destroy,
            ],
        );
        hostile.faults = faults.parse().unwrap();
        let calm = Sweep {
            seed,
            every: 1_000_000,
            twice: 0,
            ..Sweep::default()
        };
        if let Err(broken) = sweep(&hostile, &calm) {
            panic!("{broken}");
        }
    }
}

#[test]
fn every_reply_is_lost_and_nothing_is_made_twice() {
    survives("lost replies", "lost_reply=1", 2);
    survives("some lost replies", "lost_reply=0.5", 4);
}

#[test]
fn server_errors_are_outlived() {
    survives("5xx", "5xx=0.3", 6);
}

#[test]
fn lagging_reads_make_no_duplicates() {
    survives("lag", "lag=1", 4);
    survives("lag after refusals", "lag=1,throttle=0.5,5xx=0.2", 4);
}

#[test]
fn a_denied_deletion_is_reported_and_done_later() {
    let stage = yard_stage("red", "wind", 1);
    let mut denied = scenario("denied", vec![]);
    denied.faults.deny = vec!["test.Mill:delete".to_owned()];
    let life = Life::new(&denied);
    lives(&life, &stage, 1);
    let deployment = came_back(life.go(&Stage::Destroy, 2, 0));
    assert_eq!(deployment.failed.len(), 3);
    assert_eq!((deployment.done, deployment.skipped), (0, 3));
    let calm = scenario("allowed", vec![]);
    let life = Life {
        scenario: &calm,
        machine: life.machine,
    };
    lives(&life, &Stage::Destroy, 3);
    assert_eq!(life.objects().len(), 0);
}

/// A creation that is refused leaves the object it would have replaced in its
/// place: taking the change back is no change.
#[test]
fn a_replacement_that_is_refused_can_be_taken_back() {
    let red = yard_stage("red", "wind", 1);
    let mut denied = scenario("refused", vec![]);
    let calm = scenario("calm", vec![]);
    let life = Life::new(&calm);
    lives(&life, &red, 1);
    denied.faults.deny = vec!["test.Mill:create".to_owned()];
    let life = Life {
        scenario: &denied,
        machine: life.machine,
    };
    let water = yard_stage("red", "water", 1);
    let deployment = came_back(life.go(&water, 2, 0));
    assert_eq!(deployment.failed.len(), 3);
    assert!(lives(&life, &red, 3).unchanged);
}

/// A creation that was begun and is not allowed any more fails alone: the next
/// run is not stopped by what it cannot repeat.
#[test]
fn what_is_denied_in_recovery_stops_only_what_depends_on_it() {
    let stage = yard_stage("red", "wind", 1);
    let calm = scenario("calm", vec![]);
    let mut denied = scenario("denied", vec![]);
    denied.faults.deny = vec!["test.Mill:create".to_owned()];
    let points = Life::new(&calm).go(&stage, 1, 0).points;
    let mut met = 0;
    for at in 1..=points {
        let killed = Life::new(&calm);
        let _ = killed.go(&stage, 1, at);
        let live = killed.objects();
        let open = killed.state().map(|state| state.open).unwrap_or_default();
        let lost = open.values().filter(|intent| {
            let mill = intent.ty == "test.Mill";
            mill && !live.values().any(|object| object.ty == "test.Mill")
        });
        if lost.count() == 0 {
            continue;
        }
        met += 1;
        let life = Life {
            scenario: &denied,
            machine: killed.machine,
        };
        let deployment = came_back(life.go(&stage, 2, 0));
        assert_eq!(deployment.outcome, Outcome::Failed, "killed at {at}");
        assert_eq!(
            deployment.failed.len(),
            3,
            "killed at {at}: {:?}",
            deployment.failed
        );
        assert_eq!(
            life.objects().len(),
            3,
            "the boxes are made all the same: {at}"
        );
        let life = Life {
            scenario: &calm,
            machine: life.machine,
        };
        lives(&life, &stage, 3);
        assert_eq!(life.objects().len(), 6, "killed at {at}");
    }
    assert!(met > 2, "{met}");
}
