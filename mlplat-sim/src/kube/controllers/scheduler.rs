//! The scheduler: pods without a node get one, or are told why there is none for them.
//!
//! A node is out of the question when it is cordoned, has a taint that the pod does not tolerate, does not carry the
//! labels that the pod asks for, holds the wrong zone for a disk, or has not room enough. Of the others the one with
//! the fewest pods is taken, the first by name among equals. Left out: affinity between pods, spreading, pre-emption,
//! limits on attached disks; preferences count for nothing.
//!
//! Messages are those of kube-scheduler 1.36 (`pkg/scheduler/framework/types`, `.../plugins`).

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::acting::{Found, all, set_status, write};
use super::conditions::{self, Condition};
use super::events::{News, tell_once};
use super::fit::{Room, complaint, requests};
use super::volume_needs::{Volumes, look_at};
use super::{Controller, fargate, pods};
use crate::kube::meta;
use crate::kube::store::Store;
use crate::kube::verbs::Writing;

const MANAGER: &str = "kube-scheduler";

/// The default scheduler.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scheduler;

impl Controller for Scheduler {
    fn latency(&self) -> Duration {
        Duration::from_millis(50)
    }

    fn subjects(&self) -> &[&str] {
        &["pods"]
    }

    fn concerns(&self) -> &[(&str, &str)] {
        &[
            ("", "pods"),
            ("", "nodes"),
            ("", "persistentvolumeclaims"),
            ("storage.k8s.io", "storageclasses"),
        ]
    }

    fn react(&mut self, store: &mut Store, _: Duration) -> Option<Duration> {
        let mut waiting = all(store, "", "pods");
        waiting.retain(|(_, pod)| waits(pod));
        if waiting.is_empty() {
            return None;
        }
        waiting.sort_by_key(|(key, pod)| {
            let made = meta::text(pod, "creationTimestamp").to_owned();
            (made, key.clone())
        });
        let nodes = all(store, "", "nodes");
        let mut used = usage(store);
        for pod in waiting {
            place(store, &pod, &nodes, &mut used);
        }
        None
    }
}

fn waits(pod: &Value) -> bool {
    let spec = &pod["spec"];
    let gated = spec["schedulingGates"]
        .as_array()
        .is_some_and(|gates| !gates.is_empty());
    let ours = spec["schedulerName"]
        .as_str()
        .is_none_or(|name| name == "default-scheduler");
    spec["nodeName"].is_null() && pods::is_active(pod) && ours && !gated
}

/// What is taken on every node.
fn usage(store: &Store) -> BTreeMap<String, Room> {
    let mut used: BTreeMap<String, Room> = BTreeMap::new();
    for (_, pod) in store.list("", "pods", None) {
        if let Some(node) = pod["spec"]["nodeName"].as_str()
            && !pods::is_finished(pod)
        {
            let room = used.entry(node.to_owned()).or_default();
            room.add(&requests(&pod["spec"]));
        }
    }
    used
}

fn place(store: &mut Store, pod: &Found, nodes: &[Found], used: &mut BTreeMap<String, Room>) {
    let volumes = match look_at(store, &pod.1) {
        Ok(volumes) => volumes,
        Err(why) => return refuse(store, pod, nodes.len(), &[(why, nodes.len())], true),
    };
    let asked = requests(&pod.1["spec"]);
    let mut complaints: BTreeMap<String, usize> = BTreeMap::new();
    let mut best: Option<(u128, usize)> = None;
    let fargate = fargate::complaints(nodes, pod).into_iter();
    for (at, ((key, node), made_for_others)) in nodes.iter().zip(fargate).enumerate() {
        let room = used.get(&key.name).cloned().unwrap_or_default();
        let node = fargate::without_taint(node);
        let why = made_for_others
            .or_else(|| volumes.complaint(&node))
            .or_else(|| complaint(&pod.1["spec"], &node, &asked, &room));
        match why {
            Some(why) => *complaints.entry(why).or_default() += 1,
            None if best.is_none_or(|(pods, _)| room.pods() < pods) => {
                best = Some((room.pods(), at));
            }
            None => {}
        }
    }
    let Some((_, at)) = best else {
        let complaints: Vec<(String, usize)> = complaints.into_iter().collect();
        return refuse(store, pod, nodes.len(), &complaints, false);
    };
    let node = &nodes[at];
    match volumes {
        Volumes::Waiting(claims) => {
            for claim in claims {
                super::claims::choose_node(store, &claim, &node.0.name);
            }
        }
        Volumes::Ready(_) => {
            bind(store, pod, &node.0.name);
            used.entry(node.0.name.clone()).or_default().add(&asked);
        }
    }
}

fn bind(store: &mut Store, (key, _): &Found, node: &str) {
    let time = store.timestamp();
    let how = Writing::by(MANAGER).through("binding");
    write(store, key, &how, |pod| {
        pod["spec"]["nodeName"] = json!(node);
        let condition = Condition::new("PodScheduled", true);
        let before = conditions::find(&pod["status"], "PodScheduled");
        let mut entry = conditions::entry(before, &condition, &time);
        entry["lastProbeTime"] = Value::Null;
        conditions::put(&mut pod["status"], entry);
    });
}

/// Says why no node is good enough. Reasons count nodes, the most frequent words first by the alphabet.
fn refuse(
    store: &mut Store,
    (key, pod): &Found,
    nodes: usize,
    complaints: &[(String, usize)],
    everywhere: bool,
) {
    let helpless = complaints
        .iter()
        .filter(|(why, _)| everywhere || !why.starts_with("Insufficient") && why != "Too many pods")
        .map(|(_, count)| count)
        .sum::<usize>();
    let hopeful = nodes.saturating_sub(helpless);
    let message = if nodes == 0 {
        "no nodes available to schedule pods".to_owned()
    } else {
        let each = complaints.iter().map(|(why, count)| {
            if everywhere {
                why.clone()
            } else {
                format!("{count} {why}")
            }
        });
        let each: Vec<String> = each.collect();
        let mut helps = Vec::new();
        if hopeful > 0 {
            helps.push(format!(
                "{hopeful} No preemption victims found for incoming pod"
            ));
        }
        if helpless > 0 {
            helps.push(format!(
                "{helpless} Preemption is not helpful for scheduling"
            ));
        }
        format!(
            "0/{nodes} nodes are available: {}. no new claims to deallocate, preemption: 0/{nodes} nodes are available: {}.",
            each.join(", "),
            helps.join(", ")
        )
    };
    let condition = Condition::new("PodScheduled", false).because("Unschedulable", message.clone());
    let mut status = pod["status"].clone();
    let before = conditions::find(&status, "PodScheduled");
    if before.is_some_and(|one| one["message"] == message.as_str()) {
        return;
    }
    let mut entry = conditions::entry(before, &condition, &store.timestamp());
    entry["lastProbeTime"] = Value::Null;
    conditions::put(&mut status, entry);
    set_status(store, key, MANAGER, status);
    let news = News::warning("FailedScheduling", message);
    tell_once(store, pod, "default-scheduler", &news);
}
