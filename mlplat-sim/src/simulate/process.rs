//! One process on the world's machine.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mlplat_core::deploy::{
    Cancel, DeployOptions, Engine, EngineError, PlanOptions, StackOutput, Stamped,
};
use mlplat_core::graph::Graph;
use mlplat_core::plan::Plan;
use mlplat_core::state::State;
use mlplat_core::testing::fail;
use mlplat_core::world::World as _;

use super::World;
use super::run::Run;
use crate::cloud::Faults;
use crate::harness::{Site, Start};
use crate::local::Local;
use crate::machine::{Ended, Process};

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
        let start = Start {
            faults: Faults {
                seed: world.seed.wrapping_mul(31).wrapping_add(world.operations),
                ..world.faults.clone()
            },
            seed: world.seed.wrapping_add(world.operations),
            dies_at,
            limit: None,
        };
        let told: Mutex<Vec<Stamped>> = Mutex::default();
        let sink = |event: &Stamped| {
            let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
            told.push(event.clone());
        };
        let lived = self
            .site()
            .deploy(graph, &start, options, &sink, &Cancel::new());
        let events = told.into_inner().unwrap_or_else(PoisonError::into_inner);
        let asked = (lived.calls, lived.requests);
        match lived.ended {
            Ended::Done(result) => Run::over(result, events, lived.points, lived.took_s, asked),
            Ended::Killed => Run::killed(events, lived.points, lived.took_s),
        }
    }

    pub(super) fn plan(self, graph: &Graph) -> Result<Plan, EngineError> {
        self.calmly(async |engine, _, _| engine.plan(graph, &PlanOptions::default()).await)
    }

    pub(super) fn state(self) -> Result<Option<State>, EngineError> {
        self.calmly(async |engine, _, _| engine.state().await)
    }

    pub(super) fn outputs(self) -> Result<BTreeMap<String, StackOutput>, EngineError> {
        self.calmly(async |engine, _, _| engine.outputs().await)
    }

    /// Looks at account and clusters, or changes them, past the engine.
    pub(super) fn look<T>(self, act: impl FnOnce(&Local) -> T) -> T {
        self.site().look(act)
    }

    pub(super) fn advance(self, time: Duration) {
        self.calmly(async |_, process, local| {
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

    fn calmly<T>(self, act: impl AsyncFnOnce(Engine, &Arc<Process>, &Local) -> T) -> T {
        let site = self.site();
        site.calmly(async |process, local| act(site.engine(process, local), process, local).await)
    }

    fn site(self) -> Site<'a> {
        Site {
            machine: &self.world.machine,
            types: mlplat_aws::catalog(),
            region: &self.world.context().region,
            own: &self.world.providers,
            wrap: None,
        }
    }
}
