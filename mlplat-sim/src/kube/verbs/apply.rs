//! Server-side apply of one object, absent or present.

use serde_json::Value;

use super::create::{initialise, place, set_managers, store_new};
use super::decode::{complete, decode_applied, malformed, nothing};
use super::write::{check_identity, finish, prepare};
use super::{Writing, Written};
use crate::kube::fields::{ApplyError, ManagerSet, Typed, Write};
use crate::kube::journal::ObjectKey;
use crate::kube::kinds::Kind;
use crate::kube::meta;
use crate::kube::rules::strategy;
use crate::kube::status::{Failure, FieldError};
use crate::kube::store::Store;

/// Applies a configuration.
pub(crate) fn apply(
    store: &mut Store,
    kind: &Kind,
    key: &ObjectKey,
    mut applied: Value,
    how: &Writing,
) -> Result<Written, Failure> {
    check(kind, &applied)?;
    // Defaults are nobody's: they are filled in after ownership is settled.
    let warnings = decode_applied(store.registry(), kind, &mut applied, how)?;
    strategy::reset(kind, &mut applied, &how.subresource);
    let config = applied;
    match store.get(key).cloned() {
        None if how.subresource.is_empty() => apply_new(store, kind, key, &config, how, warnings),
        None => Err(Failure::not_found(kind, &key.name)),
        Some(live) => {
            let (mut merged, managers) = merge(store, kind, &live, &config, how)?;
            check_identity(kind, key, &merged)?;
            complete(store.registry(), kind, &mut merged)?;
            prepare(kind, key, &live, &mut merged, &how.subresource)?;
            set_managers(&mut merged, &managers);
            let object = finish(store, kind, key, &live, merged)?;
            Ok(Written {
                object,
                created: false,
                warnings,
            })
        }
    }
}

fn apply_new(
    store: &mut Store,
    kind: &Kind,
    key: &ObjectKey,
    config: &Value,
    how: &Writing,
    warnings: Vec<String>,
) -> Result<Written, Failure> {
    let uid = meta::uid(config);
    if !uid.is_empty() {
        let why = format!(
            "uid mismatch: the provided object specified uid {uid}, and no existing object was found"
        );
        return Err(Failure::conflict(kind, &key.name, &why));
    }
    check_identity(kind, key, config)?;
    let empty = nothing(store.registry(), kind);
    let (mut object, managers) = merge(store, kind, &empty, config, how)?;
    place(store, kind, &key.namespace, &mut object)?;
    complete(store.registry(), kind, &mut object)?;
    strategy::convert(kind, &mut object);
    initialise(store, kind, &mut object)?;
    set_managers(&mut object, &managers);
    store_new(store, kind, object, warnings)
}

fn merge(
    store: &Store,
    kind: &Kind,
    live: &Value,
    config: &Value,
    how: &Writing,
) -> Result<(Value, ManagerSet), Failure> {
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
    let mut managers = ManagerSet::from_object(live);
    match managers.apply(
        ty,
        &nothing(store.registry(), kind),
        live,
        config,
        write,
        how.force,
    ) {
        Ok(merged) => Ok((merged, managers)),
        Err(ApplyError::Conflicts(conflicts)) => Err(Failure::apply_conflict(&conflicts)),
        Err(ApplyError::Malformed(why)) => Err(malformed(kind, config, &why.0)),
    }
}

/// What an applied configuration must be before anything else is looked at.
fn check(kind: &Kind, applied: &Value) -> Result<(), Failure> {
    let text = |name: &str| applied[name].as_str().unwrap_or_default();
    if text("kind").is_empty() || text("apiVersion").is_empty() {
        return Err(Failure::bad_request(format!(
            "invalid object type: /{}, Kind={}",
            text("apiVersion"),
            text("kind")
        )));
    }
    if !applied["metadata"]["managedFields"].is_null() {
        return Err(Failure::bad_request("metadata.managedFields must be nil"));
    }
    if text("kind") == kind.kind && text("apiVersion") != kind.api_version() {
        return Err(Failure::bad_request(format!(
            "Incorrect version specified in apply patch. Specified patch version: {}, expected: {}",
            text("apiVersion"),
            kind.api_version()
        )));
    }
    Ok(())
}

/// A request without a field manager cannot apply.
pub(crate) fn manager_required() -> Failure {
    let why = FieldError::required("fieldManager", "is required for apply patch");
    Failure::invalid_named("meta.k8s.io", "PatchOptions", "", &[why])
}
