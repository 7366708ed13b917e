//! The account behind the engine's provider seam.

use std::time::Duration;

use async_trait::async_trait;
use mlplat_aws::limits::limit_of;
use mlplat_core::facts::{Kind, OnChange, Recovery, Tagging, Type};
use mlplat_core::provider::{
    Call, ErrorKind, Find, Limit, Made, Observed, Owned, Provider, ProviderError, Reader, Request,
    Target,
};
use serde_json::{Map, Value};

use super::account::{Cloud, Inner};
use super::actors::Belonging;
use super::dice::roll;
use super::forms::{self, Source};
use super::object::SimObject;
use super::rules::{Lag, natural_key, tag};

/// Whose an object is that nobody here has made and that a question is about.
pub(crate) const ALL_ALONG: &str = "there-all-along";

impl Cloud {
    /// What every call goes through first: its number, or a fault.
    fn gate(&self, ty: &Type, call: &str) -> Result<u64, ProviderError> {
        self.stir();
        let (number, token) = {
            let now = self.now();
            let mut inner = self.inner();
            inner.calls += 1;
            (inner.calls, inner.tokens.take(ty.service(), call, now))
        };
        let faults = &self.faults;
        let chance = |what: &str, p: f64| p > 0.0 && roll(faults.seed, number, what) < p;
        if faults.denies(ty, call) {
            let message = format!(
                "the deployer is not allowed to perform {} on {}",
                ty.api, ty.name
            );
            return Err(ProviderError::new(
                ErrorKind::Denied,
                "AccessDenied",
                message,
            ));
        }
        token?;
        if self.now() < faults.storm_s || chance("throttle", faults.throttle) {
            return Err(ProviderError::new(
                ErrorKind::Throttled,
                "Throttling",
                "rate exceeded",
            ));
        }
        if chance("5xx", faults.server_error) {
            return Err(ProviderError::new(
                ErrorKind::Transient,
                "InternalError",
                "an internal error occurred",
            ));
        }
        Ok(number)
    }

    /// The reply of a changing call, unless it is lost.
    fn reply<T>(&self, number: u64, value: T) -> Result<T, ProviderError> {
        let lost = self.faults.lost_reply;
        if lost > 0.0 && roll(self.faults.seed, number, "lost") < lost {
            return Err(ProviderError::new(
                ErrorKind::Ambiguous,
                "ConnectionReset",
                "the connection was reset before the reply",
            ));
        }
        Ok(value)
    }

    /// A fault point; a process that died there has no further effect.
    async fn point(&self, name: &'static str) {
        self.world.fault_point(name);
        if !self.world.alive() {
            std::future::pending::<()>().await;
        }
    }

    fn lag(&self, number: u64) -> Lag {
        let share = |what: &str| self.faults.lag * roll(self.faults.seed, number, what);
        Lag {
            visible_s: 50.0 * share("visible"),
            propagation_s: 180.0 * share("propagation"),
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
        self.gate(target.ty, "read")?;
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
        self.gate(first.ty, "list")?;
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
        self.gate(find.ty, "find")?;
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
        let now = self.now();
        let mut inner = self.inner();
        inner.calls += 1;
        inner.tick(now);
        let tagged = inner.live().filter(|object| {
            let taggable = inner
                .facts(&object.ty)
                .is_some_and(|ty| ty.tags != Tagging::Never);
            object.lineage == lineage
                && object.child_of.is_none()
                && object.gone_at.is_none()
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
        self.gate(ty, "read")?;
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
        let number = self.gate(request.ty, "create")?;
        self.point("cloud: before creating").await;
        let made = {
            let now = self.now();
            let mut inner = self.inner();
            inner.tick(now);
            let key = inner.create(request, now, &self.lag(number))?;
            let object = inner.objects.get(&key);
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
        self.reply(number, made)
    }

    async fn update(
        &self,
        target: &Target,
        request: &Request,
        fields: &[String],
    ) -> Result<(), ProviderError> {
        let number = self.gate(target.ty, "update")?;
        self.point("cloud: before updating").await;
        {
            let now = self.now();
            let mut inner = self.inner();
            inner.tick(now);
            let key = inner.find_target(target).map(|object| object.key);
            let key = key.ok_or_else(|| ProviderError::gone(&target.id))?;
            inner.update(key, request, fields, now)?;
        }
        self.point("cloud: updated").await;
        self.latency(target.ty.update.states, target.ty.update.typical_s)
            .await;
        self.reply(number, ())
    }

    async fn empty(&self, target: &Target) -> Result<bool, ProviderError> {
        let number = self.gate(target.ty, "empty")?;
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
        self.reply(number, more)
    }

    async fn delete(&self, target: &Target) -> Result<(), ProviderError> {
        let number = self.gate(target.ty, "delete")?;
        self.point("cloud: before deleting").await;
        {
            let now = self.now();
            let mut inner = self.inner();
            inner.tick(now);
            let key = inner.find_target(target).map(|object| object.key);
            let key = key.ok_or_else(|| ProviderError::gone(&target.id))?;
            inner.delete(key, target, now, self.faults.seed)?;
        }
        self.point("cloud: deleted").await;
        self.latency(target.ty.delete.states, target.ty.delete.typical_s)
            .await;
        self.reply(number, ())
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
    let inputs = object.inputs.iter().filter(|(name, _)| readable(name));
    Observed {
        id: object.id.clone(),
        status: object.status(ty, now),
        inputs: inputs
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
        outputs: object.outputs.clone(),
        token: tag(ty, object),
    }
}
