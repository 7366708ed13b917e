//! What the account answers: the declared facts, obeyed.

use std::sync::Arc;

use mlplat_core::facts::{
    By, Fails, NameRule, OnChange, Recovery, Scope, Side, Tagging, Type, Unique, Updating,
};
use mlplat_core::name;
use mlplat_core::provider::{ErrorKind, ProviderError, Request, Status};
use serde_json::{Map, Value};

use super::account::Inner;
use super::actors::Belonging;
use super::dice::{letters, roll};
use super::forms::{self, Source};
use super::log::Effect;
use super::object::{SimObject, Stale};

pub(super) fn refuse(kind: ErrorKind, code: &str, message: String) -> ProviderError {
    ProviderError::new(kind, code, message)
}

/// Whose an object is that nobody's engine has made.
pub const FOREIGN: &str = "somebody-else";

/// How far a hostile account lags behind one call.
pub(super) struct Lag {
    pub(super) seed: u64,
    /// The number of the call.
    pub(super) number: u64,
    /// 0 for not at all, 1 for as far as it can.
    pub(super) share: f64,
    /// The least that identities take to be known.
    pub(super) assumable_s: f64,
}

impl Lag {
    /// For how long reads and lists do not show what the call has done.
    fn behind_s(&self, question: &str) -> f64 {
        match self.share > 0.0 {
            true => 60.0 * self.share * roll(self.seed, self.number, question),
            false => 0.0,
        }
    }

    /// How long other services take to know an identity.
    fn unknown_s(&self, identity: &SimObject) -> f64 {
        let lag = 180.0 * self.share * roll(self.seed, identity.key, "propagation");
        lag.max(self.assumable_s)
    }
}

impl Inner {
    /// A creation: the new object's number.
    pub(super) fn create(
        &mut self,
        request: &Request,
        now: f64,
        lag: &Lag,
    ) -> Result<u64, ProviderError> {
        let ty = request.ty;
        if ty.token
            && let Some(same) = self
                .live()
                .find(|o| o.ty == ty.name && o.token == request.token && o.gone_at.is_none())
        {
            return Ok(same.key);
        }
        check_request(ty, &request.inputs)?;
        self.check_references(ty, &request.inputs)?;
        let key = self.standing.next;
        let mut object = SimObject {
            key,
            ty: ty.name.to_owned(),
            id: String::new(),
            inputs: request.inputs.clone(),
            outputs: Map::new(),
            lineage: request.lineage.clone(),
            token: request.token.clone(),
            child_of: None,
            made_at: now,
            ready_at: now
                + if ty.create.states.is_empty() {
                    0.0
                } else {
                    f64::from(ty.create.typical_s)
                },
            visible_at: now + lag.behind_s("visible"),
            updating_until: 0.0,
            settled: ty.create.states.is_empty(),
            failed: None,
            contents: 0,
            stale: None,
            gone_at: None,
        };
        self.check_unique(ty, &object)?;
        self.check_held(ty, &object, now)?;
        self.check_alone(ty, &object, now)?;
        self.check_needs(ty, &object, now, lag)?;
        self.check_quota(ty, &object)?;
        // The id first: what comes along names its owner by it.
        self.fill_outputs(ty, &mut object, &[]);
        let children = self.children(ty, &object);
        let ids: Vec<_> = children
            .iter()
            .map(|child| (child.ty.clone(), child.id.clone()))
            .collect();
        self.fill_outputs(ty, &mut object, &ids);
        let inputs = object.inputs.clone();
        let mut effects = vec![Effect::Put(Arc::new(object))];
        effects.extend(
            children
                .into_iter()
                .map(|child| Effect::Put(Arc::new(child))),
        );
        self.carry_out("create", now, effects);
        self.leave_behind(ty, &inputs, now);
        Ok(key)
    }

    /// What a service makes for an object when nobody has made it before. It
    /// belongs to the service, and goes with nothing.
    fn leave_behind(&mut self, ty: &Type, inputs: &Map<String, Value>, now: f64) {
        for side in ty.brings {
            let Side::LeftBehind {
                ty: left,
                field,
                form,
                when,
            } = side
            else {
                continue;
            };
            let Some(facts) = self.facts(left).filter(|_| is_set(inputs.get(*when))) else {
                continue;
            };
            let source = Source {
                place: &self.place,
                key: 0,
                inputs,
                children: &[],
            };
            let name = forms::value(form, &source);
            let is_there = |other: &SimObject| {
                other.ty == facts.name
                    && other.gone_at.is_none()
                    && other.inputs.get(*field) == Some(&name)
            };
            if self.live().any(is_there) {
                continue;
            }
            let belonging = Belonging {
                ty: facts,
                inputs: Map::from_iter([((*field).to_owned(), name)]),
                owner: ty.service(),
                token: "",
                part_of: None,
            };
            self.put_belonging(belonging, now, now);
        }
    }

    /// An object that nobody's engine made; its id.
    pub(super) fn put_foreign(
        &mut self,
        ty: &'static Type,
        inputs: Map<String, Value>,
        token: &str,
        now: f64,
    ) -> String {
        let belonging = Belonging {
            ty,
            inputs,
            owner: FOREIGN,
            token,
            part_of: None,
        };
        self.put_belonging(belonging, now, now).id
    }

    /// An object of somebody's who is not an engine, made at a time that may be over.
    pub(super) fn put_belonging(
        &mut self,
        belonging: Belonging<'_>,
        at: f64,
        now: f64,
    ) -> SimObject {
        let ty = belonging.ty;
        let mut object = SimObject {
            key: self.standing.next,
            ty: ty.name.to_owned(),
            id: String::new(),
            inputs: belonging.inputs,
            outputs: Map::new(),
            lineage: belonging.owner.to_owned(),
            token: belonging.token.to_owned(),
            child_of: belonging.part_of,
            made_at: at,
            ready_at: at,
            visible_at: at,
            updating_until: 0.0,
            settled: true,
            failed: None,
            contents: 0,
            stale: None,
            gone_at: None,
        };
        self.fill_outputs(ty, &mut object, &[]);
        self.commit(now, vec![Effect::Put(Arc::new(object.clone()))]);
        object
    }

    fn fill_outputs(&self, ty: &Type, object: &mut SimObject, children: &[(String, String)]) {
        let source = Source {
            place: &self.place,
            key: object.key,
            inputs: &object.inputs,
            children,
        };
        let outputs = ty
            .outputs
            .iter()
            .map(|output| (output.name.to_owned(), forms::value(output.form, &source)));
        object.outputs = outputs.collect();
        object.id = match object.outputs.get(ty.id) {
            Some(Value::String(id)) => id.clone(),
            _ => match ty.recovery {
                Recovery::NaturalKey(fields) => natural_key(fields, &object.inputs),
                _ => format!("{}-{}", ty.name, object.key),
            },
        };
    }

    /// What comes along with an object.
    fn children(&self, ty: &Type, object: &SimObject) -> Vec<SimObject> {
        let mut children = Vec::new();
        for side in ty.brings {
            let Side::Child {
                ty: child, field, ..
            } = side
            else {
                continue;
            };
            let key = object.key + 1 + children.len() as u64;
            let mut inputs = Map::new();
            if !field.is_empty() {
                inputs.insert((*field).to_owned(), Value::String(object.id.clone()));
            }
            let mut child = SimObject {
                key,
                ty: (*child).to_owned(),
                inputs,
                child_of: Some(object.key),
                token: String::new(),
                lineage: String::new(),
                ..object.clone()
            };
            if let Some(facts) = self.facts(&child.ty) {
                self.fill_outputs(facts, &mut child, &[]);
            } else {
                child.id = format!(
                    "{}-{}",
                    child.ty,
                    letters(key, "child", b"0123456789abcdef", 8)
                );
            }
            child.settled = true;
            child.ready_at = object.made_at;
            children.push(child);
        }
        children
    }

    fn check_references(
        &self,
        ty: &Type,
        inputs: &Map<String, Value>,
    ) -> Result<(), ProviderError> {
        for field in ty.fields {
            let targets = field.refs.targets();
            let named = inputs.get(field.name).filter(|_| field.refs.must_exist());
            let Some(value) = named else {
                continue;
            };
            for one in each(value) {
                let found = self.live().any(|object| {
                    object.gone_at.is_none()
                        && targets.contains(&object.ty.as_str())
                        && object.is_named_by(one)
                });
                // Only types that this account has can be missing from it.
                let served = targets.iter().any(|target| self.facts(target).is_some());
                if !found && served {
                    let target = targets[0].rsplit('.').next().unwrap_or_default();
                    let code = format!("Invalid{target}.NotFound");
                    return Err(refuse(
                        ErrorKind::Invalid,
                        &code,
                        format!("the {} {one} does not exist", field.name),
                    ));
                }
            }
        }
        Ok(())
    }

    fn check_unique(&self, ty: &Type, object: &SimObject) -> Result<(), ProviderError> {
        for unique in ty.unique {
            let same = self
                .live()
                .filter(|other| other.ty == ty.name && other.key != object.key)
                .find(|other| clash(unique, &object.inputs, &other.inputs));
            if let Some(other) = same {
                let kind = if other.gone_at.is_some() {
                    ErrorKind::Conflict
                } else {
                    ErrorKind::Invalid
                };
                let message = format!(
                    "{} already exists as {}",
                    unique.fields.join(" and "),
                    other.id
                );
                return Err(refuse(kind, unique.code, message));
            }
        }
        Ok(())
    }

    fn check_needs(
        &self,
        ty: &Type,
        object: &SimObject,
        now: f64,
        lag: &Lag,
    ) -> Result<(), ProviderError> {
        for need in ty.needs {
            let Fails::Refuse(code) = need.fails else {
                continue;
            };
            let Some(found) = self.needed(object, need) else {
                continue;
            };
            let met = |other: &&SimObject| match need.by {
                By::Propagation => now >= other.made_at + lag.unknown_s(other),
                By::AtCall => self
                    .facts(&other.ty)
                    .is_some_and(|facts| other.status(facts, now) == Status::Ready),
                By::ToBecomeReady => true,
            };
            if !found.iter().any(met) {
                let kind = match need.by {
                    By::Propagation => ErrorKind::NotYet,
                    By::AtCall | By::ToBecomeReady => ErrorKind::Invalid,
                };
                let named: Vec<&str> = found.iter().map(|one| one.id.as_str()).collect();
                let named = match named.as_slice() {
                    [] => String::new(),
                    named => format!(" ({})", named.join(", ")),
                };
                let message = format!("it needs {}{named}", need.what);
                return Err(refuse(kind, code, message));
            }
        }
        Ok(())
    }

    /// Refuses while another object that shares a field comes or goes.
    pub(super) fn check_alone(
        &self,
        ty: &Type,
        object: &SimObject,
        now: f64,
    ) -> Result<(), ProviderError> {
        let Some(alone) = ty.alone else { return Ok(()) };
        let busy = |other: &&SimObject| {
            other.ty == ty.name
                && other.key != object.key
                && other.inputs.get(alone.within) == object.inputs.get(alone.within)
                && matches!(
                    other.status(ty, now),
                    Status::Coming(_) | Status::Leaving(_)
                )
        };
        match self.live().find(busy) {
            None => Ok(()),
            Some(other) => {
                let message = format!("{} comes or goes, one at a time", other.id);
                Err(refuse(ErrorKind::Conflict, alone.code, message))
            }
        }
    }

    fn check_quota(&self, ty: &Type, object: &SimObject) -> Result<(), ProviderError> {
        let Some(quota) = ty.quota else { return Ok(()) };
        let beside = |other: &&SimObject| match quota.per {
            Scope::Account | Scope::World => true,
            Scope::Parent(field) | Scope::OverlapIn(field) => {
                other.inputs.get(field) == object.inputs.get(field)
            }
        };
        let count = self
            .live()
            .filter(|other| {
                other.ty == ty.name && other.child_of.is_none() && other.gone_at.is_none()
            })
            .filter(beside)
            .count();
        if count >= quota.default as usize {
            let message = format!("the limit of {} is reached ({})", quota.default, quota.code);
            return Err(refuse(ErrorKind::Invalid, quota.error, message));
        }
        Ok(())
    }

    /// An update of the named fields.
    pub(super) fn update(
        &mut self,
        key: u64,
        request: &Request,
        fields: &[String],
        now: f64,
        lag: &Lag,
    ) -> Result<(), ProviderError> {
        let (ty, Some(object)) = (request.ty, self.standing.objects.get(&key)) else {
            return Err(ProviderError::gone("the object"));
        };
        let mut object = SimObject::clone(object);
        let before = (object.inputs.clone(), object.outputs.clone());
        if ty.updating == Updating::OneAtATime && object.status(ty, now) != Status::Ready {
            let message = format!("{} is being changed", object.id);
            return Err(refuse(
                ErrorKind::Conflict,
                "ResourceInUseException",
                message,
            ));
        }
        for name in fields {
            let value = request.inputs.get(name).cloned().unwrap_or(Value::Null);
            check_update(ty, name, object.inputs.get(name), &value)?;
            if value.is_null() {
                object.inputs.remove(name);
            } else {
                object.inputs.insert(name.clone(), value);
            }
        }
        check_request(ty, &object.inputs)?;
        self.check_references(ty, &object.inputs)?;
        self.check_unique(ty, &object)?;
        if !ty.update.states.is_empty() {
            object.updating_until = now + f64::from(ty.update.typical_s);
        }
        // What is as it was changes nothing.
        let other = |name: &&String| before.0.get(*name) != object.inputs.get(*name);
        let changed: Vec<String> = fields.iter().filter(other).cloned().collect();
        self.renew_outputs(ty, &mut object, &changed);
        let behind_s = lag.behind_s("stale");
        let (inputs, outputs) = before;
        object.stale = (behind_s > 0.0).then_some(Stale {
            inputs,
            outputs,
            until: now + behind_s,
        });
        let inputs = object.inputs.clone();
        self.carry_out("update", now, vec![Effect::Put(Arc::new(object))]);
        self.leave_behind(ty, &inputs, now);
        Ok(())
    }

    /// Outputs that change with the changed fields.
    fn renew_outputs(&self, ty: &Type, object: &mut SimObject, fields: &[String]) {
        use mlplat_core::facts::OutputLife;
        let fixed = object.outputs.clone();
        let children: Vec<_> = self
            .live()
            .filter(|other| other.child_of == Some(object.key))
            .map(|child| (child.ty.clone(), child.id.clone()))
            .collect();
        let id = object.id.clone();
        self.fill_outputs(ty, object, &children);
        object.id = id;
        for output in ty.outputs {
            let changes = match output.life {
                OutputLife::Fixed | OutputLife::Drifts => false,
                OutputLife::ChangesWith(with) => {
                    with.iter().any(|field| fields.iter().any(|f| f == field))
                }
            };
            if changes && output.form == "{counter}" {
                let before = fixed.get(output.name).and_then(Value::as_str);
                let next = before.and_then(|n| n.parse::<u64>().ok()).unwrap_or(1) + 1;
                let next = Value::String(next.to_string());
                object.outputs.insert(output.name.to_owned(), next);
            }
            if let (false, Some(value)) = (changes, fixed.get(output.name)) {
                object.outputs.insert(output.name.to_owned(), value.clone());
            }
        }
    }
}

/// The fields that together are an id, joined as CloudFormation joins them.
pub(super) fn natural_key(fields: &[&str], inputs: &Map<String, Value>) -> String {
    let part = |field: &&str| match inputs.get(*field) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    fields.iter().map(part).collect::<Vec<_>>().join("|")
}

/// Whether a switch is on, or a list has something in it.
fn is_set(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::Array(items)) => !items.is_empty(),
        Some(_) => true,
    }
}

fn each(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        one => vec![one],
    }
}

fn check_request(ty: &Type, inputs: &Map<String, Value>) -> Result<(), ProviderError> {
    for field in ty.fields.iter().filter(|field| field.required) {
        if !inputs.contains_key(field.name) {
            return Err(refuse(
                ErrorKind::Invalid,
                "MissingParameter",
                format!("{} is missing", field.name),
            ));
        }
    }
    if let Some(unknown) = inputs.keys().find(|name| ty.field(name).is_none()) {
        return Err(refuse(
            ErrorKind::Invalid,
            "UnknownParameter",
            format!("{unknown} is not known"),
        ));
    }
    ty.name_rule
        .map_or(Ok(()), |rule| check_name(&rule, inputs))
}

fn check_name(rule: &NameRule, inputs: &Map<String, Value>) -> Result<(), ProviderError> {
    let Some(text) = inputs.get(rule.field).and_then(Value::as_str) else {
        return Ok(());
    };
    name::check(rule, text).map_err(|why| {
        refuse(
            ErrorKind::Invalid,
            "ValidationError",
            format!("{}: {why}", rule.field),
        )
    })
}

fn check_update(
    ty: &Type,
    name: &str,
    old: Option<&Value>,
    new: &Value,
) -> Result<(), ProviderError> {
    let change = ty.field(name).map(|field| field.change);
    let invalid = |message: String| {
        Err(refuse(
            ErrorKind::Invalid,
            "InvalidParameterException",
            message,
        ))
    };
    match change {
        None => invalid(format!("{name} is not known")),
        Some(OnChange::Replace) => invalid(format!("{name} cannot be changed")),
        Some(OnChange::OneStepUp) => match (old.and_then(minor), minor(new)) {
            (Some(old), Some(new)) if new == old + 1 || new == old => Ok(()),
            _ => invalid(format!("{name} can go up by one only")),
        },
        Some(OnChange::AtLeast) => match (old.and_then(Value::as_f64), new.as_f64()) {
            (Some(old), Some(new)) if new < old => invalid(format!("{name} cannot shrink")),
            _ => Ok(()),
        },
        Some(OnChange::InPlace | OnChange::WriteOnly) => Ok(()),
    }
}

fn minor(value: &Value) -> Option<u32> {
    value.as_str()?.split('.').nth(1)?.parse().ok()
}

pub(super) fn clash(unique: &Unique, new: &Map<String, Value>, old: &Map<String, Value>) -> bool {
    let same = |field: &str| new.get(field).is_some() && new.get(field) == old.get(field);
    match unique.scope {
        Scope::Account | Scope::World => unique.fields.iter().all(|field| same(field)),
        Scope::Parent(parent) => same(parent) && unique.fields.iter().all(|field| same(field)),
        Scope::OverlapIn(parent) => {
            same(parent)
                && unique
                    .fields
                    .iter()
                    .all(|field| overlap(new.get(*field), old.get(*field)))
        }
    }
}

fn overlap(new: Option<&Value>, old: Option<&Value>) -> bool {
    let net = |value: Option<&Value>| value?.as_str()?.parse::<ipnet::IpNet>().ok();
    match (net(new), net(old)) {
        (Some(new), Some(old)) => new.contains(&old) || old.contains(&new),
        _ => false,
    }
}

/// The ownership tag that a type can carry.
pub(super) fn tag(ty: &Type, object: &SimObject) -> Option<String> {
    (ty.tags != Tagging::Never && !object.token.is_empty()).then(|| object.token.clone())
}
