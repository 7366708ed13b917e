//! Where services lead: endpoint slices, and the older endpoints, of the pods that a service selects.
//!
//! Facts: labels, conditions and order as the documentation of EndpointSlices and `pkg/controller/endpointslice`,
//! `pkg/controller/endpoint` of Kubernetes 1.36 have them. Left out: more than one slice for a service (a real one
//! has a hundred endpoints), hints, dual stack.

use std::time::Duration;

use serde_json::{Value, json};

use super::Controller;
use super::acting::{
    Found, MANAGER, all, controlled, controlled_by, create, edit, kind_of, remove,
};
use super::{labels, pods};
use crate::kube::journal::ObjectKey;
use crate::kube::meta;
use crate::kube::store::Store;

const MANAGED_BY: &str = "endpointslice.kubernetes.io/managed-by";

/// The endpoint and endpoint slice controllers.
#[derive(Debug, Clone, Copy, Default)]
pub struct Endpoints;

impl Controller for Endpoints {
    fn latency(&self) -> Duration {
        Duration::from_millis(200)
    }

    fn subjects(&self) -> &[&str] {
        &["services", "endpoints"]
    }

    fn concerns(&self) -> &[(&str, &str)] {
        &[
            ("", "services"),
            ("", "pods"),
            ("", "endpoints"),
            ("discovery.k8s.io", "endpointslices"),
        ]
    }

    fn react(&mut self, store: &mut Store, _: Duration) -> Option<Duration> {
        let services = all(store, "", "services");
        for service in &services {
            let spec = &service.1["spec"];
            let selects = spec["selector"]
                .as_object()
                .is_some_and(|map| !map.is_empty());
            if selects && spec["type"] != "ExternalName" && !meta::deleting(&service.1) {
                lead(store, service);
            }
        }
        sweep(store);
        None
    }
}

fn lead(store: &mut Store, service: &Found) {
    let (key, object) = service;
    let selected: Vec<Found> = store
        .list("", "pods", Some(&key.namespace))
        .filter(|(_, pod)| labels::has_all(pod, &object["spec"]["selector"]))
        .filter(|(_, pod)| pod["status"]["podIP"].is_string() && !pods::is_finished(pod))
        .map(|(key, pod)| (key.clone(), pod.clone()))
        .collect();
    slice(store, service, &selected);
    classic(store, service, &selected);
}

fn slice(store: &mut Store, (key, service): &Found, selected: &[Found]) {
    let unready = service["spec"]["publishNotReadyAddresses"] == true;
    let endpoints: Vec<Value> = selected
        .iter()
        .map(|(_, pod)| {
            let serves = pods::is_ready(pod);
            let leaves = meta::deleting(pod);
            json!({
                "addresses": [pod["status"]["podIP"]],
                "conditions": {"ready": unready || serves && !leaves, "serving": serves, "terminating": leaves},
                "nodeName": pod["spec"]["nodeName"],
                "targetRef": target(pod),
                "zone": zone(store, pod),
            })
        })
        .collect();
    let ports = ports(service, selected);
    let had = controlled(store, service, "discovery.k8s.io", "endpointslices");
    if let Some((at, slice)) = had.first() {
        if slice["endpoints"] != json!(endpoints) || slice["ports"] != json!(ports) {
            edit(store, at, MANAGER, |slice| {
                slice["endpoints"] = json!(endpoints);
                slice["ports"] = json!(ports);
            });
        }
        return;
    }
    let Some(kind) = kind_of(store, key) else {
        return;
    };
    let mut labels = service["metadata"]["labels"].clone();
    labels["kubernetes.io/service-name"] = json!(key.name);
    labels[MANAGED_BY] = json!("endpointslice-controller.k8s.io");
    if service["spec"]["clusterIP"] == "None" {
        labels["service.kubernetes.io/headless"] = json!("");
    }
    let slice = json!({
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "generateName": format!("{}-", key.name),
            "labels": labels,
            "ownerReferences": [controlled_by(&kind, service)],
        },
        "addressType": "IPv4",
        "endpoints": endpoints,
        "ports": ports,
    });
    // A namespace on its way out takes nothing new.
    let _ = create(store, &key.namespace, slice, MANAGER);
}

/// The endpoints object, which has the name of its service and no owner.
fn classic(store: &mut Store, (key, service): &Found, selected: &[Found]) {
    let unready = service["spec"]["publishNotReadyAddresses"] == true;
    let (serving, waiting): (Vec<_>, Vec<_>) = selected
        .iter()
        .filter(|(_, pod)| unready || !meta::deleting(pod))
        .partition(|(_, pod)| unready || pods::is_ready(pod));
    let address = |(_, pod): &&Found| {
        json!({
            "ip": pod["status"]["podIP"],
            "nodeName": pod["spec"]["nodeName"],
            "targetRef": target(pod),
        })
    };
    let mut subset = json!({});
    for (field, list) in [("addresses", &serving), ("notReadyAddresses", &waiting)] {
        if !list.is_empty() {
            subset[field] = list.iter().map(address).collect();
        }
    }
    let empty = serving.is_empty() && waiting.is_empty();
    let ports = ports(service, selected);
    if !ports.is_empty() {
        subset["ports"] = json!(ports);
    }
    let subsets = if empty { Value::Null } else { json!([subset]) };
    let at = ObjectKey::new("", "endpoints", &key.namespace, &key.name);
    let Some(had) = store.get(&at) else {
        let mut labels = service["metadata"]["labels"].clone();
        labels["endpoints.kubernetes.io/managed-by"] = json!("endpoint-controller");
        let mut object = json!({
            "apiVersion": "v1",
            "kind": "Endpoints",
            "metadata": {"name": key.name, "labels": labels},
        });
        if !empty {
            object["subsets"] = subsets;
        }
        // A namespace on its way out takes nothing new.
        let _ = create(store, &key.namespace, object, MANAGER);
        return;
    };
    if had["subsets"] != subsets {
        edit(store, &at, MANAGER, |object| {
            if empty {
                meta::map_mut(object).remove("subsets");
            } else {
                object["subsets"] = subsets;
            }
        });
    }
}

/// Endpoints that a controller made go with their service.
fn sweep(store: &mut Store) {
    let lost: Vec<ObjectKey> = store
        .list("", "endpoints", None)
        .filter(|(_, one)| {
            let by = &one["metadata"]["labels"]["endpoints.kubernetes.io/managed-by"];
            by == "endpoint-controller" && !meta::deleting(one)
        })
        .filter(|(key, _)| {
            let service = ObjectKey::new("", "services", &key.namespace, &key.name);
            store.get(&service).is_none()
        })
        .map(|(key, _)| key.clone())
        .collect();
    lost.iter().for_each(|key| remove(store, key));
}

fn target(pod: &Value) -> Value {
    json!({
        "kind": "Pod",
        "namespace": meta::text(pod, "namespace"),
        "name": meta::name(pod),
        "uid": meta::uid(pod),
    })
}

fn zone(store: &Store, pod: &Value) -> Value {
    let node = pod["spec"]["nodeName"].as_str().unwrap_or_default();
    let node = store.get(&ObjectKey::new("", "nodes", "", node));
    node.map_or(Value::Null, |node| {
        node["metadata"]["labels"]["topology.kubernetes.io/zone"].clone()
    })
}

/// The ports of a service as its pods have them: a name stands for the container port of that name.
fn ports(service: &Value, selected: &[Found]) -> Vec<Value> {
    let list = service["spec"]["ports"].as_array();
    let each = list.into_iter().flatten().filter_map(|port| {
        let number = match &port["targetPort"] {
            Value::String(name) => named(selected, name)?,
            number if number.is_number() => number.clone(),
            _ => port["port"].clone(),
        };
        let mut shown = json!({"port": number, "protocol": port["protocol"]});
        shown["name"] = json!(port["name"].as_str().unwrap_or_default());
        if let Some(protocol) = port.get("appProtocol") {
            shown["appProtocol"] = protocol.clone();
        }
        Some(shown)
    });
    each.collect()
}

fn named(selected: &[Found], name: &str) -> Option<Value> {
    let (_, pod) = selected.first()?;
    let lists = ["containers", "initContainers"].map(|list| pod["spec"][list].as_array());
    let containers = lists.into_iter().flatten().flatten();
    let ports = containers
        .filter_map(|one| one["ports"].as_array())
        .flatten();
    let mut named = ports.filter(|port| port["name"] == name);
    named.next().map(|port| port["containerPort"].clone())
}
