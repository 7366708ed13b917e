//! The common part of every change to an object that is there: what the server keeps, what it counts, what it
//! refuses, and when a change is the end of a deletion.

use std::sync::Arc;

use serde_json::{Value, json};

use super::create::set_managers;
use super::decode::decode;
use super::{Writing, Written, create};
use crate::kube::fields::{ManagerSet, Typed, Write};
use crate::kube::journal::ObjectKey;
use crate::kube::kinds::Kind;
use crate::kube::meta;
use crate::kube::rules::{strategy, validate_metadata, validate_metadata_update};
use crate::kube::status::{Failure, FieldError};
use crate::kube::store::Store;

const MODIFIED: &str =
    "the object has been modified; please apply your changes to the latest version and try again";

/// Replaces an object (PUT).
pub(crate) fn replace(
    store: &mut Store,
    kind: &Kind,
    key: &ObjectKey,
    mut new: Value,
    how: &Writing,
) -> Result<Written, Failure> {
    check_identity(kind, key, &new)?;
    let Some(old) = store.get(key).cloned() else {
        if kind.upsert && how.subresource.is_empty() {
            return create(store, kind, &key.namespace, new, how);
        }
        return Err(Failure::not_found(kind, &key.name));
    };
    let warnings = decode(store.registry(), kind, &mut new, how)?;
    let object = update(store, kind, key, &old, new, how)?;
    Ok(Written {
        object,
        created: false,
        warnings,
    })
}

/// Name and namespace of an object must be those of the path.
pub(super) fn check_identity(kind: &Kind, key: &ObjectKey, object: &Value) -> Result<(), Failure> {
    let name = meta::name(object);
    if name.is_empty() {
        let message = format!(
            "the name of the object ({} based on URL) was undeterminable: name must be provided",
            key.name
        );
        return Err(Failure::bad_request(message));
    }
    if name != key.name {
        let message = format!(
            "the name of the object ({name}) does not match the name on the URL ({})",
            key.name
        );
        return Err(Failure::bad_request(message));
    }
    let namespace = meta::text(object, "namespace");
    if !namespace.is_empty() && namespace != key.namespace && kind.namespaced() {
        let message =
            "the namespace of the provided object does not match the namespace sent on the request";
        return Err(Failure::bad_request(message));
    }
    Ok(())
}

/// Changes an object that is there to `new`, which is complete and decoded. Ownership goes to the writer.
pub(crate) fn update(
    store: &mut Store,
    kind: &Kind,
    key: &ObjectKey,
    old: &Arc<Value>,
    mut new: Value,
    how: &Writing,
) -> Result<Arc<Value>, Failure> {
    let mut managers = given_managers(old, &new);
    prepare(kind, key, old, &mut new, &how.subresource)?;
    // Without any record, only an apply starts one.
    if !managers.is_empty() {
        let ty = Typed {
            table: store.registry().types(),
            ty: &kind.ty,
        };
        let (api_version, time) = (kind.api_version(), store.timestamp());
        let write = Write {
            manager: &how.manager,
            api_version: &api_version,
            subresource: &how.subresource,
            time: &time,
        };
        managers.update(ty, old, &new, write);
    }
    set_managers(&mut new, &managers);
    finish(store, kind, key, old, new)
}

/// Changes an object in place, as controllers do.
pub(crate) fn update_with(
    store: &mut Store,
    kind: &Kind,
    key: &ObjectKey,
    how: &Writing,
    edit: impl FnOnce(&mut Value),
) -> Result<Arc<Value>, Failure> {
    let old = store
        .get(key)
        .cloned()
        .ok_or_else(|| Failure::not_found(kind, &key.name))?;
    let mut new = Value::clone(&old);
    edit(&mut new);
    update(store, kind, key, &old, new, how)
}

/// The managers to start from: those in the request, if it has some; none, if it resets them; else the live ones.
fn given_managers(old: &Value, new: &Value) -> ManagerSet {
    match new["metadata"]["managedFields"]
        .as_array()
        .map(Vec::as_slice)
    {
        Some([]) => ManagerSet::default(),
        Some([only]) if only.as_object().is_some_and(serde_json::Map::is_empty) => {
            ManagerSet::default()
        }
        Some(_) => match ManagerSet::from_object(new) {
            given if given.is_empty() => ManagerSet::from_object(old),
            given => given,
        },
        None => ManagerSet::from_object(old),
    }
}

/// Checks preconditions, restores what requests cannot change, and counts generations.
pub(super) fn prepare(
    kind: &Kind,
    key: &ObjectKey,
    old: &Value,
    new: &mut Value,
    subresource: &str,
) -> Result<(), Failure> {
    let version = meta::text(new, "resourceVersion");
    if version.is_empty() && kind.conditional {
        let why = FieldError::invalid_raw(
            "metadata.resourceVersion",
            "0",
            "must be specified for an update",
        );
        return Err(Failure::invalid_named(
            &kind.group,
            &kind.plural,
            &key.name,
            &[why],
        ));
    }
    if !version.is_empty() && version != meta::text(old, "resourceVersion") {
        return Err(Failure::conflict(kind, &key.name, MODIFIED));
    }
    let (given, known) = (meta::uid(new), meta::uid(old));
    if !given.is_empty() && given != known {
        let why = format!(
            "Precondition failed: UID in precondition: {given}, UID in object meta: {known}"
        );
        return Err(Failure::conflict(kind, &key.name, &why));
    }
    let frozen = frozen_errors(old, new);
    if !frozen.is_empty() {
        return Err(Failure::invalid(kind, &key.name, &frozen));
    }
    for field in [
        "uid",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "selfLink",
        "namespace",
    ] {
        meta::copy(old, new, field);
    }
    strategy::convert(kind, new);
    strategy::prepare_update(kind, old, new, subresource);
    meta::copy(old, new, "generation");
    // Being given a node is nothing that a pod was asked to be.
    let asked = subresource != "binding";
    if kind.generation && asked && strategy::desired_changed(kind, old, new) {
        meta::set(new, "generation", Some(json!(meta::generation(old) + 1)));
    }
    Ok(())
}

/// The marks of a deletion are not for requests to change.
fn frozen_errors(old: &Value, new: &Value) -> Vec<FieldError> {
    let fields = ["deletionTimestamp", "deletionGracePeriodSeconds"];
    let changed = fields.iter().filter_map(|field| {
        let given = new["metadata"].get(*field)?;
        let shown = given.to_string();
        let error =
            || FieldError::invalid_raw(&format!("metadata.{field}"), &shown, "field is immutable");
        (old["metadata"].get(*field) != Some(given)).then(error)
    });
    changed.collect()
}

/// Validates and keeps a changed object. Nothing is written when nothing changed; an object whose last finalizer
/// went while it was being deleted is removed.
pub(super) fn finish(
    store: &mut Store,
    kind: &Kind,
    key: &ObjectKey,
    old: &Arc<Value>,
    mut new: Value,
) -> Result<Arc<Value>, Failure> {
    meta::copy(old, &mut new, "resourceVersion");
    let mut errors = validate_metadata(kind, &new);
    errors.extend(validate_metadata_update(old, &new));
    errors.extend(strategy::validate(kind, &new));
    errors.extend(strategy::validate_update(kind, old, &new));
    if !errors.is_empty() {
        return Err(Failure::invalid(kind, &key.name, &errors));
    }
    if meta::deleting(&new) && is_released(kind, &new) {
        store.remove(key, new.clone());
        // The answer shows the object as it was written, not the version of its end.
        return Ok(Arc::new(new));
    }
    if new == **old {
        Ok(Arc::clone(old))
    } else {
        Ok(store.put(key, new))
    }
}

/// Whether nothing holds an object that is being deleted.
pub(super) fn is_released(kind: &Kind, object: &Value) -> bool {
    let inner = object["spec"]["finalizers"]
        .as_array()
        .is_some_and(|list| !list.is_empty());
    meta::finalizers(object).is_empty()
        && !(kind.is_core("Namespace") && inner)
        && object["metadata"]["deletionGracePeriodSeconds"]
            .as_i64()
            .unwrap_or_default()
            == 0
}
