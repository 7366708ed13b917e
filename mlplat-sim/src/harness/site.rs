//! Where processes run: a machine, and the world that they reach from it.
//!
//! Lives of the proofs and worlds of users' tests are both lived here. Each
//! operation is a process of its own: it opens the state on the machine's disk
//! and the account and clusters around it, runs to its end or its death on the
//! calling thread in virtual time, and is dropped whole.

use std::sync::Arc;
use std::time::Duration;

use mlplat_core::deploy::{Cancel, DeployOptions, Deployment, Engine, EngineError, Sink};
use mlplat_core::facts::Type;
use mlplat_core::graph::Graph;
use mlplat_core::null::NullProvider;
use mlplat_core::provider::{Provider, Providers};
use mlplat_core::state::FileStore;
use mlplat_core::world::World;
use mlplat_k8s::KubeProvider;

use super::{ClearKeys, Wrap};
use crate::cloud::Faults;
use crate::local::{Local, LocalOptions};
use crate::machine::{Ended, Machine, Process, run};

/// The folder of the state.
pub(crate) const STATE: &str = "state";

/// A place to run processes at.
#[derive(Clone, Copy)]
pub(crate) struct Site<'a> {
    pub(crate) machine: &'a Machine,
    /// The types that the account serves.
    pub(crate) types: &'a [&'static Type],
    pub(crate) region: &'a str,
    /// Providers of the user's own.
    pub(crate) own: &'a [Arc<dyn Provider>],
    /// What stands between engine and account.
    pub(crate) wrap: Option<&'a Wrap>,
}

/// How a process starts, and how it ends at the latest.
#[derive(Clone)]
pub(crate) struct Start {
    pub(crate) faults: Faults,
    pub(crate) seed: u64,
    /// The fault point at which it dies; 0 for none.
    pub(crate) dies_at: u64,
    /// After this much virtual time it is cut off.
    pub(crate) limit: Option<Duration>,
}

impl Start {
    /// A process that lives, in which nothing goes wrong.
    pub(crate) fn calm(seed: u64) -> Self {
        Self {
            faults: Faults::default(),
            seed,
            dies_at: 0,
            limit: None,
        }
    }
}

/// What one process did.
pub struct Lived {
    /// How it ended.
    pub ended: Ended<Result<Deployment, EngineError>>,
    /// The fault points that it passed.
    pub points: u64,
    /// Virtual seconds that it took.
    pub took_s: f64,
    /// Calls that the account was asked; none is known of a killed run.
    pub calls: u64,
    /// Calls to the account and its clusters, and how many of those were to
    /// change something; none is known of a killed run.
    pub requests: (u64, u64),
    /// It was cut off, long after it should have come to an end.
    pub cut: bool,
}

impl Site<'_> {
    /// A deployment or destruction.
    pub(crate) fn deploy(
        &self,
        graph: &Graph,
        start: &Start,
        options: &DeployOptions,
        sink: &dyn Sink,
        cancel: &Cancel,
    ) -> Lived {
        let mut begun = 0.0;
        let (process, ended) = self.process(start, async |process, local| {
            begun = local.cloud().now();
            let engine = self.engine(process, local);
            let deploying = engine.deploy(graph, options, sink, cancel, &|_| true);
            let result = match start.limit {
                Some(limit) => tokio::time::timeout(limit, deploying).await.ok(),
                None => Some(deploying.await),
            };
            let now = local.cloud().now();
            local.cloud().remember(now);
            let asked = (local.cloud().calls(), local.cloud().tally());
            (result, now - begun, asked)
        });
        let points = process.points();
        match ended {
            Ended::Done((Some(result), took_s, (calls, requests))) => Lived {
                ended: Ended::Done(result),
                points,
                took_s,
                calls,
                requests,
                cut: false,
            },
            Ended::Done((None, took_s, (calls, requests))) => Lived {
                ended: Ended::Killed,
                points,
                took_s,
                calls,
                requests,
                cut: true,
            },
            Ended::Killed => {
                // The account goes on while nobody is there to see it.
                let took_s = process.died_after().as_secs_f64();
                self.look(|local| local.cloud().remember(begun + took_s));
                Lived {
                    ended: Ended::Killed,
                    points,
                    took_s,
                    calls: 0,
                    requests: (0, 0),
                    cut: false,
                }
            }
        }
    }

    /// Looks at account and clusters, or changes them, past the engine.
    pub(crate) fn look<T>(&self, act: impl FnOnce(&Local) -> T) -> T {
        self.calmly(async |_, local| act(local))
    }

    /// A process that lives, in which nothing goes wrong.
    pub(crate) fn calmly<T>(&self, act: impl AsyncFnOnce(&Arc<Process>, &Local) -> T) -> T {
        match self.process(&Start::calm(1), act).1 {
            Ended::Done(seen) => seen,
            // A process without a point to die at does not die.
            Ended::Killed => unreachable!(),
        }
    }

    fn process<T>(
        &self,
        start: &Start,
        act: impl AsyncFnOnce(&Arc<Process>, &Local) -> T,
    ) -> (Arc<Process>, Ended<T>) {
        run(|| {
            let process = Process::dying(self.machine, start.seed, start.dies_at);
            (Arc::new(process), async |process: Arc<Process>| {
                let local = self.open(&process, &start.faults);
                act(&process, &local).await
            })
        })
    }

    /// The world as the last process left it. It is its own: it stays when the
    /// process dies.
    pub(crate) fn open(&self, process: &Arc<Process>, faults: &Faults) -> Local {
        let options = LocalOptions {
            region: self.region.to_owned(),
            faults: faults.clone(),
        };
        Local::remembered(self.types, process.clone(), &self.machine.world, &options)
    }

    pub(crate) fn engine(&self, process: &Arc<Process>, local: &Local) -> Engine {
        let clock: Arc<dyn World> = process.clone();
        let cloud = Arc::clone(local.cloud());
        let account: Arc<dyn Provider> = match self.wrap {
            Some(wrap) => wrap(cloud),
            None => cloud,
        };
        let clusters = KubeProvider::new(local.clusters().clone());
        let own = self.own.iter().cloned();
        let providers = own
            .fold(Providers::default(), Providers::with)
            .with(account)
            .with(Arc::new(clusters))
            .with(Arc::new(NullProvider));
        let store = FileStore::new(Arc::clone(&clock), STATE);
        Engine::new(clock, Arc::new(store), providers, Arc::new(ClearKeys))
    }
}
