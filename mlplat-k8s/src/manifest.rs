//! From inputs to manifests, and back.
//!
//! `Cluster`, `Namespace`, `Name`, `Labels` and `Annotations` are metadata;
//! every other input is the top-level member of its name in camel case.

use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use mlplat_core::ClusterAccess;
use mlplat_core::facts::Type;
use mlplat_core::provider::{Observed, Request, Status, Target};
use serde_json::{Map, Value, json};

/// Label with the birth token: whose object it is.
pub(crate) const BIRTH: &str = "mlplat.dev/birth";
/// Label with the lineage of the state.
pub(crate) const LINEAGE: &str = "mlplat.dev/lineage";

const METADATA: [&str; 5] = ["Cluster", "Namespace", "Name", "Labels", "Annotations"];

/// The API of a type: `v1/configmaps` with kind `ConfigMap`.
pub(crate) fn api_resource(ty: &Type) -> ApiResource {
    let kind = ty.name.trim_start_matches("k8s.");
    let (path, plural) = ty.api.rsplit_once('/').unwrap_or(("v1", ty.api));
    let (group, version) = path.rsplit_once('/').unwrap_or(("", path));
    ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk(group, version, kind), plural)
}

/// Whether objects of a type live in namespaces.
pub(crate) fn is_namespaced(ty: &Type) -> bool {
    ty.field("Namespace").is_some()
}

/// A text input.
pub(crate) fn text<'a>(inputs: &'a Map<String, Value>, name: &str) -> &'a str {
    inputs.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// How the object's cluster is reached.
pub(crate) fn access(inputs: &Map<String, Value>) -> Option<ClusterAccess> {
    serde_json::from_value(inputs.get("Cluster")?.clone()).ok()
}

/// The id of an object: `namespace/name`, or the name.
pub(crate) fn id(ty: &Type, inputs: &Map<String, Value>) -> String {
    let name = text(inputs, "Name");
    if is_namespaced(ty) {
        format!("{}/{name}", text(inputs, "Namespace"))
    } else {
        name.to_owned()
    }
}

/// What is applied.
pub(crate) fn manifest(request: &Request) -> Value {
    let resource = api_resource(request.ty);
    let mut labels = request
        .inputs
        .get("Labels")
        .cloned()
        .unwrap_or_else(|| json!({}));
    labels[BIRTH] = json!(request.token);
    labels[LINEAGE] = json!(request.lineage);
    let mut metadata = json!({ "name": text(&request.inputs, "Name"), "labels": labels });
    if is_namespaced(request.ty) {
        metadata["namespace"] = json!(text(&request.inputs, "Namespace"));
    }
    if let Some(annotations) = request.inputs.get("Annotations") {
        metadata["annotations"] = annotations.clone();
    }
    let mut object = json!({
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "metadata": metadata,
    });
    for (name, value) in &request.inputs {
        if !METADATA.contains(&name.as_str()) {
            object[camel(name)] = value.clone();
        }
    }
    object
}

/// What an object is, in the fields that the target has: what others have set
/// beside them is theirs.
pub(crate) fn observed(target: &Target, live: &DynamicObject) -> Observed {
    let mut inputs = Map::new();
    for (name, ours) in &target.inputs {
        let now = match name.as_str() {
            "Cluster" | "Namespace" | "Name" => Some(ours.clone()),
            "Labels" => serde_json::to_value(&live.metadata.labels).ok(),
            "Annotations" => serde_json::to_value(&live.metadata.annotations).ok(),
            other => live.data.get(camel(other)).cloned(),
        };
        inputs.insert(name.clone(), only_ours(ours, now.unwrap_or(Value::Null)));
    }
    let token = live
        .metadata
        .labels
        .as_ref()
        .and_then(|labels| labels.get(BIRTH).cloned());
    let id = id(target.ty, &target.inputs);
    Observed {
        outputs: outputs(target, &id),
        id,
        status: status(live),
        inputs,
        // Somebody who takes our label away does not make it somebody else's.
        token: token.or_else(|| Some(target.token.clone()).filter(|token| !token.is_empty())),
    }
}

fn outputs(target: &Target, id: &str) -> Map<String, Value> {
    let known = ["Name", "Namespace"].into_iter();
    let known = known.filter(|name| target.ty.output(name).is_some());
    let known = known.map(|name| (name.to_owned(), json!(text(&target.inputs, name))));
    known.chain([("Id".to_owned(), json!(id))]).collect()
}

fn status(live: &DynamicObject) -> Status {
    let phase = live.data.pointer("/status/phase").and_then(Value::as_str);
    match (live.metadata.deletion_timestamp.is_some(), phase) {
        (true, _) | (_, Some("Terminating")) => Status::Leaving(holding(live)),
        _ => Status::Ready,
    }
}

/// What an object on its way out still waits for.
fn holding(live: &DynamicObject) -> String {
    let finalizers = live.metadata.finalizers.clone().unwrap_or_default();
    if finalizers.is_empty() {
        "Terminating".to_owned()
    } else {
        format!("Terminating, held by {}", finalizers.join(", "))
    }
}

/// Maps are owned key by key; everything else as a whole.
fn only_ours(ours: &Value, now: Value) -> Value {
    match (ours, now) {
        (Value::Object(ours), Value::Object(now)) => {
            let kept = now.into_iter().filter(|(key, _)| ours.contains_key(key));
            Value::Object(kept.collect())
        }
        (Value::Object(ours), Value::Null) if ours.is_empty() => json!({}),
        (_, now) => now,
    }
}

fn camel(name: &str) -> String {
    let mut rest = name.chars();
    let first = rest.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(rest).collect()
}
