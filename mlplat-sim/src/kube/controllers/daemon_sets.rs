//! Daemon sets: one pod on every node that takes it.
//!
//! Facts: tolerations, labels and status of daemon sets as the documentation and `pkg/controller/daemon` of Kubernetes
//! 1.36 have them. Left out: `maxSurge`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::Controller;
use super::acting::{
    Found, MANAGER, Soonest, all, controlled_by, kind_of, put_count, remove, set_status,
};
use super::events::{News, tell};
use super::fit::{selected, untolerated};
use super::pods::{self, Draft, Name};
use super::revisions::{self, Revision};
use super::rollout::share;
use crate::kube::meta;
use crate::kube::store::Store;

const REVISION: &str = "controller-revision-hash";

/// The daemon set controller.
#[derive(Debug, Clone, Copy, Default)]
pub struct DaemonSets;

impl Controller for DaemonSets {
    fn latency(&self) -> Duration {
        Duration::from_millis(20)
    }

    fn subjects(&self) -> &[&str] {
        &["daemonsets"]
    }

    fn concerns(&self) -> &[(&str, &str)] {
        &[
            ("apps", "daemonsets"),
            ("", "pods"),
            ("", "nodes"),
            ("", "serviceaccounts"),
        ]
    }

    fn react(&mut self, store: &mut Store, _: Duration) -> Option<Duration> {
        let mut again = Soonest::default();
        for set in all(store, "apps", "daemonsets") {
            if !meta::deleting(&set.1) {
                let spread = Spread::of(store, set);
                spread.place(store);
                spread.renew(store);
                again.maybe(spread.report(store));
            }
        }
        again.0
    }
}

/// A daemon set over the nodes.
struct Spread {
    set: Found,
    revision: Revision,
    /// The nodes that should have a pod.
    wanted: Vec<String>,
    /// The pods by the node that they are on or for.
    pods: BTreeMap<String, Vec<Found>>,
}

impl Spread {
    fn of(store: &mut Store, set: Found) -> Self {
        let revision = revisions::newest(store, &set);
        let spec = with_tolerations(&set.1["spec"]["template"]["spec"]);
        let nodes = store.list("", "nodes", None);
        let takes = |node: &Value| {
            selected(&spec, node)
                && untolerated(&spec, node, &["NoSchedule", "NoExecute"]).is_none()
        };
        let wanted = nodes
            .filter(|(_, node)| takes(node))
            .map(|(key, _)| key.name.clone());
        let wanted = wanted.collect();
        let mut by_node: BTreeMap<String, Vec<Found>> = BTreeMap::new();
        for pod in pods::of(store, &set.1) {
            by_node.entry(target(&pod.1)).or_default().push(pod);
        }
        Self {
            set,
            revision,
            wanted,
            pods: by_node,
        }
    }

    fn on(&self, node: &str) -> &[Found] {
        self.pods.get(node).map(Vec::as_slice).unwrap_or_default()
    }

    fn is_new(&self, pod: &Value) -> bool {
        pod["metadata"]["labels"][REVISION] == self.revision.hash.as_str()
    }

    fn min_ready_s(&self) -> u64 {
        let seconds = &self.set.1["spec"]["minReadySeconds"];
        seconds.as_u64().unwrap_or_default()
    }

    fn is_available(&self, store: &Store, pod: &Value) -> bool {
        let at = pods::available_at(store, pod, self.min_ready_s());
        at.is_some_and(|at| at <= store.now())
    }

    /// Makes the pods that nodes lack, and takes those that are too many, or have failed.
    fn place(&self, store: &mut Store) {
        for node in &self.wanted {
            let here = self.on(node);
            let (over, fine): (Vec<_>, Vec<_>) =
                here.iter().partition(|(_, pod)| pods::is_finished(pod));
            for (key, pod) in over {
                if !meta::deleting(pod) {
                    remove(store, key);
                }
            }
            for (key, _) in fine.iter().skip(1) {
                remove(store, key);
            }
            if here.is_empty() {
                self.make(store, node);
            }
        }
        let elsewhere = self
            .pods
            .iter()
            .filter(|(node, _)| !self.wanted.contains(node));
        for (key, pod) in elsewhere.flat_map(|(_, pods)| pods) {
            if !meta::deleting(pod) {
                remove(store, key);
            }
        }
    }

    fn make(&self, store: &mut Store, node: &str) {
        let (key, set) = &self.set;
        let Some(kind) = kind_of(store, key) else {
            return;
        };
        let mut pod = Draft {
            template: &set["spec"]["template"],
            name: Name::Begins(format!("{}-", key.name)),
            reference: controlled_by(&kind, set),
        }
        .pod();
        pod["metadata"]["labels"][REVISION] = json!(self.revision.hash);
        pod["spec"] = with_tolerations(&pod["spec"]);
        // The scheduler is told which node, by a condition that only that one meets.
        pod["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"] = json!({"nodeSelectorTerms": [{"matchFields": [
                {"key": "metadata.name", "operator": "In", "values": [node]}]}]});
        if let Err(failure) = pods::make(store, &key.namespace, pod) {
            let message = format!("Error creating: {}", failure.message);
            tell(
                store,
                set,
                "daemonset-controller",
                &News::warning("FailedCreate", message),
            );
        }
    }

    /// Takes pods with an old template, as many at a time as may be missing.
    fn renew(&self, store: &mut Store) {
        let strategy = &self.set.1["spec"]["updateStrategy"];
        if strategy["type"] == "OnDelete" {
            return;
        }
        let most = share(
            &strategy["rollingUpdate"]["maxUnavailable"],
            self.wanted.len(),
            true,
        );
        let serving = |node: &&String| {
            let mut here = self.on(node).iter();
            here.any(|(_, pod)| self.is_available(store, pod) && !meta::deleting(pod))
        };
        let missing = self.wanted.iter().filter(|node| !serving(node)).count();
        let mut room = most.max(1).saturating_sub(missing);
        let mut old = Vec::new();
        for (key, pod) in self.wanted.iter().flat_map(|node| self.on(node)) {
            if self.is_new(pod) || meta::deleting(pod) {
                continue;
            }
            // One that does not serve is not missed.
            if !self.is_available(store, pod) {
                old.push(key.clone());
            } else if room > 0 {
                room -= 1;
                old.push(key.clone());
            }
        }
        old.iter().for_each(|key| remove(store, key));
    }

    fn report(&self, store: &mut Store) -> Option<Duration> {
        let (key, set) = &self.set;
        let mut wanted: Vec<&Value> = Vec::new();
        let mut stray = 0;
        let owned = pods::of(store, set);
        for (_, pod) in owned.iter().filter(|(_, pod)| pods::is_active(pod)) {
            if pod["spec"]["nodeName"].is_null() {
                continue;
            }
            if self.wanted.contains(&target(pod)) {
                wanted.push(pod);
            } else {
                stray += 1;
            }
        }
        let tally = pods::tally(store, wanted.iter().copied(), self.min_ready_s());
        let mut status = json!({
            "currentNumberScheduled": wanted.len(),
            "desiredNumberScheduled": self.wanted.len(),
            "numberMisscheduled": stray,
            "numberReady": tally.ready,
            "observedGeneration": meta::generation(set),
        });
        let updated = wanted.iter().filter(|pod| self.is_new(pod)).count();
        put_count(&mut status, "updatedNumberScheduled", updated);
        put_count(&mut status, "numberAvailable", tally.available);
        let missing = self.wanted.len().saturating_sub(tally.available);
        put_count(&mut status, "numberUnavailable", missing);
        set_status(store, key, MANAGER, status);
        revisions::clean_up(store, set, &[&self.revision.name]);
        tally.next.0
    }
}

/// The node that a pod is on, or is meant for.
fn target(pod: &Value) -> String {
    let meant = pod.pointer("/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms/0/matchFields/0/values/0");
    let node = pod["spec"]["nodeName"].as_str();
    let node = node.or_else(|| meant.and_then(Value::as_str));
    node.unwrap_or_default().to_owned()
}

/// Pods of daemon sets stay on nodes in trouble.
fn with_tolerations(spec: &Value) -> Value {
    let mut spec = spec.clone();
    let mut all = spec["tolerations"].as_array().cloned().unwrap_or_default();
    for (key, effect) in [
        ("not-ready", "NoExecute"),
        ("unreachable", "NoExecute"),
        ("disk-pressure", "NoSchedule"),
        ("memory-pressure", "NoSchedule"),
        ("pid-pressure", "NoSchedule"),
        ("unschedulable", "NoSchedule"),
    ] {
        let key = format!("node.kubernetes.io/{key}");
        let toleration = json!({"key": key, "operator": "Exists", "effect": effect});
        if !all.contains(&toleration) {
            all.push(toleration);
        }
    }
    spec["tolerations"] = Value::from(all);
    spec
}
