//! The account behind the engine's provider seam.

use std::time::Duration;

use async_trait::async_trait;
use mlplat_aws::limits::limit_of;
use mlplat_core::facts::{Kind, OnChange, Recovery, Tagging, Type};
use mlplat_core::provider::{
    Call, ErrorKind, Find, Limit, Made, Observed, Owned, Provider, ProviderError, Reader, Request,
    Status, Target,
};
use serde_json::{Map, Value};

use super::account::{Cloud, Inner};
use super::actors::Belonging;
use super::dice::roll;
use super::faults::{action, is_called};
use super::forms::{self, Source};
use super::mishap::Wrong;
use super::object::SimObject;
use super::rules::{Lag, natural_key, tag};
use crate::telltale;

/// For how long a client waits for the body of a reply.
const SLOW: Duration = Duration::from_secs(60);

/// Whose an object is that nobody here has made and that a question is about.
pub(crate) const ALL_ALONG: &str = "there-all-along";

/// A call, as whoever refuses it names it.
struct Asked<'a> {
    /// The type that it is about; none for a list over all of them.
    ty: Option<&'static Type>,
    verb: &'static str,
    /// The object that it is about.
    on: &'a str,
}

impl<'a> Asked<'a> {
    fn of(ty: &'static Type, verb: &'static str, on: &'a str) -> Self {
        Self {
            ty: Some(ty),
            verb,
            on,
        }
    }

    fn changes(&self) -> bool {
        matches!(self.verb, "create" | "update" | "delete" | "empty")
    }

    fn is_called(&self, name: &str) -> bool {
        self.ty.is_some_and(|ty| is_called(name, ty, self.verb))
    }

    /// As AWS says it: who may not do what, and on what.
    fn denied(&self, account: &str) -> ProviderError {
        let ty = self.ty.map_or("all objects", |ty| ty.name);
        let action = self
            .ty
            .map_or("tag:GetResources", |ty| action(ty, self.verb));
        let action = match action {
            "" => format!("{ty}:{}", self.verb),
            action => action.to_owned(),
        };
        let message = format!(
            "User: arn:aws:sts::{account}:assumed-role/deployer/mlplat is not authorized to perform: {action} on resource: {ty} {}",
            self.on
        );
        ProviderError::new(ErrorKind::Denied, "AccessDenied", message.trim_end())
    }
}

/// A call that was let through: its number, and what becomes of its reply.
struct Pass {
    number: u64,
    wrong: Option<Wrong>,
}

impl Cloud {
    /// What every call goes through first: its number, or a fault.
    async fn gate(&self, call: Asked<'_>) -> Result<Pass, ProviderError> {
        self.stir();
        let (number, token) = {
            let now = self.now();
            let mut inner = self.inner();
            inner.calls += 1;
            let token = match call.ty {
                Some(ty) => inner.tokens.take(ty.service(), call.verb, now),
                None => Ok(()),
            };
            (inner.calls, token)
        };
        let faults = &self.faults;
        let chance = |what: &str, p: f64| p > 0.0 && roll(faults.seed, number, what) < p;
        let wrong = self.tally.next(call.changes(), |name| call.is_called(name));
        let denied = call.ty.is_some_and(|ty| faults.denies(ty, call.verb));
        if denied || wrong == Some(Wrong::Denied) {
            return Err(call.denied(&self.inner().place.account));
        }
        if wrong == Some(Wrong::Expired) {
            let message = "The security token included in the request is expired";
            return Err(ProviderError::new(
                ErrorKind::Expired,
                "ExpiredToken",
                message,
            ));
        }
        token?;
        let throttled = wrong == Some(Wrong::Throttled) || self.now() < faults.storm_s;
        if throttled || chance("throttle", faults.throttle) {
            let message = "rate exceeded";
            return Err(ProviderError::new(
                ErrorKind::Throttled,
                "Throttling",
                message,
            ));
        }
        if wrong == Some(Wrong::ServerError) || chance("5xx", faults.server_error) {
            let message = "an internal error occurred";
            return Err(ProviderError::new(
                ErrorKind::Transient,
                "InternalError",
                message,
            ));
        }
        let pass = Pass { number, wrong };
        match wrong {
            Some(Wrong::Reset) => Err(cut_off(call.changes())),
            // What only looks has no effect to look for.
            Some(_) if !call.changes() => self.reply(&pass, false, ()).await.map(|()| pass),
            _ => Ok(pass),
        }
    }

    /// The reply of a call, unless it is lost.
    async fn reply<T>(&self, pass: &Pass, changed: bool, value: T) -> Result<T, ProviderError> {
        let lost = self.faults.lost_reply;
        let lost = changed && lost > 0.0 && roll(self.faults.seed, pass.number, "lost") < lost;
        match pass.wrong {
            Some(Wrong::Slow) => {
                self.pass(SLOW).await;
                let message = "the body of the reply did not end within a minute";
                Err(ProviderError {
                    code: "Timeout".to_owned(),
                    message: message.to_owned(),
                    ..cut_off(changed)
                })
            }
            Some(_) => Err(cut_off(changed)),
            None if lost => Err(cut_off(changed)),
            None => Ok(value),
        }
    }

    /// A fault point; a process that died there has no further effect.
    async fn point(&self, name: &'static str) {
        self.world.fault_point(name);
        if !self.world.alive() {
            std::future::pending::<()>().await;
        }
    }

    fn lag(&self, pass: &Pass) -> Lag {
        Lag {
            seed: self.faults.seed,
            number: pass.number,
            share: self.faults.lag,
            assumable_s: self.faults.assumable_s,
        }
    }

    /// Calls on types without a status take their typical time.
    async fn latency(&self, states: &[&str], typical_s: u32) {
        if states.is_empty() {
            self.pass(Duration::from_secs(u64::from(typical_s))).await;
        }
    }
}

#[diagnostic::do_not_recommend]
#[async_trait]
impl Reader for Cloud {
    fn types(&self) -> &[&'static Type] {
        &self.types
    }

    fn limit(&self, service: &str, call: Call) -> Option<Limit> {
        limit_of(service, call).map(|known| known.limit)
    }

    async fn read(&self, target: &Target) -> Result<Observed, ProviderError> {
        self.gate(Asked::of(target.ty, "read", &target.id)).await?;
        let now = self.now();
        let mut inner = self.inner();
        inner.tick(now);
        let object = inner
            .find_target(target)
            .filter(|object| object.visible_at <= now);
        object
            .map(|object| observed(target.ty, object, now))
            .ok_or_else(|| ProviderError::gone(format!("{} {}", target.ty.name, target.id)))
    }

    async fn read_many(&self, targets: &[Target]) -> Result<Vec<Option<Observed>>, ProviderError> {
        let Some(first) = targets.first() else {
            return Ok(Vec::new());
        };
        self.gate(Asked::of(first.ty, "list", "")).await?;
        let now = self.now();
        let mut inner = self.inner();
        inner.tick(now);
        let each = targets.iter().map(|target| {
            let object = inner
                .find_target(target)
                .filter(|object| object.visible_at <= now);
            object.map(|object| observed(target.ty, object, now))
        });
        Ok(each.collect())
    }

    async fn find(&self, find: &Find) -> Result<Option<Observed>, ProviderError> {
        self.gate(Asked::of(find.ty, "find", "")).await?;
        let now = self.now();
        let mut inner = self.inner();
        inner.tick(now);
        let found = inner.live().find(|object| {
            object.ty == find.ty.name
                && object.visible_at <= now
                && object.gone_at.is_none()
                && matches(object, find)
        });
        Ok(found.map(|object| observed(find.ty, object, now)))
    }

    async fn owned(&self, lineage: &str) -> Result<Vec<Owned>, ProviderError> {
        let every = Asked {
            ty: None,
            verb: "list",
            on: "",
        };
        self.gate(every).await?;
        let now = self.now();
        let mut inner = self.inner();
        inner.tick(now);
        let tagged = inner.live().filter(|object| {
            let taggable = inner
                .facts(&object.ty)
                .is_some_and(|ty| ty.tags != Tagging::Never);
            object.lineage == lineage
                && object.child_of.is_none()
                && object.gone_at.is_none()
                && object.visible_at <= now
                && taggable
        });
        Ok(tagged
            .map(|object| Owned {
                ty: object.ty.clone(),
                id: object.id.clone(),
                token: object.token.clone(),
            })
            .collect())
    }

    async fn look_up(
        &self,
        ty: &'static Type,
        inputs: &Map<String, Value>,
    ) -> Result<Map<String, Value>, ProviderError> {
        self.gate(Asked::of(ty, "read", "")).await?;
        if ty.kind != Kind::Lookup {
            return Err(ProviderError::new(
                ErrorKind::Bug,
                "NoLookup",
                format!("{} is no question", ty.name),
            ));
        }
        let now = self.now();
        let mut inner = self.inner();
        if let Some(answer) = inner.find_for(ty, inputs, now) {
            return Ok(answer);
        }
        let source = Source {
            place: &inner.place,
            key: 0,
            inputs,
            children: &[],
        };
        let outputs = ty
            .outputs
            .iter()
            .map(|output| (output.name.to_owned(), forms::value(output.form, &source)));
        let answer = outputs.collect();
        check_floor(ty, inputs, &answer)?;
        Ok(answer)
    }
}

#[diagnostic::do_not_recommend]
#[async_trait]
impl Provider for Cloud {
    async fn create(&self, request: &Request) -> Result<Made, ProviderError> {
        telltale::request(request.ty, &request.inputs);
        let pass = self
            .gate(Asked::of(request.ty, "create", &request.path))
            .await?;
        self.point("cloud: before creating").await;
        let made = {
            let now = self.now();
            let mut inner = self.inner();
            inner.tick(now);
            let key = inner.create(request, now, &self.lag(&pass))?;
            let object = inner.standing.objects.get(&key);
            object.map(|object| Made {
                id: object.id.clone(),
                now: Some(observed(request.ty, object, now))
                    .filter(|_| request.ty.create.states.is_empty()),
            })
        };
        self.point("cloud: created").await;
        self.latency(request.ty.create.states, request.ty.create.typical_s)
            .await;
        let made = made.ok_or_else(|| ProviderError::gone(request.ty.name))?;
        self.reply(&pass, true, made).await
    }

    async fn update(
        &self,
        target: &Target,
        request: &Request,
        fields: &[String],
    ) -> Result<(), ProviderError> {
        telltale::request(request.ty, &request.inputs);
        let pass = self
            .gate(Asked::of(target.ty, "update", &target.id))
            .await?;
        self.point("cloud: before updating").await;
        {
            let now = self.now();
            let mut inner = self.inner();
            inner.tick(now);
            let key = inner.find_target(target).map(|object| object.key);
            let key = key.ok_or_else(|| ProviderError::gone(&target.id))?;
            inner.update(key, request, fields, now, &self.lag(&pass))?;
        }
        self.point("cloud: updated").await;
        self.latency(target.ty.update.states, target.ty.update.typical_s)
            .await;
        self.reply(&pass, true, ()).await
    }

    async fn empty(&self, target: &Target) -> Result<bool, ProviderError> {
        let pass = self.gate(Asked::of(target.ty, "empty", &target.id)).await?;
        self.point("cloud: before emptying").await;
        let more = {
            let now = self.now();
            let mut inner = self.inner();
            inner.tick(now);
            let key = inner.find_target(target).map(|object| object.key);
            let key = key.ok_or_else(|| ProviderError::gone(&target.id))?;
            inner.empty(key, now)
        };
        self.point("cloud: emptied").await;
        self.pass(Duration::from_secs(1)).await;
        self.reply(&pass, true, more).await
    }

    async fn delete(&self, target: &Target) -> Result<(), ProviderError> {
        let pass = self
            .gate(Asked::of(target.ty, "delete", &target.id))
            .await?;
        self.point("cloud: before deleting").await;
        {
            let now = self.now();
            let mut inner = self.inner();
            inner.tick(now);
            let key = inner.find_target(target).map(|object| object.key);
            let key = key.ok_or_else(|| ProviderError::gone(&target.id))?;
            let effects = inner.deletion(key, target, now, self.faults.seed)?;
            inner.carry_out("delete", now, effects);
        }
        self.point("cloud: deleted").await;
        self.latency(target.ty.delete.states, target.ty.delete.typical_s)
            .await;
        self.reply(&pass, true, ()).await
    }
}

impl Inner {
    /// The answer to a question about an object: that of the object which has
    /// the inputs. What nobody here has made is somebody else's, and has been
    /// there all along.
    fn find_for(
        &mut self,
        ty: &Type,
        inputs: &Map<String, Value>,
        now: f64,
    ) -> Option<Map<String, Value>> {
        let about = self.facts(ty.finds)?;
        let found = |inner: &Self| {
            let fits = |object: &&SimObject| {
                object.ty == about.name
                    && object.gone_at.is_none()
                    && inputs
                        .iter()
                        .all(|(name, value)| object.inputs.get(name) == Some(value))
            };
            inner.live().find(fits).map(|object| object.outputs.clone())
        };
        let outputs = found(self).or_else(|| {
            let belonging = Belonging {
                ty: about,
                inputs: inputs.clone(),
                owner: ALL_ALONG,
                token: ALL_ALONG,
                part_of: None,
            };
            self.put_belonging(belonging, now, now);
            found(self)
        })?;
        let answers = ty.outputs.iter().filter_map(|output| {
            let value = outputs.get(output.name)?;
            Some((output.name.to_owned(), value.clone()))
        });
        Some(answers.collect())
    }

    fn find_target(&self, target: &Target) -> Option<&SimObject> {
        self.live()
            .find(|object| object.ty == target.ty.name && object.id == target.id)
    }
}

/// The connection broke. Whether what changes something has done so is open.
fn cut_off(changing: bool) -> ProviderError {
    let kind = match changing {
        true => ErrorKind::Ambiguous,
        false => ErrorKind::Transient,
    };
    let message = "the connection was reset before the reply";
    ProviderError::new(kind, "ConnectionReset", message)
}

/// Refuses an answer that is less than what the question wants.
fn check_floor(
    ty: &Type,
    inputs: &Map<String, Value>,
    answer: &Map<String, Value>,
) -> Result<(), ProviderError> {
    let Some(floor) = ty.floor else { return Ok(()) };
    let number = |map: &Map<String, Value>, name: &str| map.get(name).and_then(Value::as_f64);
    match (number(answer, floor.output), number(inputs, floor.wanted)) {
        (Some(is), Some(wanted)) if is < wanted => {
            let asked = inputs.values().filter_map(Value::as_str);
            let message = format!(
                "{} of {} is {is}, and {wanted} is wanted",
                floor.output,
                asked.collect::<Vec<_>>().join(" ")
            );
            Err(ProviderError::new(ErrorKind::Invalid, floor.code, message))
        }
        _ => Ok(()),
    }
}

fn matches(object: &SimObject, find: &Find) -> bool {
    match find.ty.recovery {
        Recovery::Tags { .. } => object.token == find.token,
        Recovery::UniqueName => {
            let field = find.ty.name_rule.map_or("Name", |rule| rule.field);
            let same = object.inputs.get(field) == find.inputs.get(field);
            same && tag(find.ty, object).is_none_or(|token| token == find.token)
        }
        Recovery::NaturalKey(fields) => {
            let same = natural_key(fields, &object.inputs) == natural_key(fields, &find.inputs);
            same && tag(find.ty, object).is_none_or(|token| token == find.token)
        }
    }
}

fn observed(ty: &Type, object: &SimObject, now: f64) -> Observed {
    let readable = |name: &str| {
        ty.field(name)
            .is_none_or(|field| field.change != OnChange::WriteOnly && !field.secret)
    };
    let stale = object.stale.as_ref().filter(|stale| stale.until > now);
    let (inputs, outputs) = match stale {
        Some(stale) => (&stale.inputs, &stale.outputs),
        None => (&object.inputs, &object.outputs),
    };
    let inputs = inputs.iter().filter(|(name, _)| readable(name));
    Observed {
        id: object.id.clone(),
        status: match (stale, object.status(ty, now)) {
            // The update is not seen yet, neither its values nor that it goes on.
            (Some(_), Status::Coming(_)) => Status::Ready,
            (_, status) => status,
        },
        inputs: inputs
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
        outputs: outputs.clone(),
        token: tag(ty, object),
    }
}
