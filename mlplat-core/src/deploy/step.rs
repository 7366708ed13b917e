//! One step: intent, call, wait, outcome.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::future::BoxFuture;
use serde_json::{Map, Value};

use super::event::{Event, Verb};
use super::ledger::Halted;
use super::outcome::Failure;
use super::retry::{Verdict, verdict};
use super::run::{Run, seconds, verb};
use crate::facts::{Canon, OnChange, OutputFact, OutputLife, Refs, Type};
use crate::graph::{Node, NodeKind};
use crate::plan::{Change, Evaluator, Planned, StepKind, Val, canonical, render_body};
use crate::provider::{ErrorKind, Made, Observed, Owned, Provider, ProviderError, Request, Target};
use crate::state::{Action, Birth, BirthId, Body, Object, Pinned, Record, Stage};
use crate::wiring::NodeId;

/// How a step ended.
pub(crate) enum StepEnd {
    /// Well.
    Done,
    /// Not well.
    Failed(Failure),
    /// The run ended under it, or it was asked to stop.
    Halted,
}

/// How an object came to be as wanted.
enum Finished {
    /// Created just now, with this id.
    Created(String),
    /// A creation that an earlier run began.
    Resumed,
    /// These fields were updated.
    Updated(Vec<String>),
}

/// How often an update without an answer is sent again.
const UNANSWERED: u32 = 8;

/// Why a step does not go on.
pub(crate) enum Stop {
    Failed(Failure),
    Halted,
}

impl From<Halted> for Stop {
    fn from(_: Halted) -> Self {
        Self::Halted
    }
}

/// A step that is being carried out, for messages and priorities.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    pub(crate) planned: &'a Planned,
    pub(crate) priority: u64,
    pub(crate) verb: Verb,
}

impl At<'_> {
    pub(crate) fn failed(&self, error: &ProviderError) -> Stop {
        Stop::Failed(Failure {
            path: self.planned.path.clone(),
            code: error.code.clone(),
            message: error.message.clone(),
            source: self.planned.source,
        })
    }

    fn refused(&self, code: &str, message: String) -> Stop {
        self.failed(&ProviderError::new(ErrorKind::Invalid, code, message))
    }
}

impl Run<'_> {
    /// A call that came to nothing. One that would have been repeated, had the
    /// run not been asked to stop, has not failed.
    pub(crate) fn gave_up(&self, at: At<'_>, error: &ProviderError) -> Stop {
        if self.cancel.is_cancelled() && matches!(verdict(error.kind, 1), Verdict::Again { .. }) {
            return Stop::Halted;
        }
        at.failed(error)
    }

    /// Carries out one step.
    pub(crate) async fn step(&self, number: usize) -> StepEnd {
        let Some((planned, kind, index)) = self.planned(number) else {
            return StepEnd::Done;
        };
        let at = At {
            planned,
            priority: self.priority.get(number).copied().unwrap_or(0),
            verb: verb(planned, kind).unwrap_or(Verb::Read),
        };
        let result = match kind {
            StepKind::Bring(node) => self.bring(at, node, index).await,
            StepKind::Remove(object) if !self.is_kept(index) => self.remove(at, object).await,
            StepKind::Remove(_) => Ok(()),
            StepKind::Sweep(_) => self.sweep(at).await,
        };
        match result {
            Ok(()) => StepEnd::Done,
            Err(Stop::Halted) => StepEnd::Halted,
            Err(Stop::Failed(failure)) => {
                self.tell_failed(number, &failure);
                StepEnd::Failed(failure)
            }
        }
    }

    pub(crate) fn tell_failed(&self, number: usize, failure: &Failure) {
        let verb = self
            .planned(number)
            .and_then(|(planned, kind, _)| verb(planned, kind));
        self.tell(Event::Failed {
            path: failure.path.clone(),
            action: verb.unwrap_or(Verb::Read),
            code: failure.code.clone(),
            message: failure.message.clone(),
            source: failure.source,
        });
    }

    async fn bring(&self, at: At<'_>, id: NodeId, index: usize) -> Result<(), Stop> {
        let node = self.graph.node(id);
        match (&node.kind, at.planned.change) {
            (NodeKind::Lookup, _) => self.ask(at, node, id).await,
            (NodeKind::Existing(_), _) => self.read_existing(at, node, id).await,
            (NodeKind::Resource, Change::Create | Change::Replace) => match &at.planned.birth {
                Some(birth) => self.make(at, node, id, birth, index).await,
                None => self.go_on(at, node, id).await,
            },
            (NodeKind::Resource, Change::Update) => self.update(at, node, id).await,
            (NodeKind::Resource, _) => self.stay(at, node, id).await,
        }
    }

    /// Nothing changes but, perhaps, where the object stands and what it
    /// leans on.
    async fn stay(&self, at: At<'_>, node: &Node, id: NodeId) -> Result<(), Stop> {
        let Some(birth) = at.planned.object else {
            return Ok(());
        };
        let (deps, soft_deps) = self.deps(node);
        let moved = self.ledger.with(|state| {
            state.objects.get(&birth).is_some_and(|object| {
                object.path != node.path || object.deps != deps || object.soft_deps != soft_deps
            })
        });
        if moved {
            let path = node.path.clone();
            self.ledger
                .commit(vec![Record::Moved {
                    birth,
                    path,
                    deps,
                    soft_deps,
                }])
                .await?;
        }
        self.publish(id, birth);
        Ok(())
    }

    /// Creates an object, in place of another one or not.
    async fn make(
        &self,
        at: At<'_>,
        node: &Node,
        id: NodeId,
        birth: &Birth,
        index: usize,
    ) -> Result<(), Stop> {
        let old = at.planned.object;
        if at.planned.is_conditional()
            && !at.planned.delete_first
            && let Some(old) = old
            && self.differences(at, node, old)?.is_empty()
        {
            self.keep(index);
            self.stay(at, node, id).await?;
            return Ok(());
        }
        let (request, body) = self.request(at, node, birth)?;
        self.tell_started(at, node.ty);
        let begun = self.world.now();
        let (deps, soft_deps) = self.deps(node);
        self.ledger
            .commit(vec![Record::Begin {
                birth: birth.id,
                action: Action::Create,
                path: node.path.clone(),
                ty: node.ty.name.to_owned(),
                body,
                deps,
                soft_deps,
                replaces: old,
                protect: node.rules.protect,
                retain: node.rules.retain,
            }])
            .await?;
        let made = self.create_once(at, birth.id, &request).await?;
        let seen = match made
            .now
            .filter(|seen| seen.status == crate::provider::Status::Ready)
        {
            Some(seen) => seen,
            None => {
                if !node.ty.create.states.is_empty() {
                    let made = Record::Made {
                        birth: birth.id,
                        id: made.id.clone(),
                    };
                    self.ledger.commit(vec![made]).await?;
                }
                let target = target_of(&request, &made.id);
                self.until_ready(at, &target, Some(birth.id), begun, node.rules.timeout)
                    .await?
            }
        };
        let made = Finished::Created(made.id);
        self.finish(at, node, id, birth.id, made, seen, begun)
            .await?;
        Ok(())
    }

    /// An interrupted creation whose object exists goes on with waiting.
    async fn go_on(&self, at: At<'_>, node: &Node, id: NodeId) -> Result<(), Stop> {
        let Some((birth, object)) = self.object(at) else {
            return Ok(());
        };
        self.tell_started(at, node.ty);
        let begun = self.world.now();
        let target = self.target(at, node.ty, birth, &object)?;
        let seen = self
            .until_ready(at, &target, Some(birth), begun, node.rules.timeout)
            .await?;
        self.stay(at, node, id).await?;
        self.finish(at, node, id, birth, Finished::Resumed, seen, begun)
            .await?;
        Ok(())
    }

    /// The creation call. When it had no answer, what it did is looked for
    /// before it is repeated.
    async fn create_once(
        &self,
        at: At<'_>,
        birth: BirthId,
        request: &Request,
    ) -> Result<Made, Stop> {
        let provider = self.provider(at, request.ty)?;
        loop {
            let made = self.call(at, request.ty, || provider.create(request)).await;
            match made {
                Ok(made) => return Ok(made),
                Err(error) if error.kind == ErrorKind::Ambiguous => {
                    if let Some(seen) = self.look_for(at, request).await? {
                        return Ok(Made {
                            id: seen.id.clone(),
                            now: Some(seen),
                        });
                    }
                }
                Err(error) => {
                    self.ledger.commit(vec![Record::Undone { birth }]).await?;
                    return Err(self.gave_up(at, &error));
                }
            }
        }
    }

    async fn update(&self, at: At<'_>, node: &Node, id: NodeId) -> Result<(), Stop> {
        let Some((birth, object)) = self.object(at) else {
            return Ok(());
        };
        let target = self.target(at, node.ty, birth, &object)?;
        let begun = self.world.now();
        if object.stage == Stage::Coming {
            self.until_ready(at, &target, Some(birth), begun, node.rules.timeout)
                .await?;
        }
        let mut fields = self.differences(at, node, birth)?;
        fields.extend(
            at.planned
                .reasons
                .iter()
                .filter(|r| r.rule == crate::plan::Rule::WriteOnly)
                .map(|r| r.field.clone()),
        );
        fields.sort();
        fields.dedup();
        if fields.is_empty() {
            self.stay(at, node, id).await?;
            return Ok(());
        }
        self.check_fields(at, node, &fields)?;
        let born = self.born(birth, node);
        let (request, body) = self.request(at, node, &born)?;
        self.tell_started(at, node.ty);
        let (deps, soft_deps) = self.deps(node);
        self.ledger
            .commit(vec![Record::Begin {
                birth,
                action: Action::Update,
                path: node.path.clone(),
                ty: node.ty.name.to_owned(),
                body,
                deps,
                soft_deps,
                replaces: None,
                protect: node.rules.protect,
                retain: node.rules.retain,
            }])
            .await?;
        let mut seen = None;
        for request in stages(&request, &target, &fields) {
            self.update_once(at, birth, &target, &request, &fields)
                .await?;
            seen = Some(
                self.until_ready(at, &target, None, begun, node.rules.timeout)
                    .await?,
            );
        }
        if let Some(seen) = seen {
            let updated = Finished::Updated(fields);
            self.finish(at, node, id, birth, updated, seen, begun)
                .await?;
        }
        Ok(())
    }

    async fn update_once(
        &self,
        at: At<'_>,
        birth: BirthId,
        target: &Target,
        request: &Request,
        fields: &[String],
    ) -> Result<(), Stop> {
        let provider = self.provider(at, target.ty)?;
        let mut unanswered = 0;
        loop {
            let call = || provider.update(target, request, fields);
            match self.call(at, target.ty, call).await {
                Ok(()) => return Ok(()),
                // Updating to the same values twice is the same as once, but
                // a service that never answers is not asked for ever.
                Err(error) if error.kind == ErrorKind::Ambiguous && unanswered < UNANSWERED => {
                    unanswered += 1;
                    if self.has_taken(at, target, request, fields).await? {
                        return Ok(());
                    }
                }
                Err(error) => {
                    self.ledger.commit(vec![Record::Undone { birth }]).await?;
                    return Err(self.gave_up(at, &error));
                }
            }
        }
    }

    /// Whether an update without an answer had its effect, as far as the
    /// fields can be read.
    async fn has_taken(
        &self,
        at: At<'_>,
        target: &Target,
        request: &Request,
        fields: &[String],
    ) -> Result<bool, Stop> {
        let provider = self.provider(at, target.ty)?;
        let seen = self
            .call(at, target.ty, || provider.read(target))
            .await
            .map_err(|error| self.gave_up(at, &error))?;
        Ok(fields.iter().all(|name| {
            let field = target.ty.field(name);
            let readable = field.is_some_and(|f| f.change != OnChange::WriteOnly && !f.secret);
            let canon = field.map_or(Canon::Exact, |f| f.canon);
            let form = |value: &Value| canonical(canon, value.clone());
            readable && seen.inputs.get(name).map(form) == request.inputs.get(name).map(form)
        }))
    }

    async fn remove(&self, at: At<'_>, birth: BirthId) -> Result<(), Stop> {
        let Some(object) = self.ledger.with(|state| state.objects.get(&birth).cloned()) else {
            return Ok(());
        };
        if at.planned.change == Change::Forget || object.retain {
            self.ledger
                .commit(vec![Record::Forgotten { birth }])
                .await?;
            let path = at.planned.path.clone();
            self.tell(Event::Done {
                path,
                action: Verb::Forget,
                id: Some(object.id),
                took_s: 0.0,
            });
            return Ok(());
        }
        let ty = self.providers.type_named(&object.ty).ok_or_else(|| {
            at.refused(
                "NoProvider",
                format!(
                    "no provider serves {}: run a program that has it",
                    object.ty
                ),
            )
        })?;
        let at = At {
            verb: Verb::Delete,
            ..at
        };
        let target = self.target(at, ty, birth, &object)?;
        self.tell_started(at, ty);
        let begun = self.world.now();
        self.ledger
            .commit(vec![Record::Begin {
                birth,
                action: Action::Delete,
                path: object.path.clone(),
                ty: object.ty.clone(),
                body: Body {
                    json: object.inputs.clone(),
                    sealed: object.sealed.clone(),
                },
                deps: object.deps.clone(),
                soft_deps: object.soft_deps.clone(),
                replaces: None,
                protect: object.protect,
                retain: object.retain,
            }])
            .await?;
        if let Err(stop) = self.delete_until_gone(at, &target, begun).await {
            if matches!(stop, Stop::Failed(_)) {
                self.ledger.commit(vec![Record::Undone { birth }]).await?;
            }
            return Err(stop);
        }
        self.ledger.commit(vec![Record::Deleted { birth }]).await?;
        self.tell_done(at, Some(target.id), begun);
        Ok(())
    }

    async fn sweep(&self, at: At<'_>) -> Result<(), Stop> {
        let Some(Owned { ty, id, token }) = &at.planned.orphan else {
            return Ok(());
        };
        let ty = self
            .providers
            .type_named(ty)
            .ok_or_else(|| at.refused("NoProvider", format!("no provider serves {ty}")))?;
        let target = Target {
            ty,
            id: id.clone(),
            inputs: Map::new(),
            token: token.clone(),
        };
        self.tell_started(at, ty);
        let begun = self.world.now();
        self.delete_until_gone(at, &target, begun).await?;
        self.tell_done(at, Some(target.id), begun);
        Ok(())
    }

    async fn ask(&self, at: At<'_>, node: &Node, id: NodeId) -> Result<(), Stop> {
        if self.evaluator().env.outputs(id).is_some() {
            return Ok(());
        }
        let inputs = self.wanted(at, node, None)?;
        let clear = clear(at, &inputs)?;
        let provider = self.provider(at, node.ty)?;
        let outputs = self
            .call(at, node.ty, || provider.look_up(node.ty, &clear))
            .await
            .map_err(|error| self.gave_up(at, &error))?;
        let pinned = Pinned {
            inputs: crate::plan::canonical_text(&Value::Object(clear)),
            outputs: raw(&outputs),
        };
        let path = node.path.clone();
        self.ledger
            .commit(vec![Record::Lookup { path, pinned }])
            .await?;
        self.set_outputs(id, outputs, BTreeMap::new());
        Ok(())
    }

    async fn read_existing(&self, at: At<'_>, node: &Node, id: NodeId) -> Result<(), Stop> {
        if self.evaluator().env.outputs(id).is_some() {
            return Ok(());
        }
        let NodeKind::Existing(expr) = &node.kind else {
            return Ok(());
        };
        let value = self
            .evaluator()
            .value(expr)
            .map_err(|why| at.refused("NoValue", why.to_string()))?;
        let target = Target {
            ty: node.ty,
            id: value.to_string(),
            inputs: Map::new(),
            token: String::new(),
        };
        let provider = self.provider(at, node.ty)?;
        let seen = self
            .call(at, node.ty, || provider.read(&target))
            .await
            .map_err(|error| self.gave_up(at, &error))?;
        self.set_outputs(id, seen.outputs, BTreeMap::new());
        Ok(())
    }

    // --- what the steps above are made of ---

    /// One API call: a slot, the rate limit, and the retry table around it.
    /// An ambiguous answer is given back: only the caller knows what to look
    /// for.
    pub(crate) async fn call<'c, T>(
        &self,
        at: At<'_>,
        ty: &'static Type,
        mut call: impl FnMut() -> BoxFuture<'c, Result<T, ProviderError>>,
    ) -> Result<T, ProviderError> {
        let begun = self.world.now();
        let mut tries = 0;
        loop {
            let result = {
                let mut slot = self.slots.acquire(at.priority).await;
                if let Some(rate) = self.providers.of(ty.name)?.rate(ty.service()) {
                    let wait = self.limits.reserve(ty.service(), rate, self.world);
                    if !wait.is_zero() {
                        // A slow service must not hold what others could use.
                        drop(slot);
                        self.world.sleep(wait).await;
                        slot = self.slots.acquire(at.priority).await;
                    }
                }
                let _slot = slot;
                self.world.fault_point("call: before");
                let result = call().await;
                self.world.fault_point("call: answered");
                result
            };
            let error = match result {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            tries += 1;
            let Verdict::Again { after, deadline } = verdict(error.kind, tries) else {
                return Err(error);
            };
            let wait = self.jitter(error.retry_after.unwrap_or(after).max(after));
            if self.world.now().saturating_sub(begun) + wait > deadline
                || self.cancel.is_cancelled()
            {
                return Err(error);
            }
            if tries > 1 {
                self.tell(Event::Retrying {
                    path: at.planned.path.clone(),
                    why: error.to_string(),
                    in_s: seconds(wait),
                    tries,
                });
            }
            self.world.sleep(wait).await;
        }
    }

    /// Up to a quarter more, so that many do not come back at once.
    fn jitter(&self, wait: Duration) -> Duration {
        let mut byte = [0];
        self.world.random(&mut byte);
        wait + wait.mul_f64(f64::from(byte[0]) / 1024.0)
    }

    pub(crate) fn provider(&self, at: At<'_>, ty: &Type) -> Result<&dyn Provider, Stop> {
        self.providers
            .of(ty.name)
            .map_err(|error| at.failed(&error))
    }

    fn evaluator(&self) -> Evaluator<'_> {
        Evaluator {
            graph: self.graph,
            env: self,
            secrets: self.secrets,
        }
    }

    fn wanted(
        &self,
        at: At<'_>,
        node: &Node,
        birth: Option<&Birth>,
    ) -> Result<BTreeMap<String, Val>, Stop> {
        self.evaluator()
            .inputs(node, birth.map(|birth| (birth, self.lineage.as_str())))
            .map_err(|(field, why)| at.refused("NoValue", format!("{field} has no value: {why}")))
    }

    fn request(&self, at: At<'_>, node: &Node, birth: &Birth) -> Result<(Request, Body), Stop> {
        let token = birth.token(&self.lineage);
        let inputs = self.wanted(at, node, Some(birth))?;
        let place = birth.id.to_string();
        let body = render_body(&inputs, &place, self.secrets.keyring(), Some(self.world));
        let body = body.ok_or_else(|| unknown(at, &inputs))?;
        let context = self.graph.context();
        let request = Request {
            ty: node.ty,
            inputs: clear(at, &inputs)?,
            token,
            lineage: self.lineage.clone(),
            stack: format!("{}/{}", context.stack, context.env),
            path: birth.path.to_string(),
        };
        Ok((request, body))
    }

    /// The fields in which an object is not what the program wants.
    fn differences(&self, at: At<'_>, node: &Node, birth: BirthId) -> Result<Vec<String>, Stop> {
        let born = self.born(birth, node);
        let wanted = self.wanted(at, node, Some(&born))?;
        let body = render_body(&wanted, &birth.to_string(), self.secrets.keyring(), None);
        let body = body.ok_or_else(|| unknown(at, &wanted))?;
        let object = self.ledger.with(|state| {
            state
                .objects
                .get(&birth)
                .map(|object| object.inputs.get().to_owned())
        });
        let parse =
            |text: &str| serde_json::from_str::<Map<String, Value>>(text).unwrap_or_default();
        let (new, old) = (
            parse(body.json.get()),
            parse(object.as_deref().unwrap_or("{}")),
        );
        let ignored = |name: &String| {
            node.rules
                .ignore
                .iter()
                .any(|ignored| ignored.field == *name)
        };
        let names = new
            .keys()
            .chain(old.keys().filter(|name| !new.contains_key(*name)));
        Ok(names
            .filter(|name| new.get(*name) != old.get(*name) && !ignored(name))
            .cloned()
            .collect())
    }

    /// A field that cannot change in place was planned as a replacement; when
    /// one turns up here, the world has moved on since the plan.
    fn check_fields(&self, at: At<'_>, node: &Node, fields: &[String]) -> Result<(), Stop> {
        let fixed = fields.iter().find(|name| {
            node.ty
                .field(name)
                .is_none_or(|field| field.change == OnChange::Replace)
        });
        match fixed {
            None => Ok(()),
            Some(name) => Err(at.refused(
                "PlanOutrun",
                format!(
                    "{name} would have to be replaced, which the plan does not say: plan again"
                ),
            )),
        }
    }

    /// The objects that a node holds, and those it leans on. Questions in
    /// between are looked through.
    fn deps(&self, node: &Node) -> (Vec<BirthId>, Vec<BirthId>) {
        let mut blocking = std::collections::BTreeSet::new();
        for (name, expr) in &node.inputs {
            let refs = node.ty.field(name).map_or(Refs::No, |field| field.refs);
            if matches!(refs.held(), Some(crate::facts::Held::Refused(_))) {
                expr.visit_attrs(&mut |id, _| {
                    blocking.insert(id);
                });
            }
        }
        let (mut hard, mut soft) = (Vec::new(), Vec::new());
        let mut seen = std::collections::BTreeSet::new();
        let mut queue: Vec<NodeId> = node.after.clone();
        while let Some(id) = queue.pop() {
            if !seen.insert(id) {
                continue;
            }
            let earlier = self.graph.node(id);
            match (self.placed(id), &earlier.kind) {
                (Some(birth), NodeKind::Resource) if blocking.contains(&id) => hard.push(birth),
                (Some(birth), NodeKind::Resource) => soft.push(birth),
                _ => queue.extend(&earlier.after),
            }
        }
        hard.sort_unstable();
        soft.sort_unstable();
        (hard, soft)
    }

    fn object(&self, at: At<'_>) -> Option<(BirthId, Object)> {
        let birth = at.planned.object?;
        let object = self
            .ledger
            .with(|state| state.objects.get(&birth).cloned())?;
        Some((birth, object))
    }

    fn born(&self, birth: BirthId, node: &Node) -> Birth {
        let known = self.ledger.with(|state| state.birth(birth));
        known.unwrap_or_else(|| Birth {
            id: birth,
            path: node.path.clone(),
        })
    }

    pub(crate) fn target(
        &self,
        at: At<'_>,
        ty: &'static Type,
        birth: BirthId,
        object: &Object,
    ) -> Result<Target, Stop> {
        let inputs = crate::plan::open_body(
            &object.inputs,
            &object.sealed,
            &birth.to_string(),
            self.secrets.keyring(),
        )
        .map_err(|why| at.refused("Sealed", why.to_string()))?;
        let born = self.ledger.with(|state| state.birth(birth));
        let token = born.map_or_else(String::new, |born| born.token(&self.lineage));
        Ok(Target {
            ty,
            id: object.id.clone(),
            inputs,
            token,
        })
    }

    /// Records that an object is as wanted, and lets others use its outputs.
    #[allow(clippy::too_many_arguments)]
    async fn finish(
        &self,
        at: At<'_>,
        node: &Node,
        id: NodeId,
        birth: BirthId,
        how: Finished,
        seen: Observed,
        begun: Duration,
    ) -> Result<(), Stop> {
        let fresh = self
            .ledger
            .with(|state| !state.objects.contains_key(&birth));
        let contradiction = self.contradiction(node.ty, birth, &how, &seen);
        let made = match how {
            Finished::Created(made) if fresh => Some(made),
            _ => None,
        };
        if let Some(message) = contradiction {
            if let Some(id) = made {
                // Whatever else is wrong with it: it exists.
                self.ledger.commit(vec![Record::Made { birth, id }]).await?;
            }
            let error = ProviderError::new(ErrorKind::Bug, "ContradictsFacts", message);
            return Err(at.failed(&error));
        }
        let took = self.world.now().saturating_sub(begun);
        let outputs: BTreeMap<String, Val> = seen
            .outputs
            .iter()
            .map(|(name, value)| (name.clone(), output_val(node.ty, name, value)))
            .collect();
        let body = render_body(
            &outputs,
            &format!("{birth}|outputs"),
            self.secrets.keyring(),
            Some(self.world),
        );
        self.ledger
            .commit(vec![Record::Done {
                birth,
                id: made,
                outputs: body.unwrap_or_else(Body::empty),
                took_s: Some(took.as_secs_f64().round() as u32),
            }])
            .await?;
        self.publish(id, birth);
        self.tell_done(at, Some(seen.id), begun);
        Ok(())
    }

    /// How what the provider shows contradicts what its type declares.
    fn contradiction(
        &self,
        ty: &Type,
        birth: BirthId,
        how: &Finished,
        seen: &Observed,
    ) -> Option<String> {
        let missing = ty
            .outputs
            .iter()
            .find(|output| !seen.outputs.contains_key(output.name));
        if let Some(missing) = missing {
            return Some(format!(
                "{} did not give its output {}",
                ty.name, missing.name
            ));
        }
        let Finished::Updated(fields) = how else {
            return None;
        };
        let before = self.ledger.with(|state| {
            let object = state.objects.get(&birth)?;
            serde_json::from_str::<Map<String, Value>>(object.outputs.get()).ok()
        })?;
        let stays = |output: &&OutputFact| match output.life {
            OutputLife::Fixed => true,
            OutputLife::ChangesWith(with) => !with.iter().any(|w| fields.iter().any(|f| f == w)),
            OutputLife::Drifts => false,
        };
        let changed = ty.outputs.iter().filter(stays).find(|output| {
            let old = before.get(output.name).filter(|_| !output.secret);
            old.is_some_and(|old| seen.outputs.get(output.name) != Some(old))
        })?;
        Some(format!(
            "{} changed its output {}, which it declares not to change with {}",
            ty.name,
            changed.name,
            fields.join(", ")
        ))
    }

    /// Lets others use an object's outputs.
    pub(crate) fn publish(&self, id: NodeId, birth: BirthId) {
        self.place(id, birth);
        let outputs = self.ledger.with(|state| {
            let object = state.objects.get(&birth)?;
            let known = serde_json::from_str(object.outputs.get()).ok()?;
            Some((
                known,
                crate::plan::open_secret_outputs(object, birth, self.secrets),
            ))
        });
        if let Some((known, secret)) = outputs {
            self.set_outputs(id, known, secret);
        }
    }

    pub(crate) fn tell_started(&self, at: At<'_>, ty: &Type) {
        let life = match at.verb {
            Verb::Create => ty.create,
            Verb::Update => ty.update,
            Verb::Delete | Verb::Forget | Verb::Read => ty.delete,
        };
        let learned = self
            .ledger
            .with(|state| state.durations.get(ty.name).copied());
        self.tell(Event::Started {
            path: at.planned.path.clone(),
            ty: ty.name.to_owned(),
            action: at.verb,
            expected_s: learned
                .filter(|_| at.verb == Verb::Create)
                .unwrap_or(life.typical_s),
        });
    }

    pub(crate) fn tell_done(&self, at: At<'_>, id: Option<String>, begun: Duration) {
        let took_s = seconds(self.world.now().saturating_sub(begun));
        let path = at.planned.path.clone();
        self.tell(Event::Done {
            path,
            action: at.verb,
            id,
            took_s,
        });
    }
}

fn output_val(ty: &Type, name: &str, value: &Value) -> Val {
    match (ty.output(name), value) {
        (Some(fact), Value::String(text)) if fact.secret => {
            Val::Secret(crate::wiring::Plain::new(text.clone()))
        }
        _ => Val::Known(value.clone()),
    }
}

fn clear(at: At<'_>, inputs: &BTreeMap<String, Val>) -> Result<Map<String, Value>, Stop> {
    let each = inputs.iter().map(|(name, value)| {
        let value = value.expose().ok_or_else(|| unknown(at, inputs))?;
        Ok((name.clone(), value))
    });
    each.collect()
}

/// By the time a step starts everything before it is done, so an unknown left
/// over means that a provider did not give what it declares.
fn unknown(at: At<'_>, inputs: &BTreeMap<String, Val>) -> Stop {
    let left = inputs.iter().find(|(_, value)| !value.is_known());
    let what = left.map_or_else(String::new, |(name, value)| {
        format!("{name} still is {value}")
    });
    at.failed(&ProviderError::new(ErrorKind::Bug, "StillUnknown", what))
}

fn raw(members: &Map<String, Value>) -> Box<serde_json::value::RawValue> {
    let text = crate::plan::canonical_text(&Value::Object(members.clone()));
    serde_json::value::RawValue::from_string(text).unwrap_or_default()
}

pub(crate) fn target_of(request: &Request, id: &str) -> Target {
    Target {
        ty: request.ty,
        id: id.to_owned(),
        inputs: request.inputs.clone(),
        token: request.token.clone(),
    }
}

/// The requests that lead from what is to what is wanted: one, or one for each
/// minor version on the way up.
fn stages(request: &Request, target: &Target, fields: &[String]) -> Vec<Request> {
    let stepped = request.ty.fields.iter().find(|field| {
        field.change == OnChange::OneStepUp && fields.iter().any(|name| name == field.name)
    });
    let Some(field) = stepped else {
        return vec![request.clone()];
    };
    let minor = |inputs: &Map<String, Value>| {
        let (major, minor) = inputs.get(field.name)?.as_str()?.split_once('.')?;
        Some((major.to_owned(), minor.parse::<u32>().ok()?))
    };
    let (Some((major, from)), Some((_, to))) = (minor(&target.inputs), minor(&request.inputs))
    else {
        return vec![request.clone()];
    };
    let each = (from + 1..to).map(|minor| {
        let mut stage = request.clone();
        let version = Value::String(format!("{major}.{minor}"));
        stage.inputs.insert(field.name.to_owned(), version);
        stage
    });
    each.chain([request.clone()]).collect()
}
