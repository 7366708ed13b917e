//! The three patches that are not an apply: JSON merge (RFC 7386), JSON patch (RFC 6902), strategic merge.

use serde_json::Value;

use super::strategic::strategic_merge;
use super::write::{check_identity, update};
use super::{Writing, Written, decode};
use crate::kube::journal::ObjectKey;
use crate::kube::kinds::Kind;
use crate::kube::status::Failure;
use crate::kube::store::Store;

/// The form of a patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PatchKind {
    /// `application/merge-patch+json`.
    Merge,
    /// `application/json-patch+json`.
    Json,
    /// `application/strategic-merge-patch+json`.
    Strategic,
}

/// Patches an object that is there.
pub(crate) fn patch(
    store: &mut Store,
    kind: &Kind,
    key: &ObjectKey,
    form: PatchKind,
    body: Value,
    how: &Writing,
) -> Result<Written, Failure> {
    let live = store
        .get(key)
        .cloned()
        .ok_or_else(|| Failure::not_found(kind, &key.name))?;
    let mut new = Value::clone(&live);
    match form {
        PatchKind::Merge => json_patch::merge(&mut new, &body),
        PatchKind::Json => {
            let operations: json_patch::Patch = serde_json::from_value(body)
                .map_err(|error| Failure::bad_request(format!("error decoding patch: {error}")))?;
            json_patch::patch(&mut new, &operations).map_err(|_| Failure::bad_patch())?;
        }
        PatchKind::Strategic if kind.custom => return Err(Failure::media_type()),
        PatchKind::Strategic => {
            strategic_merge(store.registry().types(), &kind.ty, &mut new, &body)
        }
    }
    check_identity(kind, key, &new)?;
    let warnings = decode(store.registry(), kind, &mut new, how)?;
    let object = update(store, kind, key, &live, new, how)?;
    Ok(Written {
        object,
        created: false,
        warnings,
    })
}
