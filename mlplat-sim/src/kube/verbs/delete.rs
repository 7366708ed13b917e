//! Delete: preconditions, propagation, and the two ways it ends, at once or when the last finalizer goes.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::write::is_released;
use crate::kube::clock::timestamp;
use crate::kube::journal::ObjectKey;
use crate::kube::kinds::Kind;
use crate::kube::meta;
use crate::kube::status::Failure;
use crate::kube::store::Store;

/// What happens to the objects that the deleted one owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Propagation {
    /// They are deleted after it.
    Background,
    /// It waits until they are gone.
    Foreground,
    /// They stay, without an owner.
    Orphan,
}

/// How an object is deleted.
#[derive(Debug, Clone, Default)]
pub(crate) struct DeleteOptions {
    /// Delete only the object with this uid.
    pub uid: Option<String>,
    /// Delete only this version of the object.
    pub resource_version: Option<String>,
    /// The kind's own when absent.
    pub propagation: Option<Propagation>,
    /// Seconds that the object is given to stop. Kept for pods that run somewhere.
    pub grace_s: Option<i64>,
}

/// What a delete came to.
#[derive(Debug, Clone)]
pub(crate) enum Deleted {
    /// It is gone; this was its last state.
    Gone(Arc<Value>),
    /// It is going: this is its state.
    Pending(Arc<Value>),
}

/// Deletes an object, or marks it for deletion.
pub(crate) fn delete(
    store: &mut Store,
    kind: &Kind,
    key: &ObjectKey,
    options: &DeleteOptions,
) -> Result<Deleted, Failure> {
    let old = store
        .get(key)
        .cloned()
        .ok_or_else(|| Failure::not_found(kind, &key.name))?;
    check_preconditions(kind, key, &old, options)?;
    if kind.is_core("Namespace")
        && ["default", "kube-system", "kube-public"].contains(&key.name.as_str())
    {
        return Err(Failure::forbidden(
            kind,
            &key.name,
            "this namespace may not be deleted",
        ));
    }
    let mut new = Value::clone(&old);
    set_propagation(&mut new, options.propagation);
    let grace_s = graceful_seconds(kind, &old, options);
    if !meta::deleting(&old) {
        mark(store, kind, &mut new, grace_s);
    } else if grace_s == 0 && !kind.is_core("Namespace") {
        meta::set(&mut new, "deletionGracePeriodSeconds", Some(json!(0)));
    }
    if is_released(kind, &new) {
        // An object that goes at once was never marked.
        return Ok(Deleted::Gone(store.remove(key, Value::clone(&old))));
    }
    Ok(Deleted::Pending(if new == *old {
        old
    } else {
        store.put(key, new)
    }))
}

fn check_preconditions(
    kind: &Kind,
    key: &ObjectKey,
    old: &Value,
    options: &DeleteOptions,
) -> Result<(), Failure> {
    let uid = meta::uid(old);
    if let Some(wanted) = options.uid.as_deref().filter(|wanted| *wanted != uid) {
        let why = format!(
            "the UID in the precondition ({wanted}) does not match the UID in record ({uid}). The object might have been deleted and then recreated"
        );
        return Err(Failure::precondition(kind, &key.name, &why));
    }
    let version = meta::text(old, "resourceVersion");
    if let Some(wanted) = options
        .resource_version
        .as_deref()
        .filter(|wanted| *wanted != version)
    {
        let why = format!(
            "the ResourceVersion in the precondition ({wanted}) does not match the ResourceVersion in record ({version}). The object might have been modified"
        );
        return Err(Failure::precondition(kind, &key.name, &why));
    }
    Ok(())
}

/// Keeps the wish for the dependents as a finalizer, which the garbage collector reads.
fn set_propagation(object: &mut Value, propagation: Option<Propagation>) {
    let Some(propagation) = propagation else {
        return;
    };
    let had: Vec<String> = meta::finalizers(object)
        .into_iter()
        .map(str::to_owned)
        .collect();
    let mut kept: Vec<&str> = had.iter().map(String::as_str).collect();
    kept.retain(|one| ![meta::FOREGROUND, meta::ORPHAN].contains(one));
    match propagation {
        Propagation::Background => {}
        Propagation::Foreground => kept.push(meta::FOREGROUND),
        Propagation::Orphan => kept.push(meta::ORPHAN),
    }
    meta::set_finalizers(object, &kept);
}

/// Only pods that were given to a node and have not finished stop gracefully.
fn graceful_seconds(kind: &Kind, object: &Value, options: &DeleteOptions) -> i64 {
    let over = ["Succeeded", "Failed"]
        .iter()
        .any(|phase| object["status"]["phase"] == *phase);
    let running = kind.is_core("Pod") && object["spec"]["nodeName"].is_string() && !over;
    let own = || {
        object["spec"]["terminationGracePeriodSeconds"]
            .as_i64()
            .unwrap_or(30)
    };
    if running {
        options.grace_s.unwrap_or_else(own).max(0)
    } else {
        0
    }
}

fn mark(store: &Store, kind: &Kind, object: &mut Value, grace_s: i64) {
    let grace = Duration::from_secs(u64::try_from(grace_s).unwrap_or_default());
    let end = timestamp(store.config().epoch_unix_s, store.now() + grace);
    meta::set(object, "deletionTimestamp", Some(Value::from(end)));
    if kind.is_core("Namespace") {
        object["status"]["phase"] = json!("Terminating");
        // A namespace has no grace period of its own unless finalizers of the usual kind hold it.
        let held = !meta::finalizers(object).is_empty();
        meta::set(object, "deletionGracePeriodSeconds", held.then(|| json!(0)));
    } else {
        meta::set(object, "deletionGracePeriodSeconds", Some(json!(grace_s)));
    }
    let generation = meta::generation(object);
    if generation > 0 {
        meta::set(object, "generation", Some(json!(generation + 1)));
    }
}
