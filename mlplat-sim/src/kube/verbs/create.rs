//! Create: admission by namespace, naming, metadata, validation, ownership.

use serde_json::{Value, json};

use super::decode::{complete, decode, nothing};
use super::{Writing, Written};
use crate::kube::fields::{ManagerSet, Typed, Write};
use crate::kube::journal::ObjectKey;
use crate::kube::kinds::Kind;
use crate::kube::meta;
use crate::kube::rules::{strategy, validate_metadata};
use crate::kube::status::Failure;
use crate::kube::store::Store;

/// Creates an object.
pub(crate) fn create(
    store: &mut Store,
    kind: &Kind,
    namespace: &str,
    mut object: Value,
    how: &Writing,
) -> Result<Written, Failure> {
    let warnings = decode(store.registry(), kind, &mut object, how)?;
    place(store, kind, namespace, &mut object)?;
    strategy::convert(kind, &mut object);
    strategy::default(kind, &mut object);
    name(store, kind, &mut object);
    for field in [
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "selfLink",
    ] {
        meta::set(&mut object, field, None);
    }
    if kind.has("status") {
        meta::map_mut(&mut object).remove("status");
    }
    track(store, kind, &mut object, how);
    initialise(store, kind, &mut object)?;
    store_new(store, kind, object, warnings)
}

/// Puts the object into the namespace of the path, if that namespace takes objects.
pub(super) fn place(
    store: &Store,
    kind: &Kind,
    namespace: &str,
    object: &mut Value,
) -> Result<(), Failure> {
    let given = meta::text(object, "namespace").to_owned();
    if !kind.namespaced() {
        meta::set(object, "namespace", None);
        return Ok(());
    }
    if !given.is_empty() && given != namespace {
        let message =
            "the namespace of the provided object does not match the namespace sent on the request";
        return Err(Failure::bad_request(message));
    }
    meta::set(object, "namespace", Some(Value::from(namespace)));
    let Some(home) = store.get(&ObjectKey::namespace(namespace)) else {
        return Err(Failure::no_namespace(namespace));
    };
    if meta::deleting(home) {
        return Err(Failure::terminating(kind, meta::name(object), namespace));
    }
    Ok(())
}

/// Makes a name where only the beginning of one is given.
pub(super) fn name(store: &mut Store, kind: &Kind, object: &mut Value) {
    if meta::name(object).is_empty() && !meta::text(object, "generateName").is_empty() {
        let name = format!(
            "{}{}",
            meta::text(object, "generateName"),
            store.new_suffix()
        );
        meta::set(object, "name", Some(Value::from(name)));
        strategy::default(kind, object);
    }
}

/// Gives the object the metadata and the other parts that only the server decides.
pub(super) fn initialise(
    store: &mut Store,
    kind: &Kind,
    object: &mut Value,
) -> Result<(), Failure> {
    let uid = store.new_uid();
    meta::set(object, "uid", Some(Value::from(uid)));
    meta::set(
        object,
        "creationTimestamp",
        Some(Value::from(store.timestamp())),
    );
    if kind.generation {
        meta::set(object, "generation", Some(json!(1)));
    }
    strategy::prepare_create(kind, object);
    complete(store.registry(), kind, object)
}

/// Makes the creator the owner of what the object has.
fn track(store: &Store, kind: &Kind, object: &mut Value, how: &Writing) {
    let ty = Typed {
        table: store.registry().types(),
        ty: &kind.ty,
    };
    let api_version = kind.api_version();
    let empty = nothing(store.registry(), kind);
    let time = store.timestamp();
    let write = Write {
        manager: &how.manager,
        api_version: &api_version,
        subresource: &how.subresource,
        time: &time,
    };
    let mut managers = ManagerSet::default();
    managers.update(ty, &empty, object, write);
    set_managers(object, &managers);
}

/// Writes the record of managers into an object.
pub(super) fn set_managers(object: &mut Value, managers: &ManagerSet) {
    meta::set(
        object,
        "managedFields",
        (!managers.is_empty()).then(|| managers.to_json()),
    );
}

/// Validates and keeps a new object.
pub(super) fn store_new(
    store: &mut Store,
    kind: &Kind,
    object: Value,
    warnings: Vec<String>,
) -> Result<Written, Failure> {
    let mut errors = validate_metadata(kind, &object);
    errors.extend(strategy::validate(kind, &object));
    let name = meta::name(&object).to_owned();
    if !errors.is_empty() {
        return Err(Failure::invalid(kind, &name, &errors));
    }
    if !meta::text(&object, "resourceVersion").is_empty() {
        return Err(Failure::internal(
            "resourceVersion should not be set on objects to be created",
        ));
    }
    let key = Store::key_of(kind, &object);
    if let Some(other) = store.get(&key) {
        return Err(Failure::already_exists(kind, &name, meta::deleting(other)));
    }
    Ok(Written {
        object: store.put(&key, object),
        created: true,
        warnings,
    })
}
