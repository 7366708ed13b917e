//! Stateful sets: pods with names and disks of their own, one after the other.
//!
//! A look does the first thing that is due: make the next pod once those before it are ready, take the last one too
//! many, or renew the last one whose template is old. With `Parallel` the first two are done for all at once.
//!
//! Facts: names, labels and status of stateful sets as the documentation and `pkg/controller/statefulset` of
//! Kubernetes 1.36 have them. Left out: claims that go when a set gets smaller, `maxUnavailable`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::Controller;
use super::acting::{
    Found, MANAGER, Soonest, all, controlled_by, count, create, kind_of, put_count, remove,
    set_status,
};
use super::events::{News, tell};
use super::pods::{self, Draft, Name};
use super::revisions::{self, Revision};
use crate::kube::journal::ObjectKey;
use crate::kube::meta;
use crate::kube::store::Store;

const REVISION: &str = "controller-revision-hash";

/// The stateful set controller.
#[derive(Debug, Clone, Copy, Default)]
pub struct StatefulSets;

impl Controller for StatefulSets {
    fn latency(&self) -> Duration {
        Duration::from_millis(20)
    }

    fn subjects(&self) -> &[&str] {
        &["statefulsets"]
    }

    fn concerns(&self) -> &[(&str, &str)] {
        &[
            ("apps", "statefulsets"),
            ("", "pods"),
            ("", "serviceaccounts"),
        ]
    }

    fn react(&mut self, store: &mut Store, _: Duration) -> Option<Duration> {
        let mut again = Soonest::default();
        for set in all(store, "apps", "statefulsets") {
            if !meta::deleting(&set.1) {
                let line = Line::of(store, set);
                again.maybe(line.go(store));
            }
        }
        again.0
    }
}

/// A stateful set with its pods in line.
struct Line {
    set: Found,
    pods: BTreeMap<usize, Found>,
    /// The revision of the template, and the one that the set had before an update began.
    update: Revision,
    current: Revision,
}

impl Line {
    fn of(store: &mut Store, set: Found) -> Self {
        let update = revisions::newest(store, &set);
        let current = set.1["status"]["currentRevision"].as_str();
        let current = current.and_then(|name| revisions::named(store, &set.1, name));
        let prefix = format!("{}-", set.0.name);
        let ordinal = |pod: &Found| pod.0.name.strip_prefix(&prefix)?.parse::<usize>().ok();
        let owned = pods::of(store, &set.1).into_iter();
        let pods = owned.filter_map(|pod| Some((ordinal(&pod)?, pod)));
        Self {
            pods: pods.collect(),
            current: current.unwrap_or_else(|| update.clone()),
            update,
            set,
        }
    }

    fn spec(&self) -> &Value {
        &self.set.1["spec"]
    }

    fn ordinals(&self) -> std::ops::Range<usize> {
        let first = count(&self.spec()["ordinals"]["start"], 0);
        first..first + count(&self.spec()["replicas"], 1)
    }

    fn parallel(&self) -> bool {
        self.spec()["podManagementPolicy"] == "Parallel"
    }

    fn min_ready_s(&self) -> u64 {
        self.spec()["minReadySeconds"].as_u64().unwrap_or_default()
    }

    /// The revision of pods from which ordinal on are new.
    fn partition(&self) -> usize {
        let first = self.ordinals().start;
        first
            + count(
                &self.spec()["updateStrategy"]["rollingUpdate"]["partition"],
                0,
            )
    }

    fn is_available(&self, store: &Store, pod: &Value) -> bool {
        let at = pods::available_at(store, pod, self.min_ready_s());
        !meta::deleting(pod) && at.is_some_and(|at| at <= store.now())
    }

    fn go(self, store: &mut Store) -> Option<Duration> {
        if self.fill(store) && self.shrink(store) {
            self.renew(store);
        }
        self.report(store)
    }

    /// Makes what is missing, in order. Whether everything is there and ready.
    fn fill(&self, store: &mut Store) -> bool {
        let mut whole = true;
        for ordinal in self.ordinals() {
            match self.pods.get(&ordinal) {
                None => {
                    self.make(store, ordinal);
                    whole = false;
                }
                Some((key, pod)) if pods::is_finished(pod) => {
                    if !meta::deleting(pod) {
                        remove(store, key);
                    }
                    whole = false;
                }
                Some((_, pod)) if !self.is_available(store, pod) => whole = false,
                Some(_) => continue,
            }
            if !self.parallel() {
                return false;
            }
        }
        whole || self.parallel()
    }

    /// Takes what is too many, the last one first. Whether nothing is.
    fn shrink(&self, store: &mut Store) -> bool {
        let wanted = self.ordinals();
        let surplus = self.pods.iter().filter(|(at, _)| !wanted.contains(at));
        let mut none = true;
        for (_, (key, pod)) in surplus.rev() {
            none = false;
            if !meta::deleting(pod) {
                remove(store, key);
            }
            if !self.parallel() {
                return false;
            }
        }
        none
    }

    /// Renews the last pod whose template is old, once those behind it are ready.
    fn renew(&self, store: &mut Store) {
        if self.spec()["updateStrategy"]["type"] == "OnDelete" {
            return;
        }
        let range = self.partition()..self.ordinals().end;
        for ordinal in range.rev() {
            let Some((key, pod)) = self.pods.get(&ordinal) else {
                return;
            };
            let fresh = pod["metadata"]["labels"][REVISION] == self.update.name.as_str();
            if !fresh && !meta::deleting(pod) {
                remove(store, key);
                return;
            }
            if !self.is_available(store, pod) {
                return;
            }
        }
    }

    fn make(&self, store: &mut Store, ordinal: usize) {
        let (key, set) = &self.set;
        let Some(kind) = kind_of(store, key) else {
            return;
        };
        let revision = if ordinal < self.partition() {
            &self.current
        } else {
            &self.update
        };
        let name = format!("{}-{ordinal}", key.name);
        let mut pod = Draft {
            template: &revision.template,
            name: Name::Whole(name.clone()),
            reference: controlled_by(&kind, set),
        }
        .pod();
        let labels = &mut pod["metadata"]["labels"];
        labels[REVISION] = json!(revision.name);
        labels["statefulset.kubernetes.io/pod-name"] = json!(name);
        labels["apps.kubernetes.io/pod-index"] = json!(ordinal.to_string());
        pod["spec"]["hostname"] = json!(name);
        if let Some(service) = self.spec()["serviceName"].as_str() {
            pod["spec"]["subdomain"] = json!(service);
        }
        self.claim(store, ordinal, &mut pod);
        if let Err(failure) = pods::make(store, &key.namespace, pod) {
            let message = format!(
                "create Pod {name} in StatefulSet {} failed error: {}",
                key.name, failure.message
            );
            tell(
                store,
                set,
                "statefulset-controller",
                &News::warning("FailedCreate", message),
            );
        }
    }

    /// Makes the claims of a pod, and mounts them.
    fn claim(&self, store: &mut Store, ordinal: usize, pod: &mut Value) {
        let (key, set) = &self.set;
        let templates = self.spec()["volumeClaimTemplates"].as_array();
        for template in templates.into_iter().flatten() {
            let volume = meta::name(template);
            let name = format!("{volume}-{}-{ordinal}", key.name);
            let volumes = pod["spec"]["volumes"].as_array().cloned();
            let mut volumes = volumes.unwrap_or_default();
            volumes.retain(|one| one["name"] != volume);
            volumes.push(json!({"name": volume, "persistentVolumeClaim": {"claimName": name}}));
            pod["spec"]["volumes"] = Value::from(volumes);
            let place = ObjectKey::new("", "persistentvolumeclaims", &key.namespace, &name);
            if store.get(&place).is_some() {
                continue;
            }
            let mut claim = json!({
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "metadata": template["metadata"],
                "spec": template["spec"],
            });
            claim["metadata"]["name"] = json!(name);
            let selector = self.spec()["selector"]["matchLabels"].as_object();
            for (label, value) in selector.into_iter().flatten() {
                claim["metadata"]["labels"][label] = value.clone();
            }
            let policy = &self.spec()["persistentVolumeClaimRetentionPolicy"];
            if policy["whenDeleted"] == "Delete" {
                claim["metadata"]["ownerReferences"] = json!([{
                    "apiVersion": "apps/v1", "kind": "StatefulSet", "name": key.name, "uid": meta::uid(set)}]);
            }
            // Without it the pod waits, and says so.
            let _ = create(store, &key.namespace, claim, MANAGER);
        }
    }

    fn report(&self, store: &mut Store) -> Option<Duration> {
        let (key, set) = &self.set;
        let owned = pods::of(store, set);
        let there: Vec<&Value> = owned
            .iter()
            .map(|(_, pod)| &**pod)
            .filter(|pod| !pods::is_finished(pod))
            .collect();
        let staying = there.iter().copied().filter(|pod| !meta::deleting(pod));
        let of = |revision: &Revision| {
            let named =
                |pod: &&Value| pod["metadata"]["labels"][REVISION] == revision.name.as_str();
            staying.clone().filter(named).count()
        };
        let tally = pods::tally(store, there.iter().copied(), self.min_ready_s());
        let (updated, mut current) = (of(&self.update), of(&self.current));
        let wanted = self.ordinals().len();
        let rolls = self.spec()["updateStrategy"]["type"] != "OnDelete";
        let done = rolls && updated == wanted && tally.ready == wanted && there.len() == wanted;
        let now = if done { &self.update } else { &self.current };
        if done {
            current = updated;
        }
        let mut status = json!({
            "observedGeneration": meta::generation(set),
            "replicas": there.len(),
            "availableReplicas": tally.available,
            "currentRevision": now.name,
            "updateRevision": self.update.name,
            "collisionCount": 0,
        });
        put_count(&mut status, "readyReplicas", tally.ready);
        put_count(&mut status, "currentReplicas", current);
        put_count(&mut status, "updatedReplicas", updated);
        set_status(store, key, MANAGER, status);
        revisions::clean_up(store, set, &[&self.update.name, &now.name]);
        tally.next.0
    }
}
