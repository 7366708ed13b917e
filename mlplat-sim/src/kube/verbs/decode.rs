//! From the body of a request to an object of the kind that the path names.

use serde_json::{Value, json};

use super::Writing;
use crate::kube::kinds::{Kind, Registry};
use crate::kube::meta;
use crate::kube::rules::strategy;
use crate::kube::schema::{Fill, Findings, Strictness, admit};
use crate::kube::status::{Failure, FieldError};

/// Checks and cleans an incoming object: its kind is that of the path, unknown fields are dropped, values have the
/// form of their type, defaults are filled in. Gives the warnings for unknown fields.
pub(crate) fn decode(
    registry: &Registry,
    kind: &Kind,
    object: &mut Value,
    how: &Writing,
) -> Result<Vec<String>, Failure> {
    identify(kind, object)?;
    let findings = admit(registry.types(), &kind.ty, object, Fill::Defaults);
    let warnings = report(kind, object, findings, how.strictness)?;
    strategy::default(kind, object);
    Ok(warnings)
}

/// The same for an applied configuration: nothing is filled in, and what is required may be missing, since another
/// manager may give it.
pub(super) fn decode_applied(
    registry: &Registry,
    kind: &Kind,
    object: &mut Value,
    how: &Writing,
) -> Result<Vec<String>, Failure> {
    identify(kind, object)?;
    let mut findings = admit(registry.types(), &kind.ty, object, Fill::Nothing);
    findings.missing.clear();
    if !findings.unknown.is_empty() {
        return Err(undeclared(kind, object, &findings.unknown));
    }
    report(kind, object, findings, how.strictness)
}

/// Apply needs to know every field, however lenient the request is.
fn undeclared(kind: &Kind, object: &Value, unknown: &[String]) -> Failure {
    let mut errors: Vec<String> = unknown
        .iter()
        .map(|path| format!(".{path}: field not declared in schema"))
        .collect();
    if errors.len() > 1 {
        errors = vec![format!("errors:\n  {}", errors.join("\n  "))];
    }
    malformed(kind, object, &errors.concat())
}

/// The refusal of an applied configuration that does not have the form of its kind.
pub(super) fn malformed(kind: &Kind, object: &Value, why: &str) -> Failure {
    let (namespace, name) = (meta::text(object, "namespace"), meta::name(object));
    let kind = format!("{}/{}, Kind={}", kind.group, kind.version, kind.kind);
    Failure::internal(format!(
        "failed to create typed patch object ({namespace}/{name}; {kind}): {why}"
    ))
}

/// Fills in what a merged object leaves out, and checks that it is complete.
pub(super) fn complete(
    registry: &Registry,
    kind: &Kind,
    object: &mut Value,
) -> Result<(), Failure> {
    let findings = admit(registry.types(), &kind.ty, object, Fill::Defaults);
    report(kind, object, findings, Strictness::Ignore)?;
    strategy::default(kind, object);
    Ok(())
}

/// The object that has nothing but its kind.
pub(super) fn nothing(registry: &Registry, kind: &Kind) -> Value {
    let mut object = json!({"apiVersion": kind.api_version(), "kind": kind.kind, "metadata": {}});
    admit(registry.types(), &kind.ty, &mut object, Fill::Shape);
    object
}

/// Fills in kind and version where the body leaves them out, and refuses others than the path's.
fn identify(kind: &Kind, object: &mut Value) -> Result<(), Failure> {
    let text = |name: &str| object[name].as_str().unwrap_or_default().to_owned();
    let (given_kind, given_version) = (text("kind"), text("apiVersion"));
    let other_kind = !given_kind.is_empty() && given_kind != kind.kind;
    let other_version = !given_version.is_empty() && given_version != kind.api_version();
    if other_kind || other_version {
        let message = if kind.custom {
            format!(
                "the API version in the data ({given_version}) does not match the expected API version ({})",
                kind.api_version()
            )
        } else {
            let version = given_version.rsplit('/').next().unwrap_or_default();
            format!(
                "{given_kind} in version {version:?} cannot be handled as a {}: converting ({given_version}.{given_kind}) to (core.{}): unknown conversion",
                kind.kind, kind.kind
            )
        };
        return Err(Failure::bad_request(message));
    }
    let map = meta::map_mut(object);
    map.insert("kind".to_owned(), Value::from(kind.kind.clone()));
    map.insert("apiVersion".to_owned(), Value::from(kind.api_version()));
    meta::of_mut(object);
    Ok(())
}

fn report(
    kind: &Kind,
    object: &Value,
    findings: Findings,
    strictness: Strictness,
) -> Result<Vec<String>, Failure> {
    let name = meta::name(object);
    let wrong: Vec<FieldError> = findings
        .wrong
        .iter()
        .map(|(path, wanted)| FieldError::wrong_type(path, &at(object, path), wanted))
        .collect();
    let unreadable = |why: String| {
        Failure::bad_request(format!(
            "{0} in version {1:?} cannot be handled as a {0}: {why}",
            kind.kind, kind.version
        ))
    };
    match wrong.as_slice() {
        [] => {}
        _ if kind.custom => return Err(Failure::invalid(kind, name, &wrong)),
        _ => {
            let (path, wanted) = &findings.wrong[0];
            let why = if *wanted == "byte" {
                "illegal base64 data at input byte 0".to_owned()
            } else {
                format!(
                    "json: cannot unmarshal {} into Go struct field {}.{path} of type {wanted}",
                    at(object, path),
                    kind.kind
                )
            };
            return Err(unreadable(why));
        }
    }
    let unknown: Vec<String> = findings
        .unknown
        .iter()
        .map(|path| format!("unknown field {path:?}"))
        .collect();
    if strictness == Strictness::Strict && !unknown.is_empty() {
        return Err(unreadable(format!(
            "strict decoding error: {}",
            unknown.join(", ")
        )));
    }
    if !findings.missing.is_empty() {
        let missing: Vec<FieldError> = findings
            .missing
            .iter()
            .map(|path| FieldError::required(path, ""))
            .collect();
        return Err(Failure::invalid(kind, name, &missing));
    }
    Ok(if strictness == Strictness::Warn {
        unknown
    } else {
        Vec::new()
    })
}

/// The form of the value at a path, as messages name it.
fn at(object: &Value, path: &str) -> String {
    let pointer = format!("/{}", path.replace(['.', '['], "/").replace(']', ""));
    let form = match object.pointer(&pointer) {
        Some(Value::String(_)) => "string",
        Some(Value::Number(_)) => "number",
        Some(Value::Bool(_)) => "bool",
        Some(Value::Array(_)) => "array",
        Some(Value::Object(_)) => "object",
        _ => "value",
    };
    form.to_owned()
}
