//! Field by field: what the program wants against what there is.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::change::{Reason, Rule};
use super::{Val, canonical};
use crate::facts::{Canon, Field, OnChange, Scope, Type};
use crate::graph::RESERVED;
use crate::graph::Rules;
use crate::problem::Problem;
use crate::provider::Observed;

/// An object as it is: the remembered inputs, with what reality shows put on
/// top. Fields that the program never set are left out: they are not ours.
pub(super) struct Base {
    pub(super) inputs: Map<String, Value>,
    /// The fields in which reality differs from what was remembered.
    pub(super) drifted: Vec<String>,
}

impl Base {
    pub(super) fn new(ty: &Type, remembered: Map<String, Value>, seen: Option<&Observed>) -> Self {
        let mut base = Self {
            inputs: remembered,
            drifted: Vec::new(),
        };
        let Some(seen) = seen else { return base };
        for (name, value) in &mut base.inputs {
            let field = ty.field(name);
            let readable = field.is_none_or(|f| f.change != OnChange::WriteOnly && !f.secret);
            if !readable {
                continue;
            }
            let now = match seen.inputs.get(name) {
                Some(now) => canonical(field.map_or(Canon::Exact, |f| f.canon), now.clone()),
                // What is empty is shown as empty by some services and not at
                // all by others.
                None if is_empty(value) => continue,
                None => Value::Null,
            };
            if now != *value {
                base.drifted.push(name.clone());
                *value = now;
            }
        }
        base.inputs.retain(|_, value| !value.is_null());
        base
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The reasons for a change, and the fields as they will be sent.
pub(super) fn fields(
    ty: &Type,
    base: &Base,
    wanted: &BTreeMap<String, Val>,
    rendered: &dyn Fn(&str, &Val) -> Option<Value>,
    rules: &Rules,
) -> Vec<Reason> {
    let ignored = |name: &str| rules.ignore.iter().any(|ignored| ignored.field == name);
    let mut reasons = Vec::new();
    for (name, value) in wanted {
        if ignored(name) {
            continue;
        }
        let old = base.inputs.get(name);
        let new = rendered(name, value);
        if new.is_some() && new.as_ref() == old || is_enough(ty.field(name), old, new.as_ref()) {
            continue;
        }
        let drifted = base.drifted.contains(name);
        let rule = rule(ty.field(name), new.is_none() && old.is_some(), drifted);
        reasons.push(reason(name, old, Some(value.to_string()), rule));
    }
    for (name, old) in &base.inputs {
        if !wanted.contains_key(name) && !old.is_null() && !ignored(name) {
            let rule = rule(ty.field(name), false, base.drifted.contains(name));
            reasons.push(reason(name, Some(old), None, rule));
        }
    }
    reasons
}

/// Whether an object has as much already as is wanted at least. What cannot
/// shrink stays as it is.
fn is_enough(field: Option<&Field>, old: Option<&Value>, new: Option<&Value>) -> bool {
    let at_least = field.is_some_and(|field| field.change == OnChange::AtLeast);
    let number = |value: Option<&Value>| value.and_then(Value::as_f64);
    let enough = number(old)
        .zip(number(new))
        .is_some_and(|(old, new)| old >= new);
    at_least && enough
}

fn rule(field: Option<&Field>, unknown: bool, drifted: bool) -> Rule {
    let change = field.map_or(OnChange::Replace, |field| field.change);
    match (change, unknown, drifted) {
        (OnChange::Replace, true, _) => Rule::ReplaceIfChanged,
        (_, true, _) => Rule::UpdateIfChanged,
        (OnChange::Replace, false, true) => Rule::DriftReplace,
        (OnChange::Replace, false, false) => Rule::Replace,
        (_, false, true) => Rule::Drift,
        (OnChange::OneStepUp, false, false) => Rule::OneStepUp,
        (OnChange::WriteOnly, false, false) => Rule::WriteOnly,
        (OnChange::InPlace | OnChange::AtLeast, false, false) => Rule::InPlace,
    }
}

fn reason(name: &str, old: Option<&Value>, new: Option<String>, rule: Rule) -> Reason {
    Reason {
        field: name.to_owned(),
        old: old.map(shown),
        new,
        rule,
        source: None,
        because: String::new(),
    }
}

/// A stored value as shown to people: a secret's digest as `<secret>`.
fn shown(value: &Value) -> String {
    match hide(value.clone()) {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

fn hide(value: Value) -> Value {
    match value {
        Value::Object(members) if members.keys().any(|key| key.starts_with(RESERVED)) => {
            Value::String("<secret>".to_owned())
        }
        Value::Object(members) => {
            let each = members.into_iter().map(|(key, value)| (key, hide(value)));
            Value::Object(each.collect())
        }
        Value::Array(items) => items.into_iter().map(hide).collect(),
        scalar => scalar,
    }
}

/// A version that would go down, which no API does.
pub(super) fn step_down(ty: &Type, reasons: &[Reason]) -> Option<Problem> {
    let stepped = |reason: &&Reason| {
        let field = ty.field(&reason.field);
        field.is_some_and(|field| field.change == OnChange::OneStepUp)
    };
    let minor = |version: &str| version.rsplit('.').next()?.parse::<u32>().ok();
    reasons.iter().filter(stepped).find_map(|reason| {
        let (old, new) = (reason.old.as_deref()?, reason.new.as_deref()?);
        let down = minor(new)? < minor(old)?;
        down.then(|| {
            Problem::new(
                "version-down",
                format!("{} cannot go from {old} down to {new}", reason.field),
                format!("keep {old} or go up; to go back, make it anew under another name"),
            )
        })
    })
}

/// Whether a new object would claim a key that the old one holds, so that the
/// two cannot exist side by side.
pub(super) fn same_key(
    ty: &Type,
    old: &Map<String, Value>,
    new: &BTreeMap<String, Val>,
) -> Option<&'static str> {
    let equal = |field: &str| match (old.get(field), new.get(field)) {
        (Some(old), Some(Val::Known(new))) => old == new,
        (None, None) => true,
        _ => false,
    };
    let clash = ty.unique.iter().find(|unique| match unique.scope {
        Scope::Account | Scope::World => unique.fields.iter().all(|field| equal(field)),
        Scope::Parent(parent) => equal(parent) && unique.fields.iter().all(|field| equal(field)),
        Scope::OverlapIn(parent) => {
            equal(parent)
                && unique
                    .fields
                    .iter()
                    .all(|field| match (old.get(*field), new.get(*field)) {
                        (Some(old), Some(Val::Known(new))) => overlap(old, new),
                        _ => false,
                    })
        }
    });
    clash.map(|unique| unique.code)
}

/// Whether two ranges have an address in common. What is no range overlaps
/// only itself.
pub(super) fn overlap(one: &Value, other: &Value) -> bool {
    let net = |value: &Value| value.as_str()?.parse::<ipnet::IpNet>().ok();
    match (net(one), net(other)) {
        (Some(one), Some(other)) => one.contains(&other) || other.contains(&one),
        _ => one == other,
    }
}
