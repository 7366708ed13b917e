//! What somebody outside does between a killed run and the next.
//!
//! Fields are changed, objects are taken away, things are put into what holds
//! data, somebody else makes objects of their own, time passes. Only what the
//! stack owns is changed: what others own is what the oracles compare.

use mlplat_core::facts::{Data, Kind, OnChange};
use serde_json::{Value, json};

use super::Dice;
use crate::cloud::SimObject;
use crate::local::{Local, Thing};

/// Does something that the dice choose; what it was, for people.
pub(super) fn interfere(local: &Local, lineage: &str, dice: Dice, at: u64) -> Option<String> {
    let cloud = local.cloud();
    let done = match dice.below("outside", at, 6) {
        0 => drift(local, lineage, dice, at),
        1 => take_away(local, lineage, dice, at),
        2 => fill(local, lineage, dice, at),
        3 => in_cluster(local, lineage, dice, at),
        4 => {
            let hours = 1 + dice.below("hours", at, 30);
            cloud.remember(cloud.now() + 3600.0 * hours as f64);
            return Some(format!("{hours} hours pass"));
        }
        _ => {
            let ty = cloud.facts_of("ec2.InternetGateway")?;
            let id = cloud.put_foreign(ty, serde_json::Map::new());
            Some(format!("somebody else makes {id}"))
        }
    };
    cloud.remember(cloud.now());
    done
}

/// One of the stack's objects in the account, for which something holds.
fn pick(
    local: &Local,
    lineage: &str,
    (dice, at): (Dice, u64),
    fits: impl Fn(&SimObject, &[&SimObject]) -> bool,
) -> Option<SimObject> {
    local.cloud().see(|live| {
        let live: Vec<&SimObject> = live.collect();
        let ours = live.iter().filter(|one| {
            one.lineage == lineage && one.child_of.is_none() && one.gone_at.is_none()
        });
        let fitting: Vec<_> = ours.filter(|one| fits(one, &live)).collect();
        let index = dice.below("which", at, fitting.len() as u64);
        let index = usize::try_from(index).unwrap_or_default();
        fitting.get(index).map(|one| SimObject::clone(one))
    })
}

/// A field that can be changed in place, and is set as a text or number, gets
/// another value.
fn drift(local: &Local, lineage: &str, dice: Dice, at: u64) -> Option<String> {
    let cloud = local.cloud();
    let fields = |object: &SimObject| -> Vec<&'static str> {
        let ty = cloud.facts_of(&object.ty);
        let fields = ty.into_iter().flat_map(|ty| ty.fields);
        let free = fields.filter(|field| {
            field.change == OnChange::InPlace && field.refs.targets().is_empty() && !field.secret
        });
        let set = free.filter(|field| object.inputs.get(field.name).is_some_and(Value::is_number));
        set.map(|field| field.name).collect()
    };
    let object = pick(local, lineage, (dice, at), |one, _| !fields(one).is_empty())?;
    let field = *fields(&object).first()?;
    let before = object.inputs.get(field)?.as_u64()?;
    cloud.set(&object.id, field, json!(before + 1)).ok()?;
    Some(format!("{field} of {} is changed", object.id))
}

/// An object that nothing in the account refers to is taken away.
fn take_away(local: &Local, lineage: &str, dice: Dice, at: u64) -> Option<String> {
    let cloud = local.cloud();
    let object = pick(local, lineage, (dice, at), |one, all| {
        let ty = cloud.facts_of(&one.ty);
        let named = |other: &&SimObject| {
            other.key != one.key
                && other.child_of != Some(one.key)
                && other.inputs.values().any(|value| one.is_named_by(value))
        };
        ty.is_some_and(|ty| ty.kind == Kind::Resource && ty.brings.is_empty())
            && one.settled
            && !all.iter().any(named)
    })?;
    cloud.take_away(&object.id).ok()?;
    Some(format!("{} {} is taken away", object.ty, object.id))
}

/// People put something into an object that holds data.
fn fill(local: &Local, lineage: &str, dice: Dice, at: u64) -> Option<String> {
    let cloud = local.cloud();
    let object = pick(local, lineage, (dice, at), |one, _| {
        let ty = cloud.facts_of(&one.ty);
        ty.is_some_and(|ty| ty.data == Data::MustBeEmpty)
    })?;
    let count = 1 + dice.below("things", at, 2500);
    cloud.set(&object.id, "contents", json!(count)).ok()?;
    Some(format!("{count} things are put into {}", object.id))
}

/// An object of the stack in a cluster is deleted, or its labels are changed.
fn in_cluster(local: &Local, lineage: &str, dice: Dice, at: u64) -> Option<String> {
    let things = local.door().list(false).ok()?;
    let leaf = |thing: &&Thing| {
        let free = ["k8s.ConfigMap", "k8s.ServiceAccount", "k8s.NetworkPolicy"];
        free.contains(&&*thing.ty) && thing.token(lineage).is_some()
    };
    let fitting: Vec<_> = things.iter().filter(leaf).collect();
    let index = dice.below("which", at, fitting.len() as u64);
    let thing = fitting.get(usize::try_from(index).ok()?)?;
    if dice.once_in("gone", at, 2) {
        local.door().delete(&thing.id).ok()?;
        return Some(format!("{} is deleted", thing.id));
    }
    let field = "metadata.labels.team";
    local.door().set(&thing.id, field, json!("other")).ok()?;
    Some(format!("the labels of {} are changed", thing.id))
}
