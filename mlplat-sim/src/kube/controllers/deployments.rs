//! Deployments: one replica set per template, and the way from the old ones to the new one.
//!
//! A look does one thing: make the replica set of the template, or change sizes ([`super::rollout`]), or only report.
//! Whatever it writes wakes it again.
//!
//! Facts: annotations, condition reasons and messages of the deployment controller of Kubernetes 1.36
//! (`pkg/controller/deployment`: `progress`, `sync`, `rolling`, `util`). Left out: adoption of replica sets that
//! nobody owns, and the proportional scaling of a rollout whose size is changed in its middle.

use std::time::Duration;

use serde_json::{Value, json};

use super::acting::{
    Found, MANAGER, Soonest, all, controlled, controlled_by, count, create, edit, kind_of,
    put_count, remove, set_status,
};
use super::conditions::{self, Condition};
use super::events::{News, tell};
use super::rollout::{Side, Slack, grow, shrink};
use super::{Controller, hashes, pods};
use crate::kube::meta;
use crate::kube::store::Store;

const REVISION: &str = "deployment.kubernetes.io/revision";
const HASH: &str = "pod-template-hash";

/// The deployment controller.
#[derive(Debug, Clone, Copy, Default)]
pub struct Deployments;

impl Controller for Deployments {
    fn latency(&self) -> Duration {
        Duration::from_millis(20)
    }

    fn subjects(&self) -> &[&str] {
        &["deployments"]
    }

    fn concerns(&self) -> &[(&str, &str)] {
        &[("apps", "deployments"), ("apps", "replicasets")]
    }

    fn react(&mut self, store: &mut Store, _: Duration) -> Option<Duration> {
        let mut again = Soonest::default();
        for deployment in all(store, "apps", "deployments") {
            if !meta::deleting(&deployment.1) {
                again.maybe(Rollout::of(store, deployment).go(store));
            }
        }
        again.0
    }
}

/// A deployment with its replica sets, the oldest first.
struct Rollout {
    deployment: Found,
    hash: String,
    new: Option<Found>,
    old: Vec<Found>,
}

impl Rollout {
    fn of(store: &Store, deployment: Found) -> Self {
        let hash = hashes::of(&deployment.1["spec"]["template"]);
        let mut sets = controlled(store, &deployment.1, "apps", "replicasets");
        sets.retain(|(_, set)| !meta::deleting(set));
        sets.sort_by_key(|(key, set)| (revision(set), key.name.clone()));
        let at = sets
            .iter()
            .position(|(_, set)| set["metadata"]["labels"][HASH] == hash.as_str());
        let new = at.map(|at| sets.remove(at));
        Self {
            deployment,
            hash,
            new,
            old: sets,
        }
    }

    fn spec(&self) -> &Value {
        &self.deployment.1["spec"]
    }

    fn wanted(&self) -> usize {
        count(&self.spec()["replicas"], 1)
    }

    fn recreates(&self) -> bool {
        self.spec()["strategy"]["type"] == "Recreate"
    }

    fn slack(&self) -> Slack {
        if self.recreates() {
            return Slack {
                surge: 0,
                unavailable: 0,
            };
        }
        Slack::read(&self.spec()["strategy"]["rollingUpdate"], self.wanted())
    }

    fn go(mut self, store: &mut Store) -> Option<Duration> {
        if self.spec()["paused"] != true {
            if self.recreates() {
                self.recreate(store);
            } else {
                self.roll(store);
            }
            self.clean_up(store);
        } else if let (Some(new), []) = (&self.new, self.old.as_slice()) {
            let (new, wanted) = (new.clone(), self.wanted());
            self.resize(store, &new, wanted);
        }
        self.report(store)
    }

    /// The old sets go to nothing, then the new one comes.
    fn recreate(&mut self, store: &mut Store) {
        for set in self.old.clone() {
            self.resize(store, &set, 0);
        }
        let left = self.old.iter().any(|(_, set)| {
            let pods = pods::of(store, set);
            pods.iter().any(|(_, pod)| !pods::is_finished(pod))
        });
        if !left {
            self.settle_new(store, self.wanted());
        }
    }

    fn roll(&mut self, store: &mut Store) {
        let (wanted, slack) = (self.wanted(), self.slack());
        let old: Vec<Side> = self.old.iter().map(|(_, set)| side(set)).collect();
        let none = Side {
            size: 0,
            available: 0,
        };
        let new = self.new.as_ref().map_or(none, |(_, set)| side(set));
        let size = grow(wanted, slack, new, &old);
        if self.settle_new(store, size) {
            return;
        }
        let sizes = shrink(wanted, slack, new, &old);
        for (set, size) in self.old.clone().iter().zip(sizes) {
            self.resize(store, set, size);
        }
    }

    /// Makes the replica set of the template, or gives it its size and revision. Whether something was done.
    fn settle_new(&mut self, store: &mut Store, size: usize) -> bool {
        let newest = self.old.iter().map(|(_, set)| revision(set)).max();
        let next = newest.unwrap_or_default() + 1;
        let Some(new) = self.new.clone() else {
            return self.make(store, size, next);
        };
        let mut done = self.resize(store, &new, size);
        let number = revision(&new.1).max(next);
        if revision(&new.1) != number {
            edit(store, &new.0, MANAGER, |set| {
                annotate(set, REVISION, number)
            });
            done = true;
        }
        if revision(&self.deployment.1) != number {
            edit(store, &self.deployment.0, MANAGER, |deployment| {
                annotate(deployment, REVISION, number);
            });
        }
        done
    }

    fn make(&self, store: &mut Store, size: usize, number: i64) -> bool {
        let (key, deployment) = &self.deployment;
        let Some(kind) = kind_of(store, key) else {
            return false;
        };
        let name = format!("{}-{}", key.name, self.hash);
        let mut template = self.spec()["template"].clone();
        template["metadata"]["labels"][HASH] = json!(self.hash);
        let mut selector = self.spec()["selector"].clone();
        selector["matchLabels"][HASH] = json!(self.hash);
        let mut set = json!({
            "apiVersion": "apps/v1",
            "kind": "ReplicaSet",
            "metadata": {
                "name": name,
                "labels": template["metadata"]["labels"],
                "annotations": deployment["metadata"]["annotations"],
                "ownerReferences": [controlled_by(&kind, deployment)],
            },
            "spec": {"replicas": size, "selector": selector, "template": template},
        });
        if let Some(seconds) = self.spec().get("minReadySeconds") {
            set["spec"]["minReadySeconds"] = seconds.clone();
        }
        self.annotate_sizes(&mut set);
        annotate(&mut set, REVISION, number);
        if create(store, &key.namespace, set, MANAGER).is_err() {
            return false;
        }
        self.scaled(store, &name, 0, size);
        let message = format!("Created new replica set {name:?}");
        let mut status = deployment["status"].clone();
        if has_deadline(self.spec()) {
            let condition =
                Condition::new("Progressing", true).because("NewReplicaSetCreated", message);
            push(store, &mut status, &condition);
            set_status(store, key, MANAGER, status);
        }
        edit(store, key, MANAGER, |deployment| {
            annotate(deployment, REVISION, number);
        });
        true
    }

    fn annotate_sizes(&self, set: &mut Value) {
        let wanted = self.wanted();
        for (name, number) in [
            ("deployment.kubernetes.io/desired-replicas", wanted),
            (
                "deployment.kubernetes.io/max-replicas",
                wanted + self.slack().surge,
            ),
        ] {
            annotate(set, name, i64::try_from(number).unwrap_or(i64::MAX));
        }
    }

    /// Gives a replica set another size. Whether it was another one.
    fn resize(&self, store: &mut Store, (key, set): &Found, size: usize) -> bool {
        let before = count(&set["spec"]["replicas"], 1);
        if before == size {
            return false;
        }
        edit(store, key, MANAGER, |set| {
            set["spec"]["replicas"] = json!(size);
            self.annotate_sizes(set);
        });
        self.scaled(store, &key.name, before, size);
        true
    }

    fn scaled(&self, store: &mut Store, name: &str, from: usize, to: usize) {
        if from != to {
            let way = if to > from { "up" } else { "down" };
            let message = format!("Scaled {way} replica set {name} from {from} to {to}");
            let news = News::normal("ScalingReplicaSet", message);
            tell(store, &self.deployment.1, "deployment-controller", &news);
        }
    }

    /// Old replica sets beyond the limit go.
    fn clean_up(&self, store: &mut Store) {
        let limit = count(&self.spec()["revisionHistoryLimit"], 10);
        let surplus = self.old.len().saturating_sub(limit);
        for (key, set) in &self.old[..surplus] {
            let empty = count(&set["spec"]["replicas"], 1) == 0
                && count(&set["status"]["replicas"], 0) == 0;
            if empty {
                remove(store, key);
            }
        }
    }

    /// Writes the status; gives the time at which the rollout is late.
    fn report(&self, store: &mut Store) -> Option<Duration> {
        let fresh = |found: &Found| store.get(&found.0).cloned();
        let deployment = fresh(&self.deployment)?;
        let new = self.new.as_ref().and_then(fresh);
        let old: Vec<_> = self.old.iter().filter_map(fresh).collect();
        let sets: Vec<&Value> = new.iter().chain(&old).map(|set| &**set).collect();
        let mut status = self.counts(&deployment, new.as_deref(), &sets);
        if let Some(before) = deployment["status"].get("conditions") {
            status["conditions"] = before.clone();
        }
        self.say_available(store, &mut status);
        let late = self.say_progress(store, &deployment, new.as_deref(), &mut status);
        let refused = sets
            .iter()
            .find_map(|set| conditions::find(&set["status"], "ReplicaFailure"));
        match refused {
            Some(refused) => {
                let text = |field: &str| refused[field].as_str().unwrap_or_default();
                let condition =
                    Condition::new("ReplicaFailure", true).because(text("reason"), text("message"));
                push(store, &mut status, &condition);
            }
            None => conditions::drop(&mut status, "ReplicaFailure"),
        }
        set_status(store, &self.deployment.0, MANAGER, status);
        late
    }

    fn counts(&self, deployment: &Value, new: Option<&Value>, sets: &[&Value]) -> Value {
        let sum = |field: &str| -> usize {
            let each = sets.iter().map(|set| count(&set["status"][field], 0));
            each.sum()
        };
        let asked: usize = sets
            .iter()
            .map(|set| count(&set["spec"]["replicas"], 1))
            .sum();
        let available = sum("availableReplicas");
        let mut status = json!({
            "observedGeneration": meta::generation(deployment),
            "terminatingReplicas": sum("terminatingReplicas"),
        });
        let updated = new.map_or(0, |set| count(&set["status"]["replicas"], 0));
        put_count(&mut status, "replicas", sum("replicas"));
        put_count(&mut status, "updatedReplicas", updated);
        put_count(&mut status, "readyReplicas", sum("readyReplicas"));
        put_count(&mut status, "availableReplicas", available);
        let missing = asked.saturating_sub(available);
        put_count(&mut status, "unavailableReplicas", missing);
        status
    }

    fn say_available(&self, store: &Store, status: &mut Value) {
        let least = self.wanted() - self.slack().unavailable.min(self.wanted());
        let enough = count(&status["availableReplicas"], 0) >= least;
        let condition = if enough {
            Condition::new("Available", true).because(
                "MinimumReplicasAvailable",
                "Deployment has minimum availability.",
            )
        } else {
            Condition::new("Available", false).because(
                "MinimumReplicasUnavailable",
                "Deployment does not have minimum availability.",
            )
        };
        push(store, status, &condition);
    }

    fn say_progress(
        &self,
        store: &Store,
        deployment: &Value,
        new: Option<&Value>,
        status: &mut Value,
    ) -> Option<Duration> {
        if !has_deadline(self.spec()) {
            conditions::drop(status, "Progressing");
            return None;
        }
        if self.spec()["paused"] == true {
            let paused = Condition::unknown("Progressing");
            push(
                store,
                status,
                &paused.because("DeploymentPaused", "Deployment is paused"),
            );
            return None;
        }
        let before = conditions::find(&deployment["status"], "Progressing").cloned();
        let reason = before
            .as_ref()
            .map_or("", |one| text(one, "reason"))
            .to_owned();
        let number = |field: &str| count(&status[field], 0);
        let all_updated = number("replicas") == number("updatedReplicas");
        if all_updated && reason == "NewReplicaSetAvailable" {
            return None;
        }
        let what = new.map_or_else(
            || format!("Deployment {:?}", self.deployment.0.name),
            |set| format!("ReplicaSet {:?}", meta::name(set)),
        );
        let wanted = self.wanted();
        let complete = [
            number("updatedReplicas"),
            number("replicas"),
            number("availableReplicas"),
        ]
        .iter()
        .all(|number| *number == wanted);
        if complete && new.is_some() {
            let message = format!("{what} has successfully progressed.");
            let done =
                Condition::new("Progressing", true).because("NewReplicaSetAvailable", message);
            push(store, status, &done);
            return None;
        }
        if progressed(&deployment["status"], status) {
            let message = format!("{what} is progressing.");
            let going = Condition::new("Progressing", true).because("ReplicaSetUpdated", message);
            conditions::drop(status, "Progressing");
            let mut entry = conditions::entry(before.as_ref(), &going, &store.timestamp());
            entry["lastUpdateTime"] = json!(store.timestamp());
            conditions::put(status, entry);
        } else if let Some(before) = before.filter(|_| reason != "ProgressDeadlineExceeded") {
            let limit = Duration::from_secs(self.spec()["progressDeadlineSeconds"].as_u64()?);
            let late = store.since_epoch(text(&before, "lastUpdateTime")) + limit;
            if late >= store.now() {
                return Some(late + Duration::from_secs(1));
            }
            let message = format!("{what} has timed out progressing.");
            let over =
                Condition::new("Progressing", false).because("ProgressDeadlineExceeded", message);
            push(store, status, &over);
        }
        None
    }
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

fn side(set: &Value) -> Side {
    Side {
        size: count(&set["spec"]["replicas"], 1),
        available: count(&set["status"]["availableReplicas"], 0),
    }
}

/// The largest 32-bit number stands for no deadline.
fn has_deadline(spec: &Value) -> bool {
    let seconds = spec["progressDeadlineSeconds"].as_i64();
    seconds.is_some_and(|seconds| seconds != i64::from(i32::MAX))
}

/// Whether there are more new, fewer old, more ready or more available pods than before.
fn progressed(before: &Value, now: &Value) -> bool {
    let number = |status: &Value, field: &str| count(&status[field], 0);
    let old = |status: &Value| {
        let updated = number(status, "updatedReplicas");
        number(status, "replicas").saturating_sub(updated)
    };
    let more = |field: &str| number(now, field) > number(before, field);
    more("updatedReplicas")
        || old(now) < old(before)
        || more("readyReplicas")
        || more("availableReplicas")
}

/// Sets a condition as deployments do: nothing changes while status and reason are the same; a changed one goes to
/// the end and has the time of its change.
fn push(store: &Store, status: &mut Value, condition: &Condition) {
    let before = conditions::find(status, condition.ty).cloned();
    let same = before.as_ref().is_some_and(|one| {
        one["status"] == condition.status && one["reason"] == condition.reason.as_str()
    });
    if same {
        return;
    }
    let time = store.timestamp();
    conditions::drop(status, condition.ty);
    let mut entry = conditions::entry(before.as_ref(), condition, &time);
    entry["lastUpdateTime"] = json!(time);
    conditions::put(status, entry);
}

fn revision(object: &Value) -> i64 {
    let text = object["metadata"]["annotations"][REVISION].as_str();
    text.and_then(|text| text.parse().ok()).unwrap_or_default()
}

fn annotate(object: &mut Value, name: &str, number: i64) {
    object["metadata"]["annotations"][name] = json!(number.to_string());
}
