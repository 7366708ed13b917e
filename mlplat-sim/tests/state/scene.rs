//! An engine whose parts can be exchanged, and a program that is small enough
//! to be lived thousands of times.

use std::future::Future;
use std::sync::Arc;

use mlplat_core::deploy::{
    Cancel, DeployOptions, Deployment, Engine, EngineError, PlanOptions, Stamped,
};
use mlplat_core::graph::{Context, Graph};
use mlplat_core::provider::{Provider, Providers};
use mlplat_core::state::StateStore;
use mlplat_core::world::World;
use mlplat_sim::cloud::{Cloud, Faults};
use mlplat_sim::harness::ClearKeys;
use mlplat_sim::machine::{Ended, Machine, Process, run};

use super::types::{BOX, Crate, MILL, Mill, crate_, mill};

/// What is wanted: a program, or nothing at all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Wanted {
    /// A box, a box in it, a mill in that, and a lone mill.
    Small {
        color: &'static str,
        kind: &'static str,
        size: u32,
    },
    /// Everything goes.
    Nothing,
}

pub const RED: Wanted = Wanted::Small {
    color: "red",
    kind: "wind",
    size: 1,
};

impl Wanted {
    /// How many objects there are in the end.
    pub fn count(self) -> usize {
        match self {
            Self::Small { .. } => 4,
            Self::Nothing => 0,
        }
    }

    pub fn graph(self) -> Graph {
        let built = Graph::build(Context::new("scene"), |stack| {
            let Self::Small { color, kind, size } = self else {
                return;
            };
            let root = Crate {
                name: Some("the-root".into()),
                color: Some(color.into()),
                ..crate_()
            };
            let root = stack.add("root", root);
            let inner = Crate {
                inside: Some((&root.id).into()),
                size: Some(size.into()),
                ..crate_()
            };
            let inner = stack.add("inner", inner);
            let held = Mill {
                inside: Some((&inner.id).into()),
                level: Some((&inner.label).into()),
                kind: Some(kind.into()),
                ..mill()
            };
            stack.add("held", held);
            stack.add("lone", mill());
        });
        built.unwrap()
    }
}

/// Runs in a process on a machine, in virtual time.
pub fn in_process<T, F>(machine: &Machine, seed: u64, body: impl FnOnce(Arc<Process>) -> F) -> T
where
    F: Future<Output = T>,
{
    let (_, ended) = run(|| (Arc::new(Process::new(machine, seed)), body));
    match ended {
        Ended::Done(done) => done,
        Ended::Killed => unreachable!("this process never dies"),
    }
}

/// An account that is forgotten with its process.
pub fn cloud(world: Arc<dyn World>, seed: u64) -> Arc<Cloud> {
    let faults = Faults {
        seed,
        ..Faults::default()
    };
    let types = [&BOX, &MILL];
    Arc::new(Cloud::in_memory(&types, "eu-west-1", world, faults))
}

pub fn engine(
    world: Arc<dyn World>,
    store: impl StateStore + 'static,
    provider: Arc<dyn Provider>,
) -> Engine {
    let providers = Providers::default().with(provider);
    Engine::new(world, Arc::new(store), providers, Arc::new(ClearKeys))
}

/// Deploys what is wanted, or destroys; `who` stands in the lock.
pub async fn deploy(engine: &Engine, wanted: Wanted, who: &str) -> Result<Deployment, EngineError> {
    let options = DeployOptions {
        who: who.to_owned(),
        plan: PlanOptions {
            destroy: wanted == Wanted::Nothing,
            ..PlanOptions::default()
        },
        ..DeployOptions::default()
    };
    let (graph, cancel) = (wanted.graph(), Cancel::new());
    let quiet = |_: &Stamped| ();
    engine
        .deploy(&graph, &options, &quiet, &cancel, &|_| true)
        .await
}

/// The ids of the objects of an account, without what others brought along.
pub fn ids(cloud: &Cloud) -> Vec<String> {
    let objects = cloud.objects().into_iter();
    let own = objects.filter(|object| object.child_of.is_none() && object.gone_at.is_none());
    own.map(|object| object.id).collect()
}
