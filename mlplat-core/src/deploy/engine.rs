//! `Engine`: plan, deploy, destroy, look.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;

use super::answers::{Answers, Asking};
use super::cancel::Cancel;
use super::data;
use super::error::EngineError;
use super::event::{Event, Sink, Stamped};
use super::ground::Ground;
use super::ledger::Ledger;
use super::limits::{Limits, Patient};
use super::options::{DeployOptions, PlanOptions};
use super::orphans::unknown;
use super::outcome::{Deployment, Outcome};
use super::pulse::beating;
use super::recover::{Recovery, Resolved};
use super::refresh::refresh;
use super::rotate;
use super::run::{Run, Setup, execute, seconds};
use super::saved::SavedPlan;
use super::testament;
use super::unread;
use crate::graph::Graph;
use crate::plan::{self, Inputs, Plan, SecretBook};
use crate::problem::Problem;
use crate::provider::Providers;
use crate::seal::{Keyring, KeyringLock, SealError};
use crate::state::{
    End, Ending, Holder, Record, Run as RunKind, Session, State, StateStore, Stored,
};
use crate::world::World;

/// The engine: programs in, deployments out. It prints nothing, reads no
/// environment and ends no process; several can run side by side.
#[derive(Clone)]
pub struct Engine {
    pub(super) world: Arc<dyn World>,
    pub(super) store: Arc<dyn StateStore>,
    pub(super) providers: Providers,
    pub(super) keys: Arc<dyn KeyringLock>,
    /// Shared by everything that this engine does.
    limits: Arc<Limits>,
}

impl Engine {
    /// An engine over a world, a store, providers and the keys of its secrets.
    #[must_use]
    pub fn new(
        world: Arc<dyn World>,
        store: Arc<dyn StateStore>,
        providers: Providers,
        keys: Arc<dyn KeyringLock>,
    ) -> Self {
        Self {
            world,
            store,
            providers,
            keys,
            limits: Arc::default(),
        }
    }

    /// What a deployment would do. Takes no lock and changes nothing.
    ///
    /// # Errors
    /// [`EngineError`].
    pub async fn plan(&self, graph: &Graph, options: &PlanOptions) -> Result<Plan, EngineError> {
        self.plan_and_tell(graph, options, &|_: &Stamped| {}).await
    }

    /// The same, and tells when there is an interrupted run whose work the plan
    /// takes into account.
    ///
    /// # Errors
    /// [`EngineError`].
    pub async fn plan_and_tell(
        &self,
        graph: &Graph,
        options: &PlanOptions,
        sink: &dyn Sink,
    ) -> Result<Plan, EngineError> {
        let stored = self.store.read().await?;
        let mut ground = self.ground(stored, "new".to_owned())?;
        if let Some(event) = ground.interrupted() {
            sink.event(&Stamped {
                v: 1,
                t_s: 0.0,
                event,
            });
        }
        let attempts: Vec<_> = self.recovery(&ground, graph, true).each().collect().await;
        for attempt in attempts {
            let resolved = attempt.map_err(|(path, why)| unread::object(graph, &path, why))?;
            ground.state.apply(resolved.record);
        }
        let mut secrets = SecretBook::open(ground.keyring.clone(), &ground.state)?;
        rotate::raise(&mut secrets, graph, &ground.state, options, &*self.world)?;
        let graph = self.aim(graph, options)?;
        self.make_plan(&graph, &ground.state, &secrets, options)
            .await
            .map(|(plan, _)| plan)
    }

    /// Carries out what [`Engine::plan`] shows, after `approve` has seen it.
    ///
    /// # Errors
    /// [`EngineError`]; failed steps are in the [`Deployment`].
    pub async fn deploy(
        &self,
        graph: &Graph,
        options: &DeployOptions,
        sink: &dyn Sink,
        cancel: &Cancel,
        approve: &(dyn Fn(&Plan) -> bool + Sync),
    ) -> Result<Deployment, EngineError> {
        let holder = self.holder(options);
        let mut session = self.store.lock(&holder).await?;
        let stored = session.load().await?;
        let mut ground = self.ground(stored, self.draw_lineage())?;
        let started = self.world.now();
        testament::take_over(&mut ground, session.as_mut()).await?;
        let Some(recovered) = self
            .recover(
                &mut ground,
                graph,
                session.as_mut(),
                (sink, cancel),
                started,
            )
            .await?
        else {
            return Ok(stopped(session).await);
        };
        let mut secrets = SecretBook::open(ground.keyring.clone(), &ground.state)?;
        let raised = rotate::raise(
            &mut secrets,
            graph,
            &ground.state,
            &options.plan,
            &*self.world,
        )?;
        let target = self.aim(graph, &options.plan)?;
        let planning = self.make_plan(&target, &ground.state, &secrets, &options.plan);
        let planned = beating(&*self.world, session.as_mut(), cancel, planning).await;
        let Some(planned) = planned else {
            return Ok(stopped(session).await);
        };
        let (plan, pins) = planned?;
        if let Some(saved) = &options.saved {
            saved.check(&plan, &ground.state)?;
        }
        if !options.delete_data {
            data::check(&plan, &ground.state, &self.providers)?;
        }
        if !plan.has_changes() {
            let news = recovered || raised || !pins.is_empty();
            if !news && !self.has_news(&target, &plan, &ground.state, &options.plan) {
                session.release().await;
                return Ok(Deployment {
                    unchanged: true,
                    ..nothing(Outcome::Complete)
                });
            }
        } else if !approve(&plan) || cancel.is_cancelled() {
            return Ok(stopped(session).await);
        }
        ground.found(session.as_mut()).await?;
        let opening = self.opening(&ground, &plan, pins, &secrets, options, session.fence())?;
        session
            .append(&ground.state.lineage, ground.extends, &opening)
            .await?;
        for record in opening {
            ground.state.apply(record);
        }
        self.carry_out(
            &target,
            &plan,
            ground,
            &secrets,
            options,
            (sink, cancel),
            session,
        )
        .await
    }

    /// What the state holds, with an interrupted run's records.
    ///
    /// # Errors
    /// As the store says.
    pub async fn state(&self) -> Result<Option<State>, EngineError> {
        Ok(self.store.read().await?.replayed())
    }

    /// Changes the state without touching any cloud: what the state commands
    /// do. `edit` is given the state and says which records to apply.
    ///
    /// # Errors
    /// [`EngineError`], among them the problem that `edit` returns.
    pub async fn edit(
        &self,
        options: &DeployOptions,
        edit: impl FnOnce(&State) -> Result<Vec<Record>, Problem>,
    ) -> Result<(), EngineError> {
        let mut session = self.store.lock(&self.holder(options)).await?;
        let stored = session.load().await?;
        let mut ground = self.ground(stored, self.draw_lineage())?;
        let records = edit(&ground.state)?;
        let done = records.len();
        ground
            .state
            .apply(self.announcement(RunKind::Edit, options, session.fence()));
        for record in records {
            ground.state.apply(record);
        }
        ground.state.apply(Record::Ended(End {
            done,
            ..End::only(Ending::Complete)
        }));
        if let Some(keys) = ground.founding(&*self.keys)? {
            ground.state.apply(keys);
        }
        self.close(ground.state, session.as_mut()).await
    }

    /// The providers, for commands that read.
    #[must_use]
    pub fn providers(&self) -> &Providers {
        &self.providers
    }

    // --- the parts ---

    pub(super) fn holder(&self, options: &DeployOptions) -> Holder {
        Holder {
            who: options.who.clone(),
            what: options.command().to_owned(),
            since: self.world.unix_time(),
        }
    }

    /// The record by which a run says that it is there.
    pub(super) fn announcement(&self, run: RunKind, options: &DeployOptions, fence: u64) -> Record {
        Record::Open {
            fence,
            run,
            program: None,
            plan: None,
            command: options.command().to_owned(),
            who: options.who.clone(),
            at: self.world.unix_time(),
        }
    }

    /// Whether there is something to remember though nothing is to be done:
    /// protection, another program or other outputs of it, a rotation that is
    /// over by now.
    fn has_news(&self, graph: &Graph, plan: &Plan, state: &State, options: &PlanOptions) -> bool {
        if options.destroy {
            return false;
        }
        let empty = graph.nodes().is_empty() && graph.outputs().is_empty();
        let other = state.program.as_deref() != Some(plan.program.as_str());
        (other && !(empty && state.serial == 0))
            || plan.new_rules().count() > 0
            || !rotate::settled(state, options).is_empty()
    }

    fn patient(&self) -> Patient<'_> {
        Patient {
            world: &*self.world,
            providers: &self.providers,
            limits: &self.limits,
        }
    }

    pub(super) fn draw_lineage(&self) -> String {
        let mut bytes = [0; 8];
        self.world.random(&mut bytes);
        crate::hex(&bytes)
    }

    pub(super) fn ground(&self, stored: Stored, lineage: String) -> Result<Ground, SealError> {
        Ground::of(stored, lineage, &*self.world, &*self.keys)
    }

    pub(super) fn keyring(&self, state: &State) -> Result<Keyring, SealError> {
        let sealed = state.keys.as_deref().ok_or(SealError::Damaged)?;
        Keyring::unlock(sealed, &*self.keys)
    }

    fn recovery<'a>(&'a self, ground: &'a Ground, graph: &Graph, read_only: bool) -> Recovery<'a> {
        let context = graph.context();
        Recovery {
            state: &ground.state,
            patient: self.patient(),
            keyring: &ground.keyring,
            stack: format!("{}/{}", context.stack, context.env),
            read_only,
        }
    }

    /// Resolves what an interrupted run left open. Whether there was one;
    /// `None` when this one was asked to stop meanwhile: what is resolved by
    /// then is on record, the rest stays open.
    async fn recover(
        &self,
        ground: &mut Ground,
        graph: &Graph,
        session: &mut dyn Session,
        (sink, cancel): (&dyn Sink, &Cancel),
        started: Duration,
    ) -> Result<Option<bool>, EngineError> {
        let Some(interrupted) = ground.interrupted() else {
            return Ok(Some(false));
        };
        let tell = |event| {
            let t_s = seconds(self.world.now().saturating_sub(started));
            sink.event(&Stamped { v: 1, t_s, event });
        };
        tell(interrupted);
        let before = ground.clone();
        let recovery = self.recovery(&before, graph, false);
        let mut attempts = recovery.each();
        let mut failed = None;
        loop {
            let next = beating(&*self.world, session, cancel, attempts.next()).await;
            let Some(next) = next else {
                return Ok(None);
            };
            let Some(attempt) = next else { break };
            match attempt {
                Ok(Resolved {
                    record,
                    path,
                    verb,
                    found,
                }) => {
                    session
                        .append(
                            &ground.state.lineage,
                            ground.extends,
                            std::slice::from_ref(&record),
                        )
                        .await?;
                    ground.state.apply(record);
                    tell(Event::Resolved {
                        path,
                        action: verb,
                        found: found.to_owned(),
                    });
                }
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        failed.map_or(Ok(Some(true)), |(path, why)| {
            Err(unread::object(graph, &path, why))
        })
    }

    /// The program itself, or an empty one to destroy towards.
    fn aim<'a>(
        &self,
        graph: &'a Graph,
        options: &PlanOptions,
    ) -> Result<Cow<'a, Graph>, EngineError> {
        if options.destroy {
            let empty = Graph::build(graph.context().clone(), |_| {})?;
            return Ok(Cow::Owned(empty));
        }
        Ok(Cow::Borrowed(graph))
    }

    async fn make_plan(
        &self,
        graph: &Graph,
        state: &State,
        secrets: &SecretBook,
        options: &PlanOptions,
    ) -> Result<(Plan, Vec<Record>), EngineError> {
        let sights = if options.refresh {
            refresh(state, secrets.keyring(), self.patient())
                .await
                .map_err(|(path, why)| unread::object(graph, &path, why))?
        } else {
            BTreeMap::new()
        };
        let asking = Asking {
            graph,
            state,
            patient: self.patient(),
            secrets,
            renew: options.refresh_lookups,
        };
        let Answers { known, pins } = asking.run().await?;
        let orphans = self.orphans(state, options).await?;
        let plan = plan::plan(&Inputs {
            graph,
            state,
            sights: &sights,
            answers: &known,
            secrets,
            types: &|name| self.providers.type_named(name),
            only: &options.only,
            orphans: &orphans,
            destroy: options.destroy,
        })?;
        Ok((plan, pins))
    }

    /// What carries our tag and is in no state: left by a run that lost its
    /// lock after its call was on the way.
    async fn orphans(
        &self,
        state: &State,
        options: &PlanOptions,
    ) -> Result<Vec<crate::provider::Owned>, EngineError> {
        if !options.refresh || state.serial == 0 || !options.only.is_empty() {
            return Ok(Vec::new());
        }
        let owned = super::refresh::retried(&*self.world, || {
            Box::pin(self.providers.owned(&state.lineage))
        });
        let owned = owned.await.map_err(unread::owned)?;
        Ok(unknown(owned, state))
    }

    /// The records with which a run starts.
    fn opening(
        &self,
        ground: &Ground,
        plan: &Plan,
        pins: Vec<Record>,
        secrets: &SecretBook,
        options: &DeployOptions,
        fence: u64,
    ) -> Result<Vec<Record>, SealError> {
        let run = if options.plan.destroy {
            RunKind::Destroy
        } else {
            RunKind::Deploy
        };
        let mut open = self.announcement(run, options, fence);
        if let Record::Open {
            program,
            plan: nonce,
            ..
        } = &mut open
        {
            *program = Some(plan.program.clone());
            *nonce = options.saved.as_ref().map(SavedPlan::nonce);
        }
        let mut records = vec![open];
        records.extend(ground.founding(&*self.keys)?);
        records.extend(pins);
        let fresh = secrets.fresh(&*self.world);
        records.extend(
            fresh
                .into_iter()
                .map(|(key, secret)| Record::Secret { key, secret }),
        );
        records.extend(plan.refreshed.iter().cloned());
        Ok(records)
    }

    #[allow(clippy::too_many_arguments)]
    async fn carry_out(
        &self,
        graph: &Graph,
        plan: &Plan,
        ground: Ground,
        secrets: &SecretBook,
        options: &DeployOptions,
        (sink, cancel): (&dyn Sink, &Cancel),
        session: Box<dyn Session>,
    ) -> Result<Deployment, EngineError> {
        let extends = ground.extends;
        let ledger = Ledger::new(ground.state);
        let started = self.world.now();
        let run = Run::new(&Setup {
            graph,
            plan,
            providers: &self.providers,
            world: &*self.world,
            secrets,
            ledger: &ledger,
            sink,
            cancel,
            limits: &self.limits,
            parallelism: options.parallelism,
            delete_data: options.delete_data,
            started,
        });
        let unchanged = !plan.has_changes();
        if !unchanged {
            run.tell(Event::Planned {
                counts: plan.counts,
                eta_s: plan.estimate.seconds,
                steps: plan
                    .steps
                    .steps()
                    .filter(|(at, _)| run.reports(*at))
                    .count(),
            });
        }
        let (mut session, mut deployment, broken) =
            execute(&run, session, extends, options.gate.clone()).await;
        deployment.unchanged = unchanged;
        if !unchanged {
            run.tell(summary(&deployment));
        }
        if let Some(why) = broken {
            let left = testament::outcomes(ledger.lost());
            let place = match left.is_empty() {
                true => None,
                false => session.bequeath(&run.lineage, extends, left),
            };
            return Err(match place {
                Some(place) => EngineError::Left { why, place },
                None => why.into(),
            });
        }
        let outputs = self.resolve_outputs(graph, &run, secrets);
        drop(run);
        let mut state = ledger.into_state();
        state.apply(Record::Outputs { values: outputs });
        if deployment.outcome == Outcome::Complete {
            for record in rotate::settled(&state, &options.plan) {
                state.apply(record);
            }
        }
        state.apply(Record::Ended(deployment.end(plan)));
        self.close(state, session.as_mut()).await?;
        Ok(deployment)
    }

    /// Ends an operation: the next serial, and a snapshot.
    pub(super) async fn close(
        &self,
        mut state: State,
        session: &mut dyn Session,
    ) -> Result<(), EngineError> {
        state.serial += 1;
        state.next_ordinal = 0;
        if state.objects.is_empty() && state.open.is_empty() && state.outputs.is_empty() {
            // Nothing is left that they could belong to.
            state.keys = None;
            state.secrets.clear();
            state.lookups.clear();
        }
        session.commit(&state).await?;
        session.release().await;
        Ok(())
    }
}

/// The end of a run that was asked to stop before it had begun.
async fn stopped(mut session: Box<dyn Session>) -> Deployment {
    session.release().await;
    nothing(Outcome::Cancelled)
}

fn summary(deployment: &Deployment) -> Event {
    Event::Summary {
        done: deployment.done,
        failed: deployment.failed.len(),
        skipped: deployment.skipped,
        elapsed_s: deployment.elapsed_s,
        critical_path_s: deployment.critical_path_s,
    }
}

fn nothing(outcome: Outcome) -> Deployment {
    Deployment {
        outcome,
        done: 0,
        failed: Vec::new(),
        skipped: 0,
        elapsed_s: 0.0,
        critical_path_s: 0.0,
        unchanged: false,
    }
}
