//! Keys that outlive their objects.
//!
//! A name is not always free when its object is gone: a bucket's stays taken
//! for a while, a secret's as long as the secret can be had back. Types say so
//! (`held_after_delete_s`, `Data::Recoverable`). Who asks for such a key too
//! early is told to come again when that is soon, and refused when it is not.

use mlplat_core::facts::{Fate, Scope, Type, Unique};
use mlplat_core::provider::{ErrorKind, ProviderError, Target};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::account::Inner;
use super::object::SimObject;
use super::rules::{clash, refuse};

/// A key for which it is worth to come again, in seconds.
const SOON_S: f64 = 20.0 * 60.0;
const DAY_S: f64 = 86_400.0;

/// A key of an object that was deleted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct HeldKey {
    /// The type of the object.
    pub(super) ty: String,
    /// Its id.
    pub(super) of: String,
    /// The fields that are the key, and the one in which it is unique.
    pub(super) fields: Map<String, Value>,
    /// Until when nobody else can have it.
    pub(super) until: f64,
}

/// The keys of an object that stay taken when it is deleted, from when on it
/// is gone.
pub(super) fn left(object: &SimObject, target: &Target, gone_at: f64) -> Vec<HeldKey> {
    let recoverable = match target.ty.data.fate(&target.inputs) {
        Fate::Recoverable(days) => f64::from(days) * DAY_S,
        _ => 0.0,
    };
    let each = target.ty.unique.iter().map(|unique| {
        let hold = f64::from(unique.held_after_delete_s).max(recoverable);
        let fields = key(unique).filter_map(|field| {
            let value = object.inputs.get(field)?;
            Some((field.to_owned(), value.clone()))
        });
        HeldKey {
            ty: object.ty.clone(),
            of: object.id.clone(),
            fields: fields.collect(),
            until: gone_at + hold,
        }
    });
    each.filter(|held| held.until > gone_at).collect()
}

fn key(unique: &Unique) -> impl Iterator<Item = &'static str> {
    let parent = match unique.scope {
        Scope::Account | Scope::World => None,
        Scope::Parent(field) | Scope::OverlapIn(field) => Some(field),
    };
    unique.fields.iter().copied().chain(parent)
}

impl Inner {
    /// Refuses an object that claims a key which is not free yet.
    pub(super) fn check_held(
        &self,
        ty: &Type,
        object: &SimObject,
        now: f64,
    ) -> Result<(), ProviderError> {
        for unique in ty.unique {
            let taken = self
                .standing
                .held
                .iter()
                .filter(|held| held.ty == ty.name && held.until > now)
                .find(|held| clash(unique, &object.inputs, &held.fields));
            if let Some(held) = taken {
                let wait = held.until - now;
                let kind = match wait <= SOON_S {
                    true => ErrorKind::Conflict,
                    false => ErrorKind::Invalid,
                };
                let message = format!(
                    "{} is that of {}, which was deleted, for another {wait:.0} seconds",
                    unique.fields.join(" and "),
                    held.of
                );
                return Err(refuse(kind, unique.code, message));
            }
        }
        Ok(())
    }
}
