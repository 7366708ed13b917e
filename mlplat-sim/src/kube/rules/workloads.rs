//! Defaults of workloads and services that depend on other fields.
//!
//! Defaults that depend on nothing are in the table of types. Left out: what the server allocates (cluster IPs, node
//! ports), what it derives from the rest of the cluster (storage classes, limits).

use serde_json::{Value, json};

use crate::kube::kinds::Kind;
use crate::kube::meta;

/// Fills in what absent fields stand for.
pub(crate) fn default(kind: &Kind, object: &mut Value) {
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "Pod") => pod(object.get_mut("spec")),
        ("", "Service") => service(object),
        ("apps", "Deployment") => {
            rolling(
                object,
                "strategy",
                &json!({"maxSurge": "25%", "maxUnavailable": "25%"}),
            );
            pod(object.pointer_mut("/spec/template/spec"));
        }
        ("apps", "DaemonSet") => {
            rolling(
                object,
                "updateStrategy",
                &json!({"maxSurge": 0, "maxUnavailable": 1}),
            );
            pod(object.pointer_mut("/spec/template/spec"));
        }
        ("apps", "StatefulSet") => {
            rolling(object, "updateStrategy", &json!({"partition": 0}));
            pod(object.pointer_mut("/spec/template/spec"));
        }
        ("apps", "ReplicaSet") => pod(object.pointer_mut("/spec/template/spec")),
        ("batch", "Job") => {
            job(object);
            pod(object.pointer_mut("/spec/template/spec"));
        }
        ("batch", "CronJob") => pod(object.pointer_mut("/spec/jobTemplate/spec/template/spec")),
        _ => {}
    }
}

/// What the server adds to a new object: how a pod begins and how well it is served, how the pods of a job are found.
pub(crate) fn prepare_create(kind: &Kind, object: &mut Value) {
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "Pod") => {
            let class = quality(&object["spec"]);
            object["status"] = json!({"phase": "Pending", "qosClass": class});
        }
        ("batch", "Job") => select_pods(object),
        _ => {}
    }
}

/// The quality of service of a pod: `Guaranteed` when every container has limits for processors and memory and asks
/// for as much, `BestEffort` when none asks for anything or has a limit.
fn quality(spec: &Value) -> &'static str {
    let lists = ["containers", "initContainers"].map(|list| spec[list].as_array());
    let containers = lists.into_iter().flatten().flatten();
    let (mut all, mut any) = (true, false);
    for container in containers {
        let amount = |field: &str, name: &str| container["resources"][field].get(name).cloned();
        for name in ["cpu", "memory"] {
            let (limit, request) = (amount("limits", name), amount("requests", name));
            any |= limit.is_some() || request.is_some();
            all &= limit.is_some() && request.is_none_or(|request| Some(request) == limit);
        }
    }
    match (all, any) {
        (_, false) => "BestEffort",
        (true, true) => "Guaranteed",
        (false, true) => "Burstable",
    }
}

/// The labels by which a job knows its pods, unless it brings a selector of its own.
fn select_pods(object: &mut Value) {
    if object["spec"]["manualSelector"] == true {
        return;
    }
    let (uid, name) = (meta::uid(object).to_owned(), meta::name(object).to_owned());
    let labels = &mut object["spec"]["template"]["metadata"]["labels"];
    for prefix in ["batch.kubernetes.io/", ""] {
        labels[format!("{prefix}controller-uid")] = json!(uid);
        labels[format!("{prefix}job-name")] = json!(name);
    }
    object["spec"]["selector"] =
        json!({"matchLabels": {"batch.kubernetes.io/controller-uid": uid}});
}

/// The parameters of a rolling update, where that is the strategy.
fn rolling(object: &mut Value, field: &str, parameters: &Value) {
    let Some(strategy) = object["spec"].get_mut(field) else {
        return;
    };
    if strategy["type"] == "RollingUpdate" {
        let rolling = meta::child_mut(meta::map_mut(strategy), "rollingUpdate");
        for (name, value) in parameters.as_object().into_iter().flatten() {
            rolling.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
}

/// Jobs have defaults that the jobs described in a cron job do not have.
fn job(object: &mut Value) {
    let Some(Value::Object(spec)) = object.get_mut("spec") else {
        return;
    };
    for (name, value) in [
        ("backoffLimit", json!(6)),
        ("completionMode", json!("NonIndexed")),
        ("suspend", json!(false)),
        ("podReplacementPolicy", json!("TerminatingOrFailed")),
    ] {
        spec.entry(name).or_insert(value);
    }
    if !spec.contains_key("completions") && !spec.contains_key("parallelism") {
        spec.insert("completions".to_owned(), json!(1));
    }
    spec.entry("parallelism").or_insert_with(|| json!(1));
}

/// Images that can change under their name are always pulled; a service account has two names.
fn pod(spec: Option<&mut Value>) {
    let Some(Value::Object(spec)) = spec else {
        return;
    };
    for (from, to) in [
        ("serviceAccountName", "serviceAccount"),
        ("serviceAccount", "serviceAccountName"),
    ] {
        if let Some(name) = spec.get(from).cloned() {
            spec.entry(to).or_insert(name);
        }
    }
    for list in ["containers", "initContainers"] {
        for container in spec
            .get_mut(list)
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            let image = container["image"].as_str().unwrap_or_default();
            let policy = if is_latest(image) {
                "Always"
            } else {
                "IfNotPresent"
            };
            meta::map_mut(container)
                .entry("imagePullPolicy")
                .or_insert_with(|| json!(policy));
        }
    }
}

/// Whether an image has no tag and no digest, or the tag `latest`.
fn is_latest(image: &str) -> bool {
    let name = image.rsplit('/').next().unwrap_or_default();
    !name.contains('@') && name.split_once(':').is_none_or(|(_, tag)| tag == "latest")
}

fn service(object: &mut Value) {
    let Some(Value::Object(spec)) = object.get_mut("spec") else {
        return;
    };
    if spec.get("type").is_some_and(|kind| kind != "ExternalName") {
        spec.entry("internalTrafficPolicy")
            .or_insert_with(|| json!("Cluster"));
    }
    if spec.get("type").is_some_and(|kind| kind == "LoadBalancer") {
        spec.entry("allocateLoadBalancerNodePorts")
            .or_insert_with(|| json!(true));
    }
    if spec
        .get("type")
        .is_some_and(|kind| kind == "LoadBalancer" || kind == "NodePort")
    {
        spec.entry("externalTrafficPolicy")
            .or_insert_with(|| json!("Cluster"));
    }
    for port in spec
        .get_mut("ports")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        let number = port["port"].clone();
        let port = meta::map_mut(port);
        let target = port.entry("targetPort").or_insert_with(|| number.clone());
        if target == "" || *target == 0 {
            *target = number;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latest_images() {
        for latest in ["nginx", "nginx:latest", "host:5000/a/nginx"] {
            assert!(is_latest(latest), "{latest}");
        }
        for fixed in ["nginx:1", "host:5000/a/nginx:1", "nginx@sha256:00"] {
            assert!(!is_latest(fixed), "{fixed}");
        }
    }
}
