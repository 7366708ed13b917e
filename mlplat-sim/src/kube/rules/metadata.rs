//! Validation of `metadata`, on creation and on change.

use serde_json::Value;

use super::names;
use crate::kube::kinds::Kind;
use crate::kube::meta;
use crate::kube::status::FieldError;

/// The most bytes that all annotations of an object may have together.
const ANNOTATION_BYTES: usize = 256 * 1024;

/// Everything wrong with the metadata of an object.
pub(crate) fn validate_metadata(kind: &Kind, object: &Value) -> Vec<FieldError> {
    let mut out = Vec::new();
    let name = meta::name(object);
    if name.is_empty() {
        out.push(FieldError::required(
            "metadata.name",
            "name or generateName is required",
        ));
    } else {
        for complaint in name_complaints(kind, name) {
            out.push(FieldError::invalid("metadata.name", name, &complaint));
        }
    }
    for (key, value) in meta::entries(object, "labels") {
        let field = "metadata.labels";
        out.extend(
            names::qualified(key)
                .iter()
                .map(|why| FieldError::invalid(field, key, why)),
        );
        out.extend(
            names::label_value(value)
                .iter()
                .map(|why| FieldError::invalid(field, value, why)),
        );
    }
    validate_annotations(object, &mut out);
    validate_owners(object, &mut out);
    for (at, finalizer) in meta::finalizers(object).into_iter().enumerate() {
        let field = format!("metadata.finalizers[{at}]");
        let known = [meta::FOREGROUND, meta::ORPHAN, "kubernetes"].contains(&finalizer);
        if !finalizer.contains('/') && !known {
            let why = "name is neither a standard finalizer name nor is it fully qualified";
            out.push(FieldError::invalid(&field, finalizer, why));
        }
        out.extend(
            names::qualified(finalizer)
                .iter()
                .map(|why| FieldError::invalid(&field, finalizer, why)),
        );
    }
    out
}

fn name_complaints(kind: &Kind, name: &str) -> names::Complaints {
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "Namespace") => names::label(name),
        ("rbac.authorization.k8s.io", _) => names::path_segment(name),
        _ => names::subdomain(name),
    }
}

fn validate_annotations(object: &Value, out: &mut Vec<FieldError>) {
    let mut total = 0;
    for (key, value) in meta::entries(object, "annotations") {
        // Keys may differ in case from what a label key may be.
        let complaints = names::qualified(&key.to_lowercase());
        out.extend(
            complaints
                .iter()
                .map(|why| FieldError::invalid("metadata.annotations", key, why)),
        );
        total += key.len() + value.len();
    }
    if total > ANNOTATION_BYTES {
        out.push(FieldError::too_long(
            "metadata.annotations",
            ANNOTATION_BYTES,
        ));
    }
}

fn validate_owners(object: &Value, out: &mut Vec<FieldError>) {
    let field = |name: &str| format!("metadata.ownerReferences.{name}");
    let owners = object["metadata"]["ownerReferences"]
        .as_array()
        .into_iter()
        .flatten();
    let mut controllers = 0;
    for owner in owners {
        let text = |name: &str| owner[name].as_str().unwrap_or_default();
        if text("apiVersion")
            .rsplit('/')
            .next()
            .is_none_or(str::is_empty)
        {
            out.push(FieldError::invalid(
                &field("apiVersion"),
                "",
                "version must not be empty",
            ));
        }
        for name in ["kind", "name", "uid"] {
            if text(name).is_empty() {
                out.push(FieldError::invalid(&field(name), "", "must not be empty"));
            }
        }
        controllers += usize::from(owner["controller"].as_bool() == Some(true));
    }
    if controllers > 1 {
        let why = "Only one reference can have Controller set to true.";
        out.push(FieldError::invalid_raw(
            "metadata.ownerReferences",
            "[]",
            why,
        ));
    }
}

/// Everything that a change of metadata may not do.
pub(crate) fn validate_metadata_update(old: &Value, new: &Value) -> Vec<FieldError> {
    let mut out = Vec::new();
    if meta::deleting(old) {
        let had = meta::finalizers(old);
        let added: Vec<String> = meta::finalizers(new)
            .into_iter()
            .filter(|finalizer| !had.contains(finalizer))
            .map(|finalizer| format!("{finalizer:?}"))
            .collect();
        if !added.is_empty() {
            let why = format!(
                "no new finalizers can be added if the object is being deleted, found new finalizers []string{{{}}}",
                added.join(", ")
            );
            out.push(FieldError::forbidden("metadata.finalizers", &why));
        }
    }
    out
}
