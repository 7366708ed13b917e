//! One process on the world's machine.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mlplat_core::deploy::{
    Cancel, DeployOptions, Engine, EngineError, PlanOptions, StackOutput, Stamped,
};
use mlplat_core::graph::Graph;
use mlplat_core::null::NullProvider;
use mlplat_core::plan::Plan;
use mlplat_core::provider::Providers;
use mlplat_core::state::{FileStore, State};
use mlplat_core::testing::fail;
use mlplat_core::world::World as Clock;

use super::World;
use super::run::Run;
use crate::cloud::Faults;
use crate::harness::ClearKeys;
use crate::local::{Local, LocalOptions};
use crate::machine::{Ended, Process, run};

/// The folders of state and world on the machine's disk.
const STATE: &str = "state";
const WORLD: &str = "world";

/// A way to run processes in a world.
#[derive(Clone, Copy)]
pub(super) struct Operation<'a> {
    world: &'a World,
}

impl<'a> Operation<'a> {
    pub(super) fn of(world: &'a World) -> Self {
        Self { world }
    }

    /// A deployment or destruction, in a process that dies at its n-th fault
    /// point; 0 for never.
    pub(super) fn deploy(self, graph: &Graph, options: &DeployOptions, dies_at: u64) -> Run {
        let world = self.world;
        let faults = Faults {
            seed: world.seed.wrapping_mul(31).wrapping_add(world.operations),
            ..world.faults.clone()
        };
        let told: Mutex<Vec<Stamped>> = Mutex::default();
        let mut begun = 0.0;
        let (process, ended) = self.process(&faults, dies_at, async |process, local| {
            begun = local.cloud().now();
            let engine = self.engine(process, local);
            let sink = |event: &Stamped| {
                let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
                told.push(event.clone());
            };
            let result = engine
                .deploy(graph, options, &sink, &Cancel::new(), &|_| true)
                .await;
            let now = local.cloud().now();
            local.cloud().remember(now);
            (
                result,
                now - begun,
                (local.cloud().calls(), local.cloud().tally()),
            )
        });
        let events = told.into_inner().unwrap_or_else(PoisonError::into_inner);
        match ended {
            Ended::Done((result, took_s, (calls, requests))) => {
                Run::over(result, events, process.points(), took_s, calls, requests)
            }
            Ended::Killed => {
                // The account goes on while nobody is there to see it.
                let lived = process.died_after().as_secs_f64();
                self.look(|local| local.cloud().remember(begun + lived));
                Run::killed(events, process.points(), lived)
            }
        }
    }

    pub(super) fn plan(self, graph: &Graph) -> Result<Plan, EngineError> {
        self.calmly(async |process, local| {
            let engine = self.engine(process, local);
            engine.plan(graph, &PlanOptions::default()).await
        })
    }

    pub(super) fn state(self) -> Result<Option<State>, EngineError> {
        self.calmly(async |process, local| self.engine(process, local).state().await)
    }

    pub(super) fn outputs(
        self,
    ) -> Result<std::collections::BTreeMap<String, StackOutput>, EngineError> {
        self.calmly(async |process, local| self.engine(process, local).outputs().await)
    }

    /// Looks at account and clusters, or changes them, past the engine.
    pub(super) fn look<T>(self, act: impl FnOnce(&Local) -> T) -> T {
        self.calmly(async |_, local| act(local))
    }

    pub(super) fn advance(self, time: Duration) {
        self.calmly(async |process, local| {
            process.sleep(time).await;
            // Whoever looks makes what is due happen.
            let seen = local.door().list(true);
            local.cloud().remember(local.cloud().now());
            if let Err(why) = seen {
                fail(format_args!("failed to look at the world: {why}"));
            }
        });
    }

    pub(super) fn age(self) -> Duration {
        self.look(|local| Duration::from_secs_f64(local.cloud().now().max(0.0)))
    }

    fn engine(self, process: &Arc<Process>, local: &Local) -> Engine {
        let clock: Arc<dyn Clock> = process.clone();
        let own = self.world.providers.iter().cloned();
        let providers = own
            .fold(Providers::default(), Providers::with)
            .and(local.providers())
            .with(Arc::new(NullProvider));
        let store = FileStore::new(Arc::clone(&clock), STATE);
        Engine::new(clock, Arc::new(store), providers, Arc::new(ClearKeys))
    }

    /// A process that lives, in which nothing goes wrong.
    fn calmly<T>(self, act: impl AsyncFnOnce(&Arc<Process>, &Local) -> T) -> T {
        let (_, ended) = self.process(&Faults::default(), 0, act);
        match ended {
            Ended::Done(seen) => seen,
            // A process without a point to die at does not die.
            Ended::Killed => unreachable!(),
        }
    }

    fn process<T>(
        self,
        faults: &Faults,
        dies_at: u64,
        act: impl AsyncFnOnce(&Arc<Process>, &Local) -> T,
    ) -> (Arc<Process>, Ended<T>) {
        let world = self.world;
        let seed = world.seed.wrapping_add(world.operations);
        run(|| {
            let process = Arc::new(Process::dying(&world.machine, seed, dies_at));
            (process, async |process: Arc<Process>| {
                let local = self.open(&process, faults);
                act(&process, &local).await
            })
        })
    }

    /// The account as the last process left it. Its files are its own: they
    /// stay when the process dies.
    fn open(self, process: &Arc<Process>, faults: &Faults) -> Local {
        let options = LocalOptions {
            region: self.world.context().region.clone(),
            faults: faults.clone(),
        };
        let files = Arc::new(self.world.machine.files.clone());
        match Local::open(process.clone(), files, Path::new(WORLD), &options) {
            Ok(local) => local,
            Err(why) => fail(format_args!("failed to open the world: {why}")),
        }
    }
}
