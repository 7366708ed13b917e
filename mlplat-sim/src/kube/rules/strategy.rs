//! What single kinds do beyond the rules for all: defaults, conversions, and validation of their own.
//!
//! Covered in full: Namespace, ServiceAccount, ConfigMap, Secret, CustomResourceDefinition (as far as serving needs).
//! Other kinds of Kubernetes get their defaults (as far as the table of types and [`workloads`] know them) and no
//! validation of their own.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{names, workloads};
use crate::kube::kinds::Kind;
use crate::kube::meta;
use crate::kube::status::FieldError;

/// The most bytes that the entries of a config map or secret may have together.
const DATA_BYTES: usize = 1024 * 1024;
/// The label that every namespace has.
const NAMESPACE_LABEL: &str = "kubernetes.io/metadata.name";
/// The finalizer with which a namespace waits for its contents.
const NAMESPACE_FINALIZER: &str = "kubernetes";

/// The finalizer of a claim that pods may use.
pub(crate) const CLAIM_PROTECTION: &str = "kubernetes.io/pvc-protection";
/// The finalizer of a volume that a claim may use.
pub(crate) const VOLUME_PROTECTION: &str = "kubernetes.io/pv-protection";

/// Fills in what an absent field stands for.
pub(crate) fn default(kind: &Kind, object: &mut Value) {
    workloads::default(kind, object);
    if kind.is_core("Secret") {
        meta::map_mut(object)
            .entry("type")
            .or_insert_with(|| json!("Opaque"));
    } else if kind.is_core("Namespace") {
        let name = meta::name(object).to_owned();
        if !name.is_empty() {
            let labels = meta::child_mut(meta::of_mut(object), "labels");
            labels.insert(NAMESPACE_LABEL.to_owned(), Value::from(name));
        }
    } else if kind.kind == "CustomResourceDefinition" {
        default_definition(object);
    }
}

fn default_definition(object: &mut Value) {
    let spec = meta::child_mut(meta::map_mut(object), "spec");
    spec.entry("conversion")
        .or_insert_with(|| json!({"strategy": "None"}));
    let names = meta::child_mut(spec, "names");
    if let Some(kind) = names.get("kind").and_then(Value::as_str).map(str::to_owned) {
        names
            .entry("singular")
            .or_insert_with(|| Value::from(kind.to_lowercase()));
        names
            .entry("listKind")
            .or_insert_with(|| Value::from(format!("{kind}List")));
    }
}

/// Turns write-only fields into what is stored.
pub(crate) fn convert(kind: &Kind, object: &mut Value) {
    if kind.is_core("ServiceAccount") {
        // Of references to secrets only the names are kept.
        let secrets = object.get_mut("secrets").and_then(Value::as_array_mut);
        for secret in secrets.into_iter().flatten() {
            let name = secret.get("name").cloned();
            *secret = name.map_or_else(|| json!({}), |name| json!({"name": name}));
        }
    }
    if !kind.is_core("Secret") {
        return;
    }
    let map = meta::map_mut(object);
    if let Some(Value::Object(texts)) = map.remove("stringData") {
        let data = meta::child_mut(map, "data");
        for (key, value) in texts {
            data.insert(
                key,
                Value::from(STANDARD.encode(value.as_str().unwrap_or_default())),
            );
        }
    }
}

/// Prepares a new object.
pub(crate) fn prepare_create(kind: &Kind, object: &mut Value) {
    if kind.is_core("Namespace") {
        let map = meta::map_mut(object);
        let spec = meta::child_mut(map, "spec");
        let finalizers = spec.entry("finalizers").or_insert_with(|| json!([]));
        if let Some(list) = finalizers.as_array_mut()
            && !list.iter().any(|one| one == NAMESPACE_FINALIZER)
        {
            list.push(json!(NAMESPACE_FINALIZER));
        }
        map.insert("status".to_owned(), json!({"phase": "Active"}));
    } else if kind.has("status") {
        meta::map_mut(object).remove("status");
    }
    workloads::prepare_create(kind, object);
    for (name, finalizer) in [
        ("PersistentVolumeClaim", CLAIM_PROTECTION),
        ("PersistentVolume", VOLUME_PROTECTION),
    ] {
        if kind.is_core(name) {
            let had = meta::finalizers(object).into_iter().map(str::to_owned);
            let mut all: Vec<String> = had.filter(|one| one != finalizer).collect();
            all.push(finalizer.to_owned());
            let all: Vec<&str> = all.iter().map(String::as_str).collect();
            meta::set_finalizers(object, &all);
        }
    }
    if kind.kind == "CustomResourceDefinition" {
        let versions = object["spec"]["versions"].as_array().into_iter().flatten();
        let stored = versions
            .filter(|one| one["storage"] == true)
            .map(|one| one["name"].clone());
        let stored: Vec<Value> = stored.collect();
        object["status"] = json!({"storedVersions": stored});
    }
}

/// Takes out of an applied configuration what the endpoint does not let it decide, so that it is not owned either.
pub(crate) fn reset(kind: &Kind, config: &mut Value, subresource: &str) {
    let map = meta::map_mut(config);
    match subresource {
        "status" if kind.custom => map.retain(|name, _| {
            ["apiVersion", "kind", "metadata", "status"].contains(&name.as_str())
        }),
        "status" => {
            map.remove("spec");
        }
        _ if kind.has("status") => {
            map.remove("status");
        }
        _ => {}
    }
}

/// Prepares a changed object: what the request may not change stays as it was.
pub(crate) fn prepare_update(kind: &Kind, old: &Value, new: &mut Value, subresource: &str) {
    let keep = |new: &mut Value, field: &str| match old.get(field) {
        Some(value) => new[field] = value.clone(),
        None => {
            meta::map_mut(new).remove(field);
        }
    };
    match subresource {
        "status" if kind.custom => {
            let status = new.get("status").cloned();
            let managed = new["metadata"].get("managedFields").cloned();
            let version = new["metadata"].get("resourceVersion").cloned();
            *new = old.clone();
            meta::set(new, "managedFields", managed);
            meta::set(new, "resourceVersion", version);
            match status {
                Some(status) => new["status"] = status,
                None => {
                    meta::map_mut(new).remove("status");
                }
            }
        }
        "status" => keep(new, "spec"),
        "finalize" => keep(new, "status"),
        // The scheduler says with the node that it has chosen one.
        "binding" => {}
        _ => {
            if kind.has("status") {
                keep(new, "status");
            }
            if kind.is_core("Namespace") {
                keep(new, "spec");
            }
        }
    }
}

/// Whether what was asked for has changed, so that the generation counts.
pub(crate) fn desired_changed(kind: &Kind, old: &Value, new: &Value) -> bool {
    let desired = |object: &Value| -> Value {
        let mut object = object.clone();
        let map = meta::map_mut(&mut object);
        map.remove("metadata");
        if kind.has("status") {
            map.remove("status");
        }
        object
    };
    desired(old) != desired(new)
}

/// Everything wrong with an object by the rules of its kind.
pub(crate) fn validate(kind: &Kind, object: &Value) -> Vec<FieldError> {
    let mut out = Vec::new();
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "ConfigMap") => validate_config_map(object, &mut out),
        ("", "Secret") => validate_secret(object, &mut out),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => {
            validate_definition(object, &mut out)
        }
        _ => {}
    }
    out
}

fn entries<'a>(object: &'a Value, field: &str) -> impl Iterator<Item = (&'a String, &'a str)> {
    let map = object[field].as_object().into_iter().flatten();
    map.map(|(key, value)| (key, value.as_str().unwrap_or_default()))
}

fn validate_keys(object: &Value, field: &str, out: &mut Vec<FieldError>) {
    for (key, _) in entries(object, field) {
        let path = format!("{field}[{key}]");
        out.extend(
            names::config_key(key)
                .iter()
                .map(|why| FieldError::invalid(&path, key, why)),
        );
    }
}

fn decoded_len(base64: &str) -> usize {
    base64.trim_end_matches('=').len() * 3 / 4
}

fn validate_config_map(object: &Value, out: &mut Vec<FieldError>) {
    validate_keys(object, "data", out);
    for (key, _) in
        entries(object, "data").filter(|(key, _)| object["binaryData"].get(key.as_str()).is_some())
    {
        let path = format!("data[{key}]");
        out.push(FieldError::invalid(
            &path,
            key,
            "duplicate of key present in binaryData",
        ));
    }
    validate_keys(object, "binaryData", out);
    let text: usize = entries(object, "data").map(|(_, value)| value.len()).sum();
    let binary: usize = entries(object, "binaryData")
        .map(|(_, value)| decoded_len(value))
        .sum();
    if text + binary > DATA_BYTES {
        out.push(FieldError::too_long("[]", DATA_BYTES));
    }
}

fn validate_secret(object: &Value, out: &mut Vec<FieldError>) {
    validate_keys(object, "data", out);
    if entries(object, "data")
        .map(|(_, value)| decoded_len(value))
        .sum::<usize>()
        > DATA_BYTES
    {
        out.push(FieldError::too_long("data", DATA_BYTES));
    }
    let wanted: &[&str] = match object["type"].as_str() {
        Some("kubernetes.io/dockerconfigjson") => &[".dockerconfigjson"],
        Some("kubernetes.io/dockercfg") => &[".dockercfg"],
        Some("kubernetes.io/tls") => &["tls.crt", "tls.key"],
        _ => &[],
    };
    for key in wanted
        .iter()
        .filter(|key| object["data"].get(**key).is_none())
    {
        out.push(FieldError::required(&format!("data[{key}]"), ""));
    }
}

fn validate_definition(object: &Value, out: &mut Vec<FieldError>) {
    let spec = &object["spec"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let wanted = format!(
        "{}.{}",
        text(&spec["names"]["plural"]),
        text(&spec["group"])
    );
    if meta::name(object) != wanted {
        let why = "must be spec.names.plural+\".\"+spec.group";
        out.push(FieldError::invalid(
            "metadata.name",
            meta::name(object),
            why,
        ));
    }
    for (field, value) in [
        ("spec.group", &spec["group"]),
        ("spec.scope", &spec["scope"]),
        ("spec.names.plural", &spec["names"]["plural"]),
        ("spec.names.kind", &spec["names"]["kind"]),
    ] {
        if text(value).is_empty() {
            out.push(FieldError::required(field, ""));
        }
    }
    let versions = spec["versions"].as_array().into_iter().flatten();
    if versions
        .clone()
        .filter(|one| one["storage"] == true)
        .count()
        != 1
    {
        let why = "must have exactly one version marked as storage version";
        out.push(FieldError::invalid_raw("spec.versions", "null", why));
    }
    for (at, version) in versions
        .enumerate()
        .filter(|(_, one)| one["schema"]["openAPIV3Schema"].is_null())
    {
        let _ = version;
        out.push(FieldError::required(
            &format!("spec.versions[{at}].schema.openAPIV3Schema"),
            "schemas are required",
        ));
    }
}

/// Everything that a change may not do by the rules of its kind.
pub(crate) fn validate_update(kind: &Kind, old: &Value, new: &Value) -> Vec<FieldError> {
    let mut out = Vec::new();
    let sealed = old["immutable"] == true;
    if kind.is_core("Secret") && old["type"] != new["type"] {
        out.push(FieldError::invalid(
            "type",
            new["type"].as_str().unwrap_or_default(),
            "field is immutable",
        ));
    }
    if sealed && (kind.is_core("ConfigMap") || kind.is_core("Secret")) {
        let why = "field is immutable when `immutable` is set";
        for field in ["immutable", "data", "binaryData"] {
            if old.get(field) != new.get(field) {
                out.push(FieldError::forbidden(field, why));
            }
        }
    }
    out
}
