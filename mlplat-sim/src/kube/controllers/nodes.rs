//! Nodes: the machines of the infrastructure join the cluster, those that are gone leave it, and so do their pods.
//!
//! A cluster without an account gets its machines with the first pod, so that one without workloads stays as it is.
//! Nodes that nobody's machines stand behind are left alone: they are what a test made them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::acting::{MANAGER, all, create, edit, remove, remove_with, set_status};
use super::{Controller, fargate};
use crate::kube::infrastructure::{Infrastructure, Machine};
use crate::kube::journal::ObjectKey;
use crate::kube::store::Store;
use crate::kube::verbs::DeleteOptions;

/// The node lifecycle: registration, removal, and the end of the pods of nodes that are gone.
#[derive(Clone)]
pub struct Nodes {
    infrastructure: Arc<dyn Infrastructure>,
}

impl Nodes {
    /// Nodes for the machines of an infrastructure.
    #[must_use]
    pub fn new(infrastructure: Arc<dyn Infrastructure>) -> Self {
        Self { infrastructure }
    }
}

impl Controller for Nodes {
    fn latency(&self) -> Duration {
        Duration::from_millis(30)
    }

    fn subjects(&self) -> &[&str] {
        &["nodes", "pods", "daemonsets"]
    }

    fn concerns(&self) -> &[(&str, &str)] {
        &[("", "nodes"), ("", "pods"), ("apps", "daemonsets")]
    }

    fn react(&mut self, store: &mut Store, now: Duration) -> Option<Duration> {
        let some = |group, resource| store.list(group, resource, None).next().is_some();
        let needed = some("", "nodes") || some("", "pods") || some("apps", "daemonsets");
        if !needed && !self.infrastructure.is_account() {
            return None;
        }
        if let Some(machines) = self.infrastructure.machines(now) {
            register(store, machines, self.infrastructure.is_account());
        }
        collect(store);
        None
    }
}

/// Makes nodes of machines; where an account says which there are, takes the others away.
fn register(store: &mut Store, machines: Vec<Machine>, complete: bool) {
    let there: BTreeMap<String, bool> = store
        .list("", "nodes", None)
        .map(|(key, node)| (key.name.clone(), node["spec"]["providerID"].is_string()))
        .collect();
    let wanted: BTreeSet<&str> = machines.iter().map(|one| one.name.as_str()).collect();
    for machine in machines.iter().filter(|one| !there.contains_key(&one.name)) {
        join(store, machine);
    }
    let gone = there
        .iter()
        .filter(|(name, ours)| complete && **ours && !wanted.contains(name.as_str()));
    for (name, _) in gone {
        remove(store, &ObjectKey::new("", "nodes", "", name));
    }
}

fn join(store: &mut Store, machine: &Machine) {
    let mut labels = json!({
        "kubernetes.io/arch": machine.arch(),
        "kubernetes.io/hostname": machine.name,
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": machine.instance_type,
        "topology.kubernetes.io/region": machine.zone.trim_end_matches(|one: char| one.is_ascii_lowercase()),
        "topology.kubernetes.io/zone": machine.zone,
    });
    for (name, value) in &machine.labels {
        labels[name] = json!(value);
    }
    let mut spec = json!({"providerID": machine.provider_id});
    if !machine.taints.is_empty() {
        spec["taints"] = json!(machine.taints);
    }
    let mut node = json!({
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": machine.name, "labels": labels},
        "spec": spec,
    });
    if let Some(selects) = &machine.selects {
        node["metadata"]["annotations"] = json!({fargate::SELECTS: selects.to_string()});
    }
    if create(store, "", node, "kubelet").is_ok() {
        let key = ObjectKey::new("", "nodes", "", &machine.name);
        let status = status(store, machine);
        set_status(store, &key, "kubelet", status);
    }
}

fn status(store: &Store, machine: &Machine) -> Value {
    let size = machine.size;
    let mut room = json!({
        "cpu": format!("{}m", size.cpu_m),
        "memory": format!("{}Ki", size.memory / 1024),
        "pods": size.pods.to_string(),
        "ephemeral-storage": "80Gi",
    });
    if size.gpus > 0 {
        room["nvidia.com/gpu"] = json!(size.gpus.to_string());
    }
    let time = store.timestamp();
    let condition = |ty: &str, status: &str, reason: &str, message: &str| {
        json!({
            "type": ty,
            "status": status,
            "reason": reason,
            "message": message,
            "lastHeartbeatTime": time,
            "lastTransitionTime": time,
        })
    };
    json!({
        "capacity": room,
        "allocatable": room,
        "addresses": [
            {"type": "InternalIP", "address": machine.address()},
            {"type": "InternalDNS", "address": machine.name},
            {"type": "Hostname", "address": machine.name},
        ],
        "conditions": [
            condition("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
            condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
            condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
            condition("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
        ],
    })
}

/// The pods of nodes that are gone go at once: nobody is there to stop them.
fn collect(store: &mut Store) {
    let nodes: BTreeSet<String> = store
        .list("", "nodes", None)
        .map(|(key, _)| key.name.clone())
        .collect();
    let lost = all(store, "", "pods").into_iter().filter(|(_, pod)| {
        let node = pod["spec"]["nodeName"].as_str();
        node.is_some_and(|node| !nodes.contains(node))
    });
    for (key, pod) in lost {
        let over = super::pods::is_finished(&pod);
        if !over {
            let mut status = pod["status"].clone();
            status["phase"] = json!("Failed");
            set_status(store, &key, MANAGER, status);
        }
        let options = DeleteOptions {
            grace_s: Some(0),
            ..DeleteOptions::default()
        };
        remove_with(store, &key, &options);
    }
}

/// Marks a node so that nothing new comes to it, or takes the mark away.
pub(crate) fn cordon(store: &mut Store, name: &str, closed: bool) {
    let key = ObjectKey::new("", "nodes", "", name);
    edit(store, &key, crate::kube::OUTSIDE_MANAGER, |node| {
        node["spec"]["unschedulable"] = json!(closed);
    });
}
