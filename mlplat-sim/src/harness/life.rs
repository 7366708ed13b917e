//! A state's life, one process after the other.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use mlplat_core::deploy::{Cancel, DeployOptions, Engine, PlanOptions, Sink, Stamped};
use mlplat_core::graph::{Context, Graph};
use mlplat_core::state::{FileStore, State, StateStore as _};

use super::site::{STATE, Site, Start};
use super::{Lived, Scenario, Stage};
use crate::cloud::{Cloud, Faults, SimObject};
use crate::local::Local;
use crate::machine::{Ended, Machine, Process, run};

/// A state and its world on a machine.
#[derive(Clone)]
pub struct Life<'a> {
    /// What is lived.
    pub scenario: &'a Scenario,
    /// Where it is kept.
    pub machine: Machine,
}

impl<'a> Life<'a> {
    /// A life that has not begun, with what belongs to others in place.
    #[must_use]
    pub fn new(scenario: &'a Scenario) -> Self {
        let life = Self {
            scenario,
            machine: Machine::default(),
        };
        life.look(|cloud| {
            for (ty, inputs) in &scenario.foreign {
                cloud.put_foreign(ty, inputs.clone());
            }
        });
        life
    }

    /// The same life, to be continued in another way.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self {
            scenario: self.scenario,
            machine: self.machine.copy(),
        }
    }

    /// Runs a stage in a process that dies at its n-th fault point; 0 for never.
    #[must_use]
    pub fn go(&self, stage: &Stage, seed: u64, dies_at: u64) -> Lived {
        let (sink, cancel) = (&|_: &Stamped| (), Cancel::new());
        self.go_with(stage, seed, dies_at, &whatever_it_holds(), sink, &cancel)
    }

    /// As [`Life::go`], with options, events and a way to stop it.
    #[must_use]
    pub fn go_with(
        &self,
        stage: &Stage,
        seed: u64,
        dies_at: u64,
        options: &DeployOptions,
        sink: &dyn Sink,
        cancel: &Cancel,
    ) -> Lived {
        let graph = stage.graph();
        let options = DeployOptions {
            plan: PlanOptions {
                destroy: matches!(stage, Stage::Destroy),
                ..options.plan.clone()
            },
            ..options.clone()
        };
        let start = self.start(seed, dies_at);
        self.site().deploy(&graph, &start, &options, sink, cancel)
    }

    /// A process of this life.
    pub(super) fn start(&self, seed: u64, dies_at: u64) -> Start {
        Start {
            faults: self.faults(seed),
            seed,
            dies_at,
            // Well beyond what the oracle accepts, so that it is seen there.
            limit: Some(Duration::from_secs_f64(2.0 * self.scenario.deadline_s)),
        }
    }

    /// The engine of a process, and the program of a stage.
    ///
    /// # Panics
    /// When the program is refused: a harness is given programs that are right.
    #[must_use]
    pub fn engine(&self, process: Arc<Process>, stage: &Stage, seed: u64) -> (Engine, Graph) {
        let site = self.site();
        let local = site.open(&process, &self.faults(seed));
        (site.engine(&process, &local), stage.graph())
    }

    fn faults(&self, seed: u64) -> Faults {
        let mut faults = self.scenario.faults.clone();
        faults.seed = faults.seed.wrapping_mul(31).wrapping_add(seed);
        faults
    }

    /// Where its processes run.
    pub(super) fn site(&self) -> Site<'_> {
        Site {
            machine: &self.machine,
            types: &self.scenario.types,
            region: "eu-west-1",
            own: &[],
            wrap: self.scenario.wrap.as_ref(),
        }
    }

    /// Looks at the account, or changes it, from outside.
    pub fn look<T>(&self, act: impl FnOnce(&Cloud) -> T) -> T {
        self.look_around(|local| act(local.cloud()))
    }

    /// Looks at account and clusters, or changes them, from outside.
    pub fn look_around<T>(&self, act: impl FnOnce(&Local) -> T) -> T {
        self.site().look(act)
    }

    /// The live objects of the account, by number, without those that others
    /// brought along.
    #[must_use]
    pub fn objects(&self) -> BTreeMap<u64, SimObject> {
        let objects = self.look(Cloud::objects);
        let whole = objects
            .into_iter()
            .filter(|object| object.child_of.is_none());
        whole.map(|object| (object.key, object)).collect()
    }

    /// The state as it is stored, with what an interrupted run recorded.
    ///
    /// # Panics
    /// When it does not read.
    #[allow(clippy::panic)]
    #[must_use]
    pub fn state(&self) -> Option<State> {
        let (_, ended) = run(|| {
            let process = Arc::new(Process::new(&self.machine, 1));
            (process, |process: Arc<Process>| async move {
                FileStore::new(process, STATE).read().await
            })
        });
        match ended {
            Ended::Done(Ok(stored)) => stored.replayed(),
            Ended::Done(Err(why)) => panic!("the state does not read: {why}"),
            Ended::Killed => unreachable!(),
        }
    }
}

/// Whatever a program holds: at the end nothing is left.
pub(super) fn whatever_it_holds() -> DeployOptions {
    DeployOptions {
        delete_data: true,
        ..DeployOptions::default()
    }
}

impl Stage {
    /// The program of a stage.
    ///
    /// # Panics
    /// When it is refused.
    #[allow(clippy::panic)]
    pub(super) fn graph(&self) -> Graph {
        let context = Context::new("proof");
        let graph = match self {
            Self::Deploy(program) => Graph::build(context, |stack| program(stack)),
            Self::Destroy => Graph::build(context, |_| {}),
        };
        match graph {
            Ok(graph) => graph,
            Err(problems) => panic!("the program is refused: {problems}"),
        }
    }
}
