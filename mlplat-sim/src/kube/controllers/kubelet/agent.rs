//! Carries out what the pods of all nodes come to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::super::acting::{Found, Soonest, controller, edit, remove_with, set_status, write};
use super::super::events::{tell, tell_once};
use super::super::{Controller, pods};
use super::containers::Around;
use super::steps::{Next, step};
use crate::kube::behaviour::{self, Behaviours};
use crate::kube::journal::ObjectKey;
use crate::kube::meta;
use crate::kube::store::Store;
use crate::kube::verbs::{DeleteOptions, Writing};

const MANAGER: &str = "kubelet";

/// The kubelets of all nodes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Kubelets;

impl Controller for Kubelets {
    fn latency(&self) -> Duration {
        Duration::from_millis(100)
    }

    fn subjects(&self) -> &[&str] {
        &["pods"]
    }

    fn concerns(&self) -> &[(&str, &str)] {
        &[
            ("", "pods"),
            ("", "secrets"),
            ("", "configmaps"),
            ("", "persistentvolumeclaims"),
        ]
    }

    fn react(&mut self, store: &mut Store, now: Duration) -> Option<Duration> {
        let chosen = chosen(store);
        let work: Vec<Found> = store
            .list("", "pods", None)
            .filter(|(_, pod)| has_work(pod, &chosen))
            .map(|(key, pod)| (key.clone(), Arc::clone(pod)))
            .collect();
        let mut again = Soonest::default();
        let mut hosts: BTreeMap<String, Host> = BTreeMap::new();
        for (key, pod) in work {
            let node = pod["spec"]["nodeName"].as_str().unwrap_or_default();
            if !hosts.contains_key(node) {
                let Some(host) = Host::of(store, node) else {
                    continue;
                };
                hosts.insert(node.to_owned(), host);
            }
            let Some(host) = hosts.get_mut(node) else {
                continue;
            };
            let next = look(store, &pod, host, &chosen, now);
            if let Some(due) = next.due_s {
                again.at(Duration::from_secs(due));
            }
            for image in &next.pulled {
                if host.images.insert(image.clone()) {
                    host.fresh.push(image.clone());
                }
            }
            carry_out(store, &key, &pod, next);
        }
        for (node, host) in hosts.into_iter().filter(|(_, host)| !host.fresh.is_empty()) {
            keep_images(store, &node, &host.fresh);
        }
        again.0
    }
}

/// What pods find on a node.
struct Host {
    address: String,
    images: BTreeSet<String>,
    /// Images that came in this look.
    fresh: Vec<String>,
}

impl Host {
    fn of(store: &Store, node: &str) -> Option<Self> {
        let node = store.get(&ObjectKey::new("", "nodes", "", node))?;
        let list = |field: &str| node["status"][field].as_array().into_iter().flatten();
        let names = list("images").filter_map(|image| image["names"][0].as_str());
        let address = list("addresses").find(|one| one["type"] == "InternalIP");
        let address = address.and_then(|one| one["address"].as_str());
        Some(Self {
            address: address.unwrap_or("10.0.0.10").to_owned(),
            images: names.map(str::to_owned).collect(),
            fresh: Vec::new(),
        })
    }
}

fn chosen(store: &Store) -> Behaviours {
    let mut all = Behaviours::default();
    if let Some(map) = store.get(&behaviour::key()) {
        for entry in [behaviour::CHOSEN, behaviour::GIVEN] {
            // What is not understood does nothing: whoever chooses through the door is told.
            let text = map["data"][entry].as_str().unwrap_or_default();
            all += text.parse().unwrap_or_default();
        }
    }
    all
}

/// Whether there is anything to do for a pod: not for one without a node, one that is over, or one that serves and
/// that nobody wished anything for.
fn has_work(pod: &Value, chosen: &Behaviours) -> bool {
    if !pod["spec"]["nodeName"].is_string() {
        return false;
    }
    if meta::deleting(pod) {
        return true;
    }
    let serves = pod["spec"]["restartPolicy"] != "Never"
        && pod["spec"]["restartPolicy"] != "OnFailure"
        && pods::is_ready(pod)
        && pod["spec"]["activeDeadlineSeconds"].is_null();
    let rests = serves && chosen.is_empty();
    !pods::is_finished(pod) && !rests
}

fn look(store: &Store, pod: &Value, host: &Host, chosen: &Behaviours, now: Duration) -> Next {
    let owner = controller(pod).filter(|owner| owner["kind"] == "Job");
    let around = Around {
        store,
        chosen,
        pod,
        job: owner.map_or("", |owner| owner["name"].as_str().unwrap_or_default()),
        images: &|image| host.images.contains(image),
        now_s: now.as_secs(),
        time: &store.timestamp(),
    };
    step(&around, &host.address)
}

fn carry_out(store: &mut Store, key: &ObjectKey, pod: &Value, next: Next) {
    if let Some(status) = next.status {
        set_status(store, key, MANAGER, status);
    }
    for news in &next.news {
        // A mount is tried every few minutes; that it failed is told once.
        if news.reason == "FailedMount" {
            tell_once(store, pod, MANAGER, news);
        } else {
            tell(store, pod, MANAGER, news);
        }
    }
    if next.stopped {
        let options = DeleteOptions {
            grace_s: Some(0),
            ..DeleteOptions::default()
        };
        remove_with(store, key, &options);
    }
}

/// A node has images that it had not.
fn keep_images(store: &mut Store, node: &str, images: &[String]) {
    let key = ObjectKey::new("", "nodes", "", node);
    let how = Writing::by(MANAGER).through("status");
    write(store, &key, &how, |node| {
        let mut all = node["status"]["images"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let fresh = images.iter();
        all.extend(fresh.map(|image| json!({"names": [image], "sizeBytes": 104_857_600})));
        node["status"]["images"] = Value::from(all);
    });
}

/// Chooses what containers do, in an entry of the config map that the kubelets read. Nothing is written when nothing
/// is to be done otherwise.
pub(crate) fn choose(store: &mut Store, entry: &str, chosen: &Behaviours) {
    let key = behaviour::key();
    let text = chosen.to_string();
    let had = store.get(&key).map(|map| map["data"][entry].clone());
    if had.as_ref().and_then(Value::as_str).unwrap_or_default() == text {
        return;
    }
    if had.is_some() {
        edit(store, &key, crate::kube::OUTSIDE_MANAGER, |map| {
            map["data"][entry] = json!(text)
        });
        return;
    }
    let map = json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": key.name},
        "data": {(entry): text},
    });
    // The namespace is there from the beginning and cannot be deleted.
    let _ = super::super::acting::create(store, &key.namespace, map, crate::kube::OUTSIDE_MANAGER);
}
