//! Bringing a node to what the program wants: made, gone on with, or updated.

use serde_json::{Map, Value};

use super::finish::Finished;
use super::request::target_of;
use super::run::Run;
use super::shown::shows;
use super::step::{At, Stop};
use crate::facts::{OnChange, Type};
use crate::graph::Node;
use crate::plan::{Planned, Rule, field_of};
use crate::provider::{ErrorKind, Made, Request, Status, Target};
use crate::state::{Action, Birth, BirthId, Record, Stage};
use crate::wiring::NodeId;

/// How often an update without an answer is sent again.
const UNANSWERED: u32 = 8;

impl Run<'_> {
    /// Creates an object, in place of another one or not.
    pub(super) async fn make(
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
        self.tell_started(at, node.ty);
        let made = self.create_once(at, birth.id, &request).await?;
        let seen = match made.now.filter(|seen| seen.status == Status::Ready) {
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
    pub(super) async fn go_on(&self, at: At<'_>, node: &Node, id: NodeId) -> Result<(), Stop> {
        let Some((birth, object)) = self.object(at) else {
            return Ok(());
        };
        self.tell_started(at, node.ty);
        let begun = self.world.now();
        let target = self.target(at, node.ty, birth, &object)?;
        self.check_standing(at, &target, birth).await?;
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
    pub(super) async fn create_once(
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

    pub(super) async fn update(&self, at: At<'_>, node: &Node, id: NodeId) -> Result<(), Stop> {
        let Some((birth, object)) = self.object(at) else {
            return Ok(());
        };
        let target = self.target(at, node.ty, birth, &object)?;
        self.check_standing(at, &target, birth).await?;
        let begun = self.world.now();
        if object.stage == Stage::Coming && !self.is_stuck(at, &target).await? {
            self.until_ready(at, &target, Some(birth), begun, node.rules.timeout)
                .await?;
        }
        let changed = self.differences(at, node, birth)?;
        let mut fields: Vec<String> = changed.iter().map(|one| one.field.clone()).collect();
        fields.extend(sent_again(at.planned, node.ty));
        fields.sort();
        fields.dedup();
        if fields.is_empty() {
            self.stay(at, node, id).await?;
            return Ok(());
        }
        self.check_fields(at, &changed)?;
        let born = self.born(birth, node);
        let (request, body) = self.request(at, node, &born)?;
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
        self.tell_started(at, node.ty);
        let mut seen = None;
        for request in stages(&request, &target, &fields) {
            self.update_once(at, birth, &target, &request, &fields)
                .await?;
            let limit = node.rules.timeout;
            let sent = target_of(&request, &target.id);
            let ready = self.until_ready(at, &sent, None, begun, limit).await?;
            seen = Some(
                self.until_shown(at, &request, &fields, limit, ready)
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

    /// Whether an object waits for nothing but an update.
    async fn is_stuck(&self, at: At<'_>, target: &Target) -> Result<bool, Stop> {
        let provider = self.provider(at, target.ty)?;
        match self.look(at, target.ty, || provider.read(target)).await {
            Ok(seen) => Ok(matches!(seen.status, Status::Stuck(_))),
            // Whether it is gone or only not visible yet shows in the waiting.
            Err(error) if error.kind == ErrorKind::Gone => Ok(false),
            Err(error) => Err(self.gave_up(at, &error)),
        }
    }

    pub(super) async fn update_once(
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
    pub(super) async fn has_taken(
        &self,
        at: At<'_>,
        target: &Target,
        request: &Request,
        fields: &[String],
    ) -> Result<bool, Stop> {
        let provider = self.provider(at, target.ty)?;
        let seen = self
            .look(at, target.ty, || provider.read(target))
            .await
            .map_err(|error| self.gave_up(at, &error))?;
        let shown = |name: &String| shows(&seen, request, name) == Some(true);
        Ok(fields.iter().all(shown))
    }
}

/// The fields that are sent although program and memory agree: what cannot be
/// read and may be otherwise, and secrets that somebody else has changed.
fn sent_again<'a>(planned: &'a Planned, ty: &'a Type) -> impl Iterator<Item = String> + 'a {
    planned.reasons.iter().filter_map(|reason| {
        let name = field_of(&reason.field);
        let secret = ty.field(name).is_some_and(|field| field.secret);
        let again = reason.rule == Rule::WriteOnly || reason.rule == Rule::Drift && secret;
        again.then(|| name.to_owned())
    })
}

/// The requests that lead from what is to what is wanted: one, or one for each
/// minor version on the way up.
pub(super) fn stages(request: &Request, target: &Target, fields: &[String]) -> Vec<Request> {
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
