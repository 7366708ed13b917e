//! One process's run of one stage.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use mlplat_core::deploy::{
    Cancel, DeployOptions, Deployment, Engine, EngineError, PlanOptions, Sink, Stamped,
};
use mlplat_core::graph::{Context, Graph};
use mlplat_core::provider::{Provider, Providers};
use mlplat_core::seal::{KeyringLock, SealError};
use mlplat_core::state::{FileStore, State, StateStore as _};
use mlplat_core::world::World;

use super::{Scenario, Stage};
use crate::cloud::{Cloud, SimObject};
use crate::machine::{Ended, Machine, Process, run};

/// The folder of a life's state.
pub(super) const STATE: &str = "state";

/// A keyring lock without keys: what is proved here is not secrecy.
#[derive(Debug, Clone, Copy, Default)]
pub struct ClearKeys;

impl KeyringLock for ClearKeys {
    fn lock(&self, raw: &[u8]) -> Result<String, SealError> {
        Ok(raw.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    fn unlock(&self, locked: &str) -> Result<zeroize::Zeroizing<Vec<u8>>, SealError> {
        let byte = |pair: &[u8]| {
            let text = std::str::from_utf8(pair).map_err(|_| SealError::Damaged)?;
            u8::from_str_radix(text, 16).map_err(|_| SealError::Damaged)
        };
        let bytes: Result<Vec<u8>, SealError> = locked.as_bytes().chunks(2).map(byte).collect();
        bytes.map(zeroize::Zeroizing::new)
    }
}

/// A state and its account on a machine.
#[derive(Clone)]
pub struct Life<'a> {
    /// What is lived.
    pub scenario: &'a Scenario,
    /// Where it is kept.
    pub machine: Machine,
}

/// What one process did.
pub struct Lived {
    /// How it ended.
    pub ended: Ended<Result<Deployment, EngineError>>,
    /// The fault points that it passed.
    pub points: u64,
    /// Virtual seconds that it took.
    pub took_s: f64,
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
            machine: Machine {
                files: self.machine.files.copy(),
            },
        }
    }

    /// Runs a stage in a process that dies at its n-th fault point; 0 for never.
    #[must_use]
    pub fn go(&self, stage: &Stage, seed: u64, dies_at: u64) -> Lived {
        let calm = DeployOptions {
            // Whatever a program holds: at the end nothing is left.
            delete_data: true,
            ..DeployOptions::default()
        };
        self.go_with(
            stage,
            seed,
            dies_at,
            &calm,
            &|_: &Stamped| (),
            &Cancel::new(),
        )
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
        let age = self.look(Cloud::now);
        let (process, ended) = run(|| {
            let process = Arc::new(Process::dying(&self.machine, seed, dies_at));
            (process, |process: Arc<Process>| async move {
                let begun = process.now();
                let (engine, graph) = self.engine(Arc::clone(&process), stage, seed);
                let options = DeployOptions {
                    plan: PlanOptions {
                        destroy: matches!(stage, Stage::Destroy),
                        ..options.plan.clone()
                    },
                    ..options.clone()
                };
                let result = engine
                    .deploy(&graph, &options, sink, cancel, &|_| true)
                    .await;
                (result, (process.now() - begun).as_secs_f64())
            })
        });
        let (ended, took_s) = match ended {
            Ended::Done((result, took_s)) => (Ended::Done(result), took_s),
            Ended::Killed => (Ended::Killed, 0.0),
        };
        let lived_s = process.died_after().as_secs_f64().max(took_s);
        // What reads do not show yet they show when its time has come, and not
        // later because this process is gone.
        self.look(|cloud| cloud.remember(age + lived_s));
        Lived {
            ended,
            points: process.points(),
            took_s,
        }
    }

    /// The engine of a process, and the program of a stage.
    ///
    /// # Panics
    /// When the program is refused or the account's file is damaged: a harness
    /// is given programs that are right.
    #[allow(clippy::panic)]
    #[must_use]
    pub fn engine(&self, process: Arc<Process>, stage: &Stage, seed: u64) -> (Engine, Graph) {
        let world: Arc<dyn World> = process;
        let cloud = Arc::new(self.cloud(Arc::clone(&world), seed));
        let provider: Arc<dyn Provider> = match &self.scenario.wrap {
            Some(wrap) => wrap(cloud),
            None => cloud,
        };
        let engine = Engine::new(
            Arc::clone(&world),
            Arc::new(FileStore::new(world, STATE)),
            Providers::default().with(provider),
            Arc::new(ClearKeys),
        );
        let context = Context::new("proof");
        let graph = match stage {
            Stage::Deploy(program) => Graph::build(context, |stack| program(stack)),
            Stage::Destroy => Graph::build(context, |_| {}),
        };
        match graph {
            Ok(graph) => (engine, graph),
            Err(problems) => panic!("the program is refused: {problems}"),
        }
    }

    #[allow(clippy::panic)]
    fn cloud(&self, world: Arc<dyn World>, seed: u64) -> Cloud {
        let files = Arc::new(self.machine.files.clone());
        let mut faults = self.scenario.faults.clone();
        faults.seed = faults.seed.wrapping_mul(31).wrapping_add(seed);
        let opened = Cloud::open(
            &self.scenario.types,
            "eu-west-1",
            world,
            faults,
            files,
            Path::new("world"),
        );
        opened.unwrap_or_else(|why| panic!("the account's file is damaged: {why}"))
    }

    /// Looks at the account, or changes it, from outside.
    pub fn look<T>(&self, act: impl FnOnce(&Cloud) -> T) -> T {
        let (_, ended) = run(|| {
            let process = Arc::new(Process::new(&self.machine, 1));
            (process, |process: Arc<Process>| async move {
                let cloud = self.cloud(process, 0);
                act(&cloud)
            })
        });
        match ended {
            Ended::Done(seen) => seen,
            // A process without a point to die at does not die.
            Ended::Killed => unreachable!(),
        }
    }

    /// The live objects, by number, without those that others brought along.
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
