//! Unique keys: who will claim one, and who holds it until when.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use super::Val;
use super::diff;
use super::round::Round;
use super::steps::{Claim, Freed};
use crate::facts::{Scope, Type};
use crate::problem::Problem;
use crate::state::Object;

/// Unique keys by the group in which they may clash.
#[derive(Default)]
pub(super) struct Keys {
    held: HashMap<String, Vec<(usize, Freed, Vec<Value>)>>,
    claimed: Vec<(usize, Key)>,
}

/// A unique key whose parts are all known.
#[derive(Clone, PartialEq)]
pub(super) struct Key {
    /// Only keys of one group can clash.
    group: String,
    /// Ranges, which clash where they overlap; without any, the same group is
    /// the same key.
    ranges: Vec<Value>,
}

impl Round<'_> {
    pub(super) fn claim(&mut self, ty: &Type, inputs: &BTreeMap<String, Val>) {
        let at = self.planned.len();
        let keys = keys_of(ty, &known_part(inputs));
        let claimed = keys.into_iter().map(|key| (at, key));
        self.keys.claimed.extend(claimed);
    }

    /// The keys that an object holds until its entry removes it.
    pub(super) fn hold(&mut self, object: &Object, inputs: &Map<String, Value>) {
        let Some(ty) = (self.inputs.types)(&object.ty) else {
            return;
        };
        let known = |field: &str| inputs.get(field).cloned();
        self.keep_keys(keys_of(ty, &known), Freed::ByRemoval);
    }

    /// The keys that an object holds until its entry updates it.
    pub(super) fn hold_until_updated(
        &mut self,
        ty: &Type,
        old: &Map<String, Value>,
        new: &BTreeMap<String, Val>,
    ) {
        let kept = keys_of(ty, &known_part(new));
        let known = |field: &str| old.get(field).cloned();
        let mut freed = keys_of(ty, &known);
        freed.retain(|key| !kept.contains(key));
        self.keep_keys(freed, Freed::ByUpdate);
    }

    pub(super) fn keep_keys(&mut self, keys: Vec<Key>, freed: Freed) {
        let at = self.planned.len();
        for Key { group, ranges } in keys {
            let held = self.keys.held.entry(group).or_default();
            held.push((at, freed, ranges));
        }
    }

    /// Which bring has to wait for which step, for the sake of a key.
    pub(super) fn claims(&self) -> Vec<Claim> {
        let mut claims = Vec::new();
        for (claimer, key) in &self.keys.claimed {
            let held = self.keys.held.get(&key.group).into_iter().flatten();
            for (holder, freed, ranges) in held {
                if holder != claimer && ranges_clash(ranges, &key.ranges) {
                    claims.push(Claim {
                        holder: *holder,
                        freed: *freed,
                        claimer: *claimer,
                    });
                }
            }
        }
        claims
    }

    pub(super) fn swap(&self, members: &[usize]) -> Problem {
        let names: Vec<_> = members
            .iter()
            .map(|at| self.planned[*at].path.to_string())
            .collect();
        Problem::new(
            "key-swap",
            format!("{} would exchange unique keys", names.join(", ")),
            "change one of them first, deploy, then the other",
        )
    }
}

pub(super) fn known_part(inputs: &BTreeMap<String, Val>) -> impl Fn(&str) -> Option<Value> {
    |field: &str| match inputs.get(field) {
        Some(Val::Known(value)) => Some(value.clone()),
        _ => None,
    }
}

/// The unique keys of an object whose parts are all known.
pub(super) fn keys_of(ty: &Type, known: &dyn Fn(&str) -> Option<Value>) -> Vec<Key> {
    let keys = ty.unique.iter().filter_map(|unique| {
        let mut group = format!("{}|{}", ty.name, unique.code);
        if let Scope::Parent(field) | Scope::OverlapIn(field) = unique.scope {
            group.push_str(&format!("|{}", known(field)?));
        }
        let parts: Option<Vec<Value>> = unique.fields.iter().map(|field| known(field)).collect();
        let mut ranges = parts?;
        if !matches!(unique.scope, Scope::OverlapIn(_)) {
            for part in ranges.drain(..) {
                group.push_str(&format!("|{part}"));
            }
        }
        Some(Key { group, ranges })
    });
    keys.collect()
}

/// Whether two keys of one group are the same, or overlap.
pub(super) fn ranges_clash(one: &[Value], other: &[Value]) -> bool {
    one.iter()
        .zip(other)
        .all(|(one, other)| diff::overlap(one, other))
}
