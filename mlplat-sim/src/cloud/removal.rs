//! Deletions: refused while something holds the object, and what they leave
//! behind.

use std::sync::Arc;

use mlplat_core::facts::{Data, Fate, Held, Recovery, Side, Type};
use mlplat_core::provider::{ErrorKind, ProviderError, Target};
use serde_json::Value;

use super::account::Inner;
use super::dice::roll;
use super::held;
use super::log::Effect;
use super::object::{LastCopy, Linger, SimObject};
use super::rules::refuse;

/// How many things one call takes out of an object, as `s3:DeleteObjects`.
const BATCH: u64 = 1000;

impl Inner {
    /// What a deletion does. It is refused while something holds the object,
    /// and leaves a last copy where the type and the target's inputs say so.
    pub(super) fn deletion(
        &self,
        key: u64,
        target: &Target,
        now: f64,
        seed: u64,
    ) -> Result<Vec<Effect>, ProviderError> {
        let ty = target.ty;
        let Some(object) = self
            .standing
            .objects
            .get(&key)
            .filter(|object| object.gone_at.is_none())
        else {
            return match self.standing.objects.contains_key(&key) {
                true => Ok(Vec::new()),
                false => Err(ProviderError::gone("the object")),
            };
        };
        self.check_free(object, ty)?;
        self.check_alone(ty, object, now)?;
        let mut effects = Vec::new();
        if ty.data.fate(&target.inputs) == Fate::Copied {
            effects.push(Effect::Copied(LastCopy {
                ty: object.ty.clone(),
                of: object.id.clone(),
            }));
        }
        let takes = match ty.delete.states {
            [] => 0,
            _ => ty.delete.typical_s,
        };
        let held = held::left(object, target, now + f64::from(takes));
        effects.extend(held.into_iter().map(Effect::Held));
        let mut gone = vec![object.key];
        gone.extend(
            self.live()
                .filter(|other| other.child_of == Some(key))
                .map(|child| child.key),
        );
        gone.extend(self.cascades(object));
        for side in ty.brings {
            effects.extend(self.lingers(object, side, now, seed));
        }
        for key in gone {
            let facts = self
                .standing
                .objects
                .get(&key)
                .and_then(|object| self.facts(&object.ty));
            match self.standing.objects.get(&key) {
                Some(object) if facts.is_some_and(|facts| !facts.delete.states.is_empty()) => {
                    let wait = facts.map_or(0, |facts| facts.delete.typical_s);
                    let mut object = SimObject::clone(object);
                    object.gone_at = Some(now + f64::from(wait));
                    effects.push(Effect::Put(Arc::new(object)));
                }
                _ => effects.push(Effect::Gone(key)),
            }
        }
        Ok(effects)
    }

    /// Takes a batch of what is in an object out of it; whether there is more.
    pub(super) fn empty(&mut self, key: u64, now: f64) -> bool {
        let Some(object) = self
            .standing
            .objects
            .get(&key)
            .filter(|object| object.contents > 0)
        else {
            return false;
        };
        let mut object = SimObject::clone(object);
        object.contents = object.contents.saturating_sub(BATCH);
        let more = object.contents > 0;
        self.carry_out("empty", now, vec![Effect::Put(Arc::new(object))]);
        more
    }

    /// Who names an object in a way that blocks its deletion.
    pub(super) fn check_free(&self, object: &SimObject, ty: &Type) -> Result<(), ProviderError> {
        let protected = ["DeletionProtection", "DeletionProtectionEnabled"];
        if protected
            .iter()
            .any(|field| object.inputs.get(*field) == Some(&Value::Bool(true)))
        {
            let code = ty
                .blocked
                .iter()
                .find(|blocked| blocked.when.contains("protection"));
            let code = code.map_or("InvalidRequestException", |blocked| blocked.code);
            return Err(refuse(
                ErrorKind::Invalid,
                code,
                "deletion protection is on".to_owned(),
            ));
        }
        if ty.data == Data::MustBeEmpty && object.contents > 0 {
            let blocked = ty
                .blocked
                .iter()
                .find(|blocked| !blocked.when.contains("protection"));
            let (code, when) =
                blocked.map_or(("NotEmpty", "it is not empty"), |b| (b.code, b.when));
            return Err(refuse(ErrorKind::Invalid, code, when.to_owned()));
        }
        for holder in self
            .live()
            .filter(|other| other.key != object.key && other.child_of != Some(object.key))
        {
            let Some(facts) = self.facts(&holder.ty) else {
                continue;
            };
            for field in facts.fields {
                let Some(Held::Refused(code)) = field.refs.held() else {
                    continue;
                };
                let fits = field.refs.targets().contains(&object.ty.as_str());
                if fits
                    && holder
                        .inputs
                        .get(field.name)
                        .is_some_and(|value| object.is_named_by(value))
                {
                    let message = format!("{} is held by {} ({})", object.id, holder.id, holder.ty);
                    return Err(refuse(ErrorKind::Conflict, code, message));
                }
            }
        }
        if let Some(linger) = self
            .standing
            .lingers
            .iter()
            .find(|linger| linger.holds == object.key)
        {
            let message = format!("{} is held by a left-over {}", object.id, linger.kind);
            return Err(refuse(ErrorKind::Conflict, "DependencyViolation", message));
        }
        Ok(())
    }

    /// Holders that go along with what they hold.
    pub(super) fn cascades(&self, object: &SimObject) -> Vec<u64> {
        let goes = |holder: &&SimObject| {
            let Some(facts) = self.facts(&holder.ty) else {
                return false;
            };
            facts.fields.iter().any(|field| {
                field.refs.held() == Some(Held::Cascades)
                    && field.refs.targets().contains(&object.ty.as_str())
                    && holder
                        .inputs
                        .get(field.name)
                        .is_some_and(|value| object.is_named_by(value))
            })
        };
        // An access policy association names its entry by a principal that has
        // entries in other clusters too: what the two share has to agree.
        let agrees = |holder: &&SimObject| match self.facts(&object.ty).map(|ty| ty.recovery) {
            Some(Recovery::NaturalKey(fields)) => fields.iter().all(|field| {
                let theirs = holder.inputs.get(*field);
                theirs.is_none_or(|value| object.inputs.get(*field) == Some(value))
            }),
            _ => true,
        };
        let held = self.live().filter(goes).filter(agrees);
        held.map(|holder| holder.key).collect()
    }

    /// What stays behind for a while, and what it holds.
    pub(super) fn lingers(
        &self,
        object: &SimObject,
        side: &Side,
        now: f64,
        seed: u64,
    ) -> Vec<Effect> {
        let Side::Lingers {
            kind,
            holds,
            s: (least, most),
        } = side
        else {
            return Vec::new();
        };
        let Some(value) = object.inputs.get(*holds) else {
            return Vec::new();
        };
        let share = if seed == 0 {
            0.0
        } else {
            roll(seed, object.key, kind)
        };
        let (least, most) = (f64::from(*least), f64::from(*most).max(self.linger_s));
        let wait = least + share * (most - least);
        let held = self.live().filter(|target| target.is_named_by(value));
        held.filter(|_| wait > 0.0)
            .map(|target| {
                Effect::Linger(Linger {
                    holds: target.key,
                    kind: (*kind).to_owned(),
                    until: now + wait,
                })
            })
            .collect()
    }
}
