//! The garbage collector: objects whose owners are gone go too, and owners that wait for their dependents are let go
//! when it is time.
//!
//! - An object with owners of which none exists any more (by uid) is deleted.
//! - An owner that is being deleted with the finalizer `foregroundDeletion` has its dependents deleted; it is let go
//!   once no dependent with `blockOwnerDeletion` is left.
//! - An owner that is being deleted with the finalizer `orphan` has the references to it removed, then is let go.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::Controller;
use crate::kube::journal::ObjectKey;
use crate::kube::meta;
use crate::kube::store::Store;
use crate::kube::verbs::{self, DeleteOptions, Propagation, Writing};

/// The garbage collector.
#[derive(Debug, Clone, Copy, Default)]
pub struct GarbageCollector;

/// An owner reference of a live object.
struct Reference {
    dependent: ObjectKey,
    blocks: bool,
}

impl Controller for GarbageCollector {
    fn latency(&self) -> Duration {
        Duration::from_millis(500)
    }

    fn react(&mut self, store: &mut Store, _: Duration) -> Option<Duration> {
        let waiting: Vec<(ObjectKey, Arc<Value>)> = store
            .leaving()
            .map(|(key, object)| (key.clone(), Arc::clone(object)))
            .collect();
        for (key, object) in waiting {
            let finalizers = meta::finalizers(&object);
            if finalizers.contains(&meta::ORPHAN) {
                let held = held(store, &object);
                orphan(store, &key, &object, &held);
            } else if finalizers.contains(&meta::FOREGROUND) {
                let held = held(store, &object);
                foreground(store, &key, &held);
            }
        }
        sweep(store);
        None
    }
}

/// The dependents of an owner.
fn held(store: &Store, owner: &Value) -> Vec<Reference> {
    let uid = meta::uid(owner);
    let blocks = |object: &Value| {
        owners(object)
            .filter(|one| one["uid"] == uid)
            .any(|one| one["blockOwnerDeletion"].as_bool() == Some(true))
    };
    let dependents = store.dependents(uid);
    dependents
        .map(|(key, object)| Reference {
            dependent: key.clone(),
            blocks: blocks(object),
        })
        .collect()
}

fn owners(object: &Value) -> impl Iterator<Item = &Value> {
    object["metadata"]["ownerReferences"]
        .as_array()
        .into_iter()
        .flatten()
}

/// Takes the references to an owner out of its dependents, then lets it go.
fn orphan(store: &mut Store, key: &ObjectKey, owner: &Value, held: &[Reference]) {
    let uid = meta::uid(owner).to_owned();
    for reference in held {
        edit(store, &reference.dependent, |object| {
            if let Some(list) = object["metadata"]["ownerReferences"].as_array_mut() {
                list.retain(|one| one["uid"] != uid.as_str());
            }
            if owners(object).next().is_none() {
                meta::set(object, "ownerReferences", None);
            }
        });
    }
    release(store, key, meta::ORPHAN);
}

/// Deletes what depends on an owner, and lets the owner go once nothing holds it.
fn foreground(store: &mut Store, key: &ObjectKey, held: &[Reference]) {
    for reference in held {
        let deleting = store
            .get(&reference.dependent)
            .is_none_or(|object| meta::deleting(object));
        if !deleting {
            remove(
                store,
                &reference.dependent,
                cascade(store, &reference.dependent),
            );
        }
    }
    let blocked = held
        .iter()
        .any(|reference| reference.blocks && store.get(&reference.dependent).is_some());
    if !blocked {
        release(store, key, meta::FOREGROUND);
    }
}

/// A dependent that has dependents of its own waits for them in turn.
fn cascade(store: &Store, key: &ObjectKey) -> Option<Propagation> {
    let owns = store
        .dependents(meta::uid(store.get(key)?))
        .next()
        .is_some();
    owns.then_some(Propagation::Foreground)
}

/// Deletes what has lost its last owner.
fn sweep(store: &mut Store) {
    let gone = |owner: &Value| !store.is_live(owner["uid"].as_str().unwrap_or_default());
    let candidates: BTreeSet<&ObjectKey> = store.lost().collect();
    let lost: Vec<ObjectKey> = candidates
        .into_iter()
        .filter(|key| {
            let object = store.get(key);
            object.is_some_and(|object| !meta::deleting(object) && owners(object).all(gone))
        })
        .cloned()
        .collect();
    for key in lost {
        remove(store, &key, None);
    }
}

fn remove(store: &mut Store, key: &ObjectKey, propagation: Option<Propagation>) {
    let Some(kind) = store
        .registry()
        .by_resource(&key.group, &key.resource)
        .cloned()
    else {
        return;
    };
    let options = DeleteOptions {
        propagation,
        ..DeleteOptions::default()
    };
    // Gone already is what was wanted.
    let _ = verbs::delete(store, &kind, key, &options);
}

fn release(store: &mut Store, key: &ObjectKey, finalizer: &str) {
    edit(store, key, |object| {
        let left: Vec<String> = meta::finalizers(object)
            .into_iter()
            .filter(|one| *one != finalizer)
            .map(str::to_owned)
            .collect();
        let left: Vec<&str> = left.iter().map(String::as_str).collect();
        meta::set_finalizers(object, &left);
    });
}

fn edit(store: &mut Store, key: &ObjectKey, change: impl FnOnce(&mut Value)) {
    let Some(kind) = store
        .registry()
        .by_resource(&key.group, &key.resource)
        .cloned()
    else {
        return;
    };
    let how = Writing::by("kube-controller-manager");
    // An object that is gone or not valid any more is left as it is.
    let _ = verbs::update_with(store, &kind, key, &how, change);
}
