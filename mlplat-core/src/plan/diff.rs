//! Field by field: what the program wants against what there is.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::change::{Reason, Rule};
use super::{Val, canonical, document};
use crate::facts::{Canon, Field, OnChange, Scope, Type};
use crate::graph::RESERVED;
use crate::graph::Rules;
use crate::problem::Problem;
use crate::provider::Observed;

/// An object as it is: the remembered inputs, with what reality shows put on
/// top. Fields that the program never set are left out: they are not ours.
pub(super) struct Base {
    pub(super) inputs: Map<String, Value>,
    /// Where reality differs from what was remembered: fields, and paths
    /// inside documents.
    pub(super) drifted: Vec<String>,
    /// The remembered values of secret fields that differ. They stay
    /// remembered: what somebody else wrote is sealed nowhere.
    secret: Map<String, Value>,
}

/// Turns what a service shows of a secret field into the form in which it is
/// remembered.
pub(super) type Digested<'a> = &'a dyn Fn(&str, &Value, Value) -> Value;

impl Base {
    pub(super) fn new(
        ty: &Type,
        remembered: Map<String, Value>,
        seen: Option<&Observed>,
        digested: Digested<'_>,
    ) -> Self {
        let mut base = Self {
            inputs: remembered,
            drifted: Vec::new(),
            secret: Map::new(),
        };
        let Some(seen) = seen else { return base };
        for (name, value) in &mut base.inputs {
            let field = ty.field(name);
            let is_secret = field.is_some_and(|field| field.secret);
            if field.is_some_and(|field| field.change == OnChange::WriteOnly) {
                continue;
            }
            let now = match seen.inputs.get(name) {
                Some(now) if is_secret => digested(name, value, now.clone()),
                Some(now) => canonical(field.map_or(Canon::Exact, |f| f.canon), now.clone()),
                // Few services show a secret again.
                None if is_secret => continue,
                // What is empty is shown as empty by some services and not at
                // all by others.
                None if is_empty(value) => continue,
                None => Value::Null,
            };
            if now == *value {
                continue;
            }
            let inside = field.filter(|field| field.inside.is_some());
            match inside.map(|field| document::differences(field, Some(value), Some(&now), false)) {
                Some(found) if found.is_empty() => continue,
                Some(found) => base.drifted.extend(found.into_iter().map(|one| one.path)),
                None => base.drifted.push(name.clone()),
            }
            let before = std::mem::replace(value, now);
            if is_secret {
                base.secret.insert(name.clone(), before);
            }
        }
        base.inputs.retain(|_, value| !value.is_null());
        base
    }

    /// The inputs to remember, if a look at the object taught anything.
    pub(super) fn taught(&self) -> Option<Map<String, Value>> {
        let open = |path: &&String| !self.secret.contains_key(document::field_of(path));
        self.drifted.iter().find(open)?;
        let mut inputs = self.inputs.clone();
        inputs.extend(self.secret.clone());
        Some(inputs)
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

/// The reasons for a change. `rendered` gives a field as it would be stored,
/// with holes for what is not known yet.
pub(super) fn fields(
    ty: &Type,
    base: &Base,
    wanted: &BTreeMap<String, Val>,
    rendered: &dyn Fn(&str, &Val) -> Value,
    rules: &Rules,
) -> Vec<Reason> {
    let ignored = |name: &str| rules.ignore.iter().any(|ignored| ignored.field == name);
    let mut reasons = Vec::new();
    for (name, value) in wanted.iter().filter(|(name, _)| !ignored(name)) {
        let old = base.inputs.get(name);
        let new = rendered(name, value);
        let field = ty.field(name);
        let met = |old: &Value| field.map_or(*old == new, |field| field.is_met(old, &new));
        if old.is_some_and(met) {
            continue;
        }
        if let (Some(field), Some(old)) = (field.filter(|field| field.inside.is_some()), old) {
            reasons.extend(inside(field, base, old, &new));
            continue;
        }
        let unknown = document::has_hole(&new) && old.is_some();
        let drifted = base.drifted.contains(name);
        let rule = rule(field.map(|field| field.change), unknown, drifted);
        reasons.push(reason(name, old, Some(value.to_string()), rule));
    }
    for (name, old) in &base.inputs {
        if !wanted.contains_key(name) && !old.is_null() && !ignored(name) {
            let change = ty.field(name).map(|field| field.change);
            let rule = rule(change, false, base.drifted.contains(name));
            reasons.push(reason(name, Some(old), None, rule));
        }
    }
    reasons
}

/// The reasons inside a document, each with its path.
fn inside(field: &Field, base: &Base, old: &Value, new: &Value) -> Vec<Reason> {
    let found = document::differences(field, Some(old), Some(new), true);
    let each = found.into_iter().map(|one| {
        let change = match one.fixed {
            true => OnChange::Replace,
            false => field.change,
        };
        let unknown = one.old.is_some() && one.new.as_ref().is_some_and(document::has_hole);
        let drifted = base
            .drifted
            .iter()
            .any(|path| document::touch(path, &one.path));
        let rule = rule(Some(change), unknown, drifted);
        let new = one.new.as_ref().map(shown);
        reason(&one.path, one.old.as_ref(), new, rule)
    });
    each.collect()
}

fn rule(change: Option<OnChange>, unknown: bool, drifted: bool) -> Rule {
    match (change.unwrap_or(OnChange::Replace), unknown, drifted) {
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

/// A stored value as shown to people: a secret's digest as `<secret>`, a hole
/// as what it will come from.
fn shown(value: &Value) -> String {
    match hide(value.clone()) {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

fn hide(value: Value) -> Value {
    match value {
        Value::Object(members) if members.keys().any(|key| key.starts_with(RESERVED)) => {
            let text = document::hole_text(&members).unwrap_or("<secret>");
            Value::String(text.to_owned())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{DOCUMENT, TYPE, opt};
    use crate::provider::Status;
    use serde_json::json;

    static SAFE: Type = Type {
        name: "test.Safe",
        fields: &[
            opt("Label", OnChange::InPlace),
            opt("Keys", OnChange::InPlace).secret().inside(&DOCUMENT),
            opt("Pin", OnChange::InPlace).secret(),
        ],
        ..TYPE
    };

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    /// A look at an object with these inputs, when digests are the texts in
    /// brackets.
    fn look(shown: Value) -> Base {
        let remembered = json!({"Label": "a", "Keys": {"one": "(1)"}, "Pin": "(7)"});
        let seen = Observed {
            id: String::new(),
            status: Status::Ready,
            inputs: map(shown),
            outputs: Map::new(),
            token: None,
        };
        let digested = |_: &str, _: &Value, shown: Value| match shown {
            Value::Object(members) => members
                .into_iter()
                .map(|(key, value)| (key, json!(format!("({})", value.as_str().unwrap_or("")))))
                .collect(),
            value => json!(format!("({})", value.as_str().unwrap_or(""))),
        };
        Base::new(&SAFE, map(remembered), Some(&seen), &digested)
    }

    #[test]
    fn what_somebody_wrote_into_a_secret_is_drift_and_not_remembered() {
        let base = look(json!({"Label": "b", "Keys": {"one": "2"}, "Pin": "7"}));
        assert_eq!(base.drifted, ["Keys.one", "Label"]);
        assert_eq!(base.inputs["Keys"], json!({"one": "(2)"}));
        let taught = base.taught().unwrap_or_default();
        assert_eq!(
            Value::Object(taught),
            json!({"Label": "b", "Keys": {"one": "(1)"}, "Pin": "(7)"})
        );
        // A secret alone teaches nothing, and one that is not shown is as it was.
        assert!(
            look(json!({"Label": "a", "Keys": {"one": "2"}}))
                .taught()
                .is_none()
        );
        let calm = look(json!({"Label": "a", "Keys": {"one": "1"}}));
        assert!(calm.drifted.is_empty());
    }
}
