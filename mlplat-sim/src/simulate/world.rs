//! `World`: a program and the world it is lived in.

use std::sync::Arc;
use std::time::Duration;

use mlplat_core::deploy::{DeployOptions, reached_by, secret_named};
use mlplat_core::graph::{Context, Graph, ProgramResult, Stack};
use mlplat_core::plan::Plan;
use mlplat_core::provider::Provider;
use mlplat_core::testing::fail;
use mlplat_core::{Problems, deploy::EngineError};

use super::process::Operation;
use super::run::Run;
use crate::cloud::Faults;
use crate::machine::Machine;

type Program = Arc<dyn Fn(Context) -> Result<Graph, Problems> + Send + Sync>;

/// A program, and the simulated account, clusters, disk and clock in which its
/// life is lived. It is synchronous: each operation runs to its end on the
/// calling thread, on a runtime and a virtual clock of its own. In an async
/// test it has to be called from a blocking thread.
///
/// ```
/// use mlplat_aws::Bucket;
/// use mlplat_core::Stack;
/// use mlplat_sim::simulate::World;
///
/// fn program(stack: &mut Stack) {
///     stack.add("artifacts", Bucket::new().versioned());
/// }
///
/// let mut world = World::simulate(program);
/// world.deploy().assert_complete();
/// world.deploy().assert_unchanged();
/// world.set("artifacts/bucket", "VersioningStatus", "Suspended");
/// world.deploy().assert_only(&["artifacts/bucket"]);
/// world.destroy().assert_complete();
/// world.assert_empty();
/// ```
pub struct World {
    program: Program,
    context: Context,
    pub(super) machine: Machine,
    pub(super) faults: Faults,
    pub(super) seed: u64,
    /// Operations so far: each has randomness of its own.
    pub(super) operations: u64,
    /// The fault point at which the next operation dies.
    pub(super) kill_at: u64,
    /// Providers of the user's own.
    pub(super) providers: Vec<Arc<dyn Provider>>,
    options: DeployOptions,
}

impl World {
    /// A calm world in environment `dev` in which nothing was deployed yet.
    pub fn simulate<R: ProgramResult>(
        program: impl Fn(&mut Stack) -> R + Send + Sync + 'static,
    ) -> Self {
        Self::simulate_in(Context::new("test"), program)
    }

    /// The same with name, environment, region and settings of one's own.
    pub fn simulate_in<R: ProgramResult>(
        context: Context,
        program: impl Fn(&mut Stack) -> R + Send + Sync + 'static,
    ) -> Self {
        Self {
            program: kept(program),
            context,
            machine: Machine::default(),
            faults: Faults::default(),
            seed: 1,
            operations: 0,
            kill_at: 0,
            providers: Vec::new(),
            options: DeployOptions::default(),
        }
    }

    /// With a provider of one's own. It is shared by all operations, and by
    /// forks.
    #[must_use]
    pub fn with_provider(mut self, provider: Arc<dyn Provider>) -> Self {
        self.providers.push(provider);
        self
    }

    /// The same world, to be continued in another way: nothing that is done to
    /// one shows in the other.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self {
            program: Arc::clone(&self.program),
            context: self.context.clone(),
            machine: self.machine.copy(),
            faults: self.faults.clone(),
            seed: self.seed,
            operations: self.operations,
            kill_at: self.kill_at,
            providers: self.providers.clone(),
            options: self.options.clone(),
        }
    }

    /// From now on the program is another one: what an edit of the source does.
    pub fn edit<R: ProgramResult>(
        &mut self,
        program: impl Fn(&mut Stack) -> R + Send + Sync + 'static,
    ) -> &mut Self {
        self.program = kept(program);
        self
    }

    /// From now on a setting has another value.
    pub fn setting(&mut self, key: &str, value: impl serde::Serialize) -> &mut Self {
        self.context = self.context.clone().with_setting(key, value);
        self
    }

    /// Deploys the program, as far as the world lets it.
    pub fn deploy(&mut self) -> Run {
        self.operate(&self.options.clone())
    }

    /// Gives a generated secret its next value, everywhere that it goes: what
    /// the command `rotate` does.
    pub fn rotate(&mut self, key: &str) -> Run {
        let reached = self.graph().map_err(EngineError::from).and_then(|graph| {
            secret_named(&graph, key)?;
            Ok(reached_by(&graph, key))
        });
        let mut options = self.options.clone();
        options.plan.rotate = vec![key.to_owned()];
        match reached {
            Ok(reached) => options.plan.only = reached,
            Err(why) => return Run::refused(why),
        }
        self.operate(&options)
    }

    /// Destroys everything that the stack has.
    pub fn destroy(&mut self) -> Run {
        let mut options = self.options.clone();
        options.plan.destroy = true;
        self.operate(&options)
    }

    /// Destroys everything that the stack has, with the data that people have
    /// put into it.
    pub fn destroy_with_data(&mut self) -> Run {
        let mut options = self.options.clone();
        options.plan.destroy = true;
        options.delete_data = true;
        self.operate(&options)
    }

    /// What a deployment would do now. Changes nothing.
    ///
    /// # Panics
    /// When there is no plan, with the reason.
    #[track_caller]
    #[must_use]
    pub fn plan(&self) -> Plan {
        match self.try_plan() {
            Ok(plan) => plan,
            Err(why) => fail(format_args!("failed to plan: {why}")),
        }
    }

    /// What a deployment would do now, or why there is no plan.
    ///
    /// # Errors
    /// The problems of the program, and whatever the engine refuses.
    pub fn try_plan(&self) -> Result<Plan, EngineError> {
        let graph = self.graph()?;
        Operation::of(self).plan(&graph)
    }

    /// Lets time pass: what is under way becomes ready, lingering things go.
    pub fn advance(&mut self, time: Duration) -> &mut Self {
        Operation::of(self).advance(time);
        self
    }

    /// The world's age: how long it has existed by its own clock.
    #[must_use]
    pub fn age(&self) -> Duration {
        Operation::of(self).age()
    }

    pub(super) fn graph(&self) -> Result<Graph, Problems> {
        (self.program)(self.context.clone())
    }

    pub(super) fn context(&self) -> &Context {
        &self.context
    }

    fn operate(&mut self, options: &DeployOptions) -> Run {
        self.operations += 1;
        let dies_at = std::mem::take(&mut self.kill_at);
        let graph = if options.plan.destroy {
            // What is destroyed is in the state; the program may be broken.
            Graph::build(self.context.clone(), |_| {})
        } else {
            self.graph()
        };
        match graph {
            Ok(graph) => Operation::of(self).deploy(&graph, options, dies_at),
            Err(problems) => Run::refused(problems.into()),
        }
    }
}

fn kept<R: ProgramResult>(program: impl Fn(&mut Stack) -> R + Send + Sync + 'static) -> Program {
    Arc::new(move |context| Graph::build(context, &program))
}
