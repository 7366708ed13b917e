//! Stopping, at every event, and going on.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use mlplat_core::deploy::{Cancel, DeployOptions, Event, Outcome, Stamped};
use mlplat_core::world::World as _;
use mlplat_sim::harness::{Life, Stage};
use mlplat_sim::machine::{Ended, Process, run};

use super::types::*;

/// Runs a stage that is stopped at its n-th event; how many events there were.
fn stopped(life: &Life<'_>, stage: &Stage, at: usize, stop: fn(&Cancel)) -> (usize, Outcome) {
    let cancel = Cancel::new();
    let seen = AtomicUsize::new(0);
    let sink = |_: &Stamped| {
        if seen.fetch_add(1, Ordering::Relaxed) + 1 == at {
            stop(&cancel);
        }
    };
    let lived = life.go_with(stage, 1, 0, &DeployOptions::default(), &sink, &cancel);
    let deployment = came_back(lived);
    assert!(
        deployment.failed.is_empty(),
        "stopped at {at}: {deployment:?}"
    );
    if !deployment.unchanged && deployment.outcome == Outcome::Complete {
        assert_eq!(deployment.skipped, 0, "stopped at {at}");
    }
    (seen.load(Ordering::Relaxed), deployment.outcome)
}

fn at_every_event(stop: fn(&Cancel)) {
    let mut hostile = scenario("stopped", vec![]);
    hostile.faults = "throttle=0.2,lost_reply=0.1,5xx=0.1,lag=0.5"
        .parse()
        .unwrap();
    let stages = [
        yard_stage("red", "wind", 1),
        yard_stage("blue", "water", 2),
        Stage::Destroy,
    ];
    let mut life = Life::new(&hostile);
    let mut cut = 0;
    for (number, stage) in stages.iter().enumerate() {
        let (events, _) = stopped(&life.fork(), stage, usize::MAX, stop);
        assert!(events > 10, "{events} events in stage {number}");
        for at in 1..=events {
            let life = life.fork();
            let (_, outcome) = stopped(&life, stage, at, stop);
            cut += usize::from(outcome == Outcome::Cancelled);
            lives(&life, stage, 2);
            let expected = if number == 2 { 0 } else { 6 };
            assert_eq!(life.objects().len(), expected, "stage {number}, event {at}");
            assert!(
                lives(&life, stage, 3).unchanged,
                "stage {number}, event {at}"
            );
        }
        let next = life.fork();
        lives(&next, stage, 1);
        life = next;
    }
    assert!(cut > 30, "{cut} runs were cut");
}

#[test]
fn cancelled_at_every_event_a_run_is_taken_up_again() {
    at_every_event(Cancel::cancel);
}

#[test]
fn aborted_at_every_event_a_run_is_taken_up_again() {
    at_every_event(|cancel| {
        cancel.cancel();
        cancel.abort();
    });
}

#[test]
fn an_interrupted_run_is_said_and_resolved() {
    let calm = scenario("interrupted", vec![]);
    let stage = yard_stage("red", "wind", 1);
    let life = Life::new(&calm);
    let points = life.fork().go(&stage, 1, 0).points;
    let killed = life.go(&stage, 1, points / 2);
    assert!(matches!(killed.ended, Ended::Killed));
    let events: Mutex<Vec<Event>> = Mutex::default();
    let sink = |event: &Stamped| events.lock().unwrap().push(event.event.clone());
    let lived = life.go_with(
        &stage,
        2,
        0,
        &DeployOptions::default(),
        &sink,
        &Cancel::new(),
    );
    done(lived);
    let events = events.into_inner().unwrap();
    assert!(
        matches!(events[0], Event::Interrupted { recorded: 1.., .. }),
        "{:?}",
        events[0]
    );
    let Event::Interrupted { open, .. } = events[0] else {
        unreachable!()
    };
    let resolved = events
        .iter()
        .filter(|event| matches!(event, Event::Resolved { .. }));
    assert_eq!(resolved.count(), open);
}

#[test]
fn of_two_engines_at_once_one_is_refused() {
    let calm = scenario("two at once", vec![]);
    let stage = yard_stage("red", "wind", 1);
    let life = Life::new(&calm);
    let (_, ended) = run(|| {
        let process = Arc::new(Process::new(&life.machine, 1));
        (process, |process: Arc<Process>| async {
            let (one, graph) = life.engine(Arc::clone(&process), &stage, 1);
            let (two, _) = life.engine(process, &stage, 2);
            let as_who = |who: &str| DeployOptions {
                who: who.to_owned(),
                ..DeployOptions::default()
            };
            let (ann, bob) = (as_who("ann"), as_who("bob"));
            let quiet = |_: &Stamped| ();
            let (first, second) = (Cancel::new(), Cancel::new());
            let yes = |_: &mlplat_core::plan::Plan| true;
            let late = async {
                tokio::time::sleep(std::time::Duration::from_secs(7)).await;
                two.deploy(&graph, &bob, &quiet, &second, &yes).await
            };
            tokio::join!(one.deploy(&graph, &ann, &quiet, &first, &yes), late)
        })
    });
    let Ended::Done((one, two)) = ended else {
        panic!("killed")
    };
    assert_eq!(one.unwrap().outcome, Outcome::Complete);
    assert_eq!(
        two.unwrap_err().to_string(),
        "the state is locked by ann (deploy, since 7 s ago)\n  do   wait until it is done; the lock is freed by itself when that process ends"
    );
}

/// Every call is throttled for longer than anybody waits.
fn stopped_while_it_looks(life: &Life<'_>, stage: &Stage) -> (f64, Outcome) {
    let mut stormy = scenario("stormy", vec![]);
    stormy.faults.storm_s = 1e9;
    let life = Life {
        scenario: &stormy,
        machine: life.fork().machine,
    };
    let (_, ended) = run(|| {
        let process = Arc::new(Process::new(&life.machine, 5));
        (process, |process: Arc<Process>| async move {
            let (engine, graph) = life.engine(Arc::clone(&process), stage, 5);
            let (options, cancel) = (DeployOptions::default(), Cancel::new());
            let begun = process.now();
            let stop = async {
                process.sleep(std::time::Duration::from_secs(30)).await;
                cancel.cancel();
            };
            let sink = |_: &Stamped| ();
            let deployed = engine.deploy(&graph, &options, &sink, &cancel, &|_| true);
            let (deployment, ()) = tokio::join!(deployed, stop);
            let took = process.now() - begun;
            (took.as_secs_f64(), deployment.unwrap().outcome)
        })
    });
    match ended {
        Ended::Done(ended) => ended,
        Ended::Killed => panic!("killed"),
    }
}

#[test]
fn a_run_is_stopped_while_it_looks_and_while_it_recovers() {
    let calm = scenario("looks", vec![]);
    let life = Life::new(&calm);
    let stage = yard_stage("red", "wind", 1);
    let points = life.fork().go(&stage, 1, 0).points;
    let killed = life.fork();
    assert!(matches!(
        killed.go(&stage, 1, points / 2).ended,
        Ended::Killed
    ));
    assert!(
        !killed.state().unwrap().open.is_empty(),
        "there is something to recover"
    );
    lives(&life, &stage, 1);
    for life in [&life, &killed] {
        let (took_s, outcome) = stopped_while_it_looks(life, &stage);
        assert_eq!((took_s, outcome), (30.0, Outcome::Cancelled));
        lives(life, &stage, 6);
        assert_eq!(life.objects().len(), 6);
    }
}
