//! A disk that fails at each of its operations: nothing is begun whose intent could be lost, and nothing is
//! forgotten.

use std::sync::{Arc, Mutex};

use futures::FutureExt as _;
use mlplat_core::deploy::{
    Cancel, DeployOptions, Deployment, EngineError, Outcome, PlanOptions, Stamped,
};
use mlplat_core::provider::ProviderError;
use mlplat_core::state::{Action, FileStore, State, StateStore as _};
use mlplat_sim::harness::{Life, Stage};
use mlplat_sim::machine::{DiskError, Ended, Machine, MemoryFiles, Process, Trouble, run};

use super::lives::{numbers, settles};
use super::types::{scenario, yard_stage};
use super::watch::{Asks, Watch, watched};

/// Looks at what is certain to be on the disk whenever something is about to change.
struct Durable {
    files: MemoryFiles,
    /// Calls without a durable intent.
    bare: Mutex<Vec<String>>,
}

impl Durable {
    fn state(&self) -> Option<State> {
        let machine = Machine {
            files: self.files.certain(),
            ..Machine::default()
        };
        let store = FileStore::new(Arc::new(Process::new(&machine, 1)), "state");
        // Nothing there waits for anything.
        let stored = store.read().now_or_never()?;
        stored.ok()?.replayed()
    }
}

impl Watch for Durable {
    fn before(&self, asks: &Asks<'_>) -> Result<(), ProviderError> {
        let action = match asks {
            Asks::Create(_) => Action::Create,
            Asks::Update(_) => Action::Update,
            Asks::Delete(_) => Action::Delete,
            _ => return Ok(()),
        };
        let state = self.state();
        let open = state.as_ref().is_some_and(|state| {
            state.open.iter().any(|(birth, intent)| {
                let born = state.birth(*birth).map(|born| born.token(&state.lineage));
                intent.action == action && born.as_deref() == Some(asks.token())
            })
        });
        if !open {
            let what = format!("{} {} of {}", asks.verb(), asks.ty().name, asks.token());
            self.bare.lock().unwrap().push(what);
        }
        Ok(())
    }
}

/// Runs a stage on a disk with something wrong, and how many operations it asked for.
fn troubled(
    life: &Life<'_>,
    stage: &Stage,
    trouble: Trouble,
) -> (Result<Deployment, EngineError>, u64) {
    let (process, ended) = run(|| {
        let process = Process::new(&life.machine, 1).on_a_disk_with(trouble);
        (Arc::new(process), |process: Arc<Process>| async move {
            let (engine, graph) = life.engine(process, stage, 1);
            let options = DeployOptions {
                plan: PlanOptions {
                    destroy: matches!(stage, Stage::Destroy),
                    ..PlanOptions::default()
                },
                delete_data: true,
                ..DeployOptions::default()
            };
            let quiet = |_: &Stamped| ();
            engine
                .deploy(&graph, &options, &quiet, &Cancel::new(), &|_| true)
                .await
        })
    });
    match ended {
        Ended::Done(result) => (result, process.disk_operations()),
        Ended::Killed => panic!("killed"),
    }
}

/// What was known before is known still, unless it is no more.
fn no_shorter(before: Option<&State>, life: &Life<'_>, how: &str) {
    let Some(before) = before else { return };
    let after = life
        .state()
        .unwrap_or_else(|| panic!("{how}: the state is gone"));
    assert!(after.serial >= before.serial, "{how}");
    let live = life.objects();
    for (birth, object) in &before.objects {
        let there = live
            .values()
            .any(|one| one.id == object.id && one.gone_at.is_none());
        let known = after.objects.contains_key(birth);
        assert!(known || !there, "{how}: {} is forgotten", object.path);
    }
}

/// Proves fault 9.
#[test]
fn every_operation_of_the_disk_fails() {
    let mut machine = Machine::default();
    let (mut met, mut cut_short) = (0, 0);
    let calm = scenario("calm", vec![]);
    for stage in [
        yard_stage("red", "wind", 1),
        yard_stage("red", "wind", 2),
        yard_stage("blue", "water", 2),
        Stage::Destroy,
    ] {
        let life = Life {
            scenario: &calm,
            machine: machine.copy(),
        };
        let never = Trouble {
            what: DiskError::Broken,
            at: u64::MAX,
            stays: false,
        };
        let (ended, operations) = troubled(&life, &stage, never);
        assert_eq!(ended.unwrap().outcome, Outcome::Complete);
        let after = life.machine;
        for what in [DiskError::Full, DiskError::ReadOnly, DiskError::Broken] {
            for (stays, at) in [false, true].into_iter().flat_map(|stays| {
                let each = numbers(operations, 9).into_iter();
                each.map(move |at| (stays, at))
            }) {
                let how = format!("{what:?} at {at} of {operations}, for good: {stays}");
                let machine = machine.copy();
                let durable = Arc::new(Durable {
                    files: machine.files.clone(),
                    bare: Mutex::default(),
                });
                let mut watching = calm.clone();
                watching.wrap = Some(watched(durable.clone()));
                let life = Life {
                    scenario: &watching,
                    machine,
                };
                let before = life.state();
                let (ended, _) = troubled(&life, &stage, Trouble { what, at, stays });
                let bare = durable.bare.lock().unwrap().clone();
                assert!(bare.is_empty(), "{how}: no durable intent for {bare:?}");
                no_shorter(before.as_ref(), &life, &how);
                let complete = matches!(&ended, Ok(over) if over.outcome == Outcome::Complete);
                cut_short += usize::from(!complete);
                let life = Life {
                    scenario: &calm,
                    machine: life.machine,
                };
                let next = settles(&life, &stage, 2, &how);
                assert!(
                    next.unchanged || !complete,
                    "{how}: it said that it was complete"
                );
                met += 1;
            }
        }
        machine = after;
    }
    assert!(cut_short > met / 4, "{cut_short} of {met}");
    println!(
        "figure: {met} disk failures (ENOSPC, EROFS, EIO; once and for good), {cut_short} runs cut short, 0 calls without a durable intent"
    );
}

/// An engine that left a sync out would be seen as this disk is, which answers them and does not do them.
#[test]
fn an_intent_that_is_not_durable_is_seen() {
    let machine = Machine::default();
    machine.files.lie_about_syncs();
    let durable = Arc::new(Durable {
        files: machine.files.clone(),
        bare: Mutex::default(),
    });
    let mut watching = scenario("a lying disk", vec![]);
    watching.wrap = Some(watched(durable.clone()));
    let life = Life {
        scenario: &watching,
        machine,
    };
    let never = Trouble {
        what: DiskError::Broken,
        at: u64::MAX,
        stays: false,
    };
    let (ended, _) = troubled(&life, &yard_stage("red", "wind", 1), never);
    assert_eq!(ended.unwrap().outcome, Outcome::Complete);
    assert_eq!(durable.bare.lock().unwrap().len(), 6);
}
