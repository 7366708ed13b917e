//! From inputs to manifests, and back.
//!
//! `Cluster`, `Namespace`, `Name`, `Labels` and `Annotations` are metadata;
//! every other input is the top-level member of its name in camel case.

use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use mlplat_core::ClusterAccess;
use mlplat_core::facts::{DOCUMENT, Type};
use mlplat_core::provider::{Observed, Request, Status, Target};
use serde_json::{Map, Value, json};

use crate::objects::REVISION;
use crate::{likeness, readiness, revision};

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

/// What is applied, with the revision of its content where contents are
/// counted.
pub(crate) fn manifest(request: &Request, revision: Option<String>) -> Value {
    let resource = api_resource(request.ty);
    let input = |name: &str| request.inputs.get(name).cloned();
    let mut labels = input("Labels").unwrap_or_else(|| json!({}));
    labels[BIRTH] = json!(request.token);
    labels[LINEAGE] = json!(request.lineage);
    let mut metadata = json!({ "name": text(&request.inputs, "Name"), "labels": labels });
    if is_namespaced(request.ty) {
        metadata["namespace"] = json!(text(&request.inputs, "Namespace"));
    }
    let mut annotations = input("Annotations").unwrap_or_else(|| json!({}));
    if let Some(revision) = revision {
        annotations[REVISION] = json!(revision);
    }
    if annotations.as_object().is_some_and(|all| !all.is_empty()) {
        metadata["annotations"] = annotations;
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

/// What an object is, in the members that the target has: what others have set
/// beside them is theirs.
pub(crate) fn observed(target: &Target, live: &DynamicObject, status: Status) -> Observed {
    let mut inputs = Map::new();
    for (name, ours) in &target.inputs {
        let now = match name.as_str() {
            "Cluster" | "Namespace" | "Name" => Some(ours.clone()),
            "Labels" => serde_json::to_value(&live.metadata.labels).ok(),
            "Annotations" => serde_json::to_value(&live.metadata.annotations).ok(),
            other if revision::content_field(target.ty) == Some(other) => {
                revision::content(target.ty, live).map(Value::Object)
            }
            other => live.data.get(camel(other)).cloned(),
        };
        let inside = target.ty.field(name).and_then(|field| field.inside);
        let now = likeness::ours(inside.unwrap_or(&DOCUMENT), ours, now.as_ref());
        let empty = ours.as_object().is_some_and(Map::is_empty);
        let now = now.or_else(|| empty.then(|| ours.clone()));
        inputs.insert(name.clone(), now.unwrap_or(Value::Null));
    }
    let labels = live.metadata.labels.as_ref();
    let id = id(target.ty, &target.inputs);
    Observed {
        outputs: outputs(target, live, &id),
        id,
        status,
        inputs,
        token: labels.and_then(|labels| labels.get(BIRTH).cloned()),
    }
}

fn outputs(target: &Target, live: &DynamicObject, id: &str) -> Map<String, Value> {
    let input = |name: &str| text(&target.inputs, name);
    let each = target.ty.outputs.iter().filter_map(|output| {
        let value = match output.name {
            "Id" => id.to_owned(),
            "Host" => format!("{}.{}.svc.cluster.local", input("Name"), input("Namespace")),
            "LoadBalancerHost" => readiness::load_balancer_host(live)?.to_owned(),
            // Somebody took it away: what is there now was never counted.
            "Revision" => revision::of(live).unwrap_or("0").to_owned(),
            "Uid" => live.metadata.uid.clone()?,
            name => input(name).to_owned(),
        };
        Some((output.name.to_owned(), Value::String(value)))
    });
    each.collect()
}

fn camel(name: &str) -> String {
    let mut rest = name.chars();
    let first = rest.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(rest).collect()
}
