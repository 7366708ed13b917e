//! How controllers write: through the verbs, under their own name, and only what is different.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::kube::journal::ObjectKey;
use crate::kube::kinds::Kind;
use crate::kube::meta;
use crate::kube::status::Failure;
use crate::kube::store::Store;
use crate::kube::verbs::{self, DeleteOptions, Writing};

/// The field manager of most controllers.
pub(super) const MANAGER: &str = "kube-controller-manager";

/// An object with where it is kept.
pub(super) type Found = (ObjectKey, Arc<Value>);

/// The kind of what is kept under a key.
pub(super) fn kind_of(store: &Store, key: &ObjectKey) -> Option<Kind> {
    let kinds = store.registry();
    kinds.by_resource(&key.group, &key.resource).cloned()
}

/// The objects of a resource in every namespace.
pub(super) fn all(store: &Store, group: &str, resource: &str) -> Vec<Found> {
    let found = store.list(group, resource, None);
    found
        .map(|(key, object)| (key.clone(), Arc::clone(object)))
        .collect()
}

/// The objects of a resource that an owner controls.
pub(super) fn controlled(store: &Store, owner: &Value, group: &str, resource: &str) -> Vec<Found> {
    let uid = meta::uid(owner);
    let found = store.dependents(uid).filter(|(key, object)| {
        key.is(group, resource) && controller(object).is_some_and(|one| one["uid"] == uid)
    });
    found
        .map(|(key, object)| (key.clone(), Arc::clone(object)))
        .collect()
}

/// The reference to the owner that controls an object.
pub(super) fn controller(object: &Value) -> Option<&Value> {
    let owners = object["metadata"]["ownerReferences"].as_array()?;
    owners.iter().find(|one| one["controller"] == true)
}

/// The reference by which an owner controls an object.
pub(super) fn controlled_by(kind: &Kind, owner: &Value) -> Value {
    json!({
        "apiVersion": kind.api_version(),
        "kind": kind.kind,
        "name": meta::name(owner),
        "uid": meta::uid(owner),
        "controller": true,
        "blockOwnerDeletion": true,
    })
}

/// Creates an object of the kind that it says it is.
pub(super) fn create(
    store: &mut Store,
    namespace: &str,
    object: Value,
    manager: &str,
) -> Result<Arc<Value>, Failure> {
    let version = object["apiVersion"].as_str().unwrap_or_default();
    let group = version.rsplit_once('/').map_or("", |(group, _)| group);
    let name = object["kind"].as_str().unwrap_or_default();
    let kind = store.registry().by_kind(group, name).cloned();
    let kind = kind.ok_or_else(Failure::no_resource)?;
    let written = verbs::create(store, &kind, namespace, object, &Writing::by(manager))?;
    Ok(written.object)
}

/// Changes an object that is there. What is not valid, or gone, is left as it is.
pub(super) fn edit(
    store: &mut Store,
    key: &ObjectKey,
    manager: &str,
    change: impl FnOnce(&mut Value),
) {
    write(store, key, &Writing::by(manager), change);
}

/// Changes an object through one of its subresources.
pub(super) fn write(
    store: &mut Store,
    key: &ObjectKey,
    how: &Writing,
    change: impl FnOnce(&mut Value),
) {
    if let Some(kind) = kind_of(store, key) {
        // An object that is gone or not valid any more is nobody's to change.
        let _ = verbs::update_with(store, &kind, key, how, change);
    }
}

/// Gives an object a status, unless it has it already.
pub(super) fn set_status(store: &mut Store, key: &ObjectKey, manager: &str, status: Value) {
    let same = store
        .get(key)
        .is_none_or(|object| object["status"] == status);
    if !same {
        let how = Writing::by(manager).through("status");
        write(store, key, &how, |object| object["status"] = status);
    }
}

/// Deletes an object as its kind is deleted by default.
pub(super) fn remove(store: &mut Store, key: &ObjectKey) {
    remove_with(store, key, &DeleteOptions::default());
}

/// Deletes an object.
pub(super) fn remove_with(store: &mut Store, key: &ObjectKey, options: &DeleteOptions) {
    if let Some(kind) = kind_of(store, key) {
        // Gone already is what was wanted.
        let _ = verbs::delete(store, &kind, key, options);
    }
}

/// Puts a finalizer on an object, or takes it off.
pub(super) fn set_finalizer(store: &mut Store, key: &ObjectKey, finalizer: &str, wanted: bool) {
    let Some(object) = store.get(key) else { return };
    let had = meta::finalizers(object);
    if had.contains(&finalizer) == wanted {
        return;
    }
    let mut kept: Vec<String> = had.into_iter().map(str::to_owned).collect();
    kept.retain(|one| one != finalizer);
    if wanted {
        kept.push(finalizer.to_owned());
    }
    edit(store, key, MANAGER, |object| {
        let kept: Vec<&str> = kept.iter().map(String::as_str).collect();
        meta::set_finalizers(object, &kept);
    });
}

/// The earliest of the times at which something is to be looked at again.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Soonest(pub(super) Option<Duration>);

impl Soonest {
    /// Notes one more time.
    pub(super) fn at(&mut self, time: Duration) {
        self.0 = Some(self.0.map_or(time, |other| other.min(time)));
    }

    /// Notes one more time, if there is one.
    pub(super) fn maybe(&mut self, time: Option<Duration>) {
        if let Some(time) = time {
            self.at(time);
        }
    }
}

/// A count as Kubernetes writes it: absent when zero.
pub(super) fn put_count(status: &mut Value, field: &str, count: usize) {
    if count > 0 {
        status[field] = json!(count);
    }
}

/// A whole number of a spec that cannot be negative.
pub(super) fn count(value: &Value, default: usize) -> usize {
    let number = value.as_i64().map(|one| one.max(0));
    number.map_or(default, |one| usize::try_from(one).unwrap_or(default))
}
