//! Replica sets: as many pods as they say.
//!
//! Facts: `ReplicaSetStatus` and `ReplicaSetCondition` of the Kubernetes 1.36 API reference; the order in which pods
//! go is that of `controller_utils` in kube-controller-manager, as far as age, node and readiness decide it.

use std::time::Duration;

use serde_json::{Value, json};

use super::Controller;
use super::acting::{
    Found, MANAGER, Soonest, all, controlled_by, count, kind_of, put_count, remove, set_status,
};
use super::conditions::{self, Condition};
use super::events::{News, tell};
use super::pods::{self, Draft, Name};
use crate::kube::meta;
use crate::kube::store::Store;

/// The most pods that one look creates or deletes.
const BURST: usize = 500;

/// The replica set controller.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReplicaSets;

impl Controller for ReplicaSets {
    fn latency(&self) -> Duration {
        Duration::from_millis(20)
    }

    fn subjects(&self) -> &[&str] {
        &["replicasets"]
    }

    fn concerns(&self) -> &[(&str, &str)] {
        // A pod is refused while its service account is missing.
        &[
            ("apps", "replicasets"),
            ("", "pods"),
            ("", "serviceaccounts"),
        ]
    }

    fn react(&mut self, store: &mut Store, _: Duration) -> Option<Duration> {
        let mut again = Soonest::default();
        for set in all(store, "apps", "replicasets") {
            let refused = if meta::deleting(&set.1) {
                None
            } else {
                scale(store, &set)
            };
            again.maybe(report(store, &set, refused));
        }
        again.0
    }
}

/// Makes or deletes pods until there are as many as asked for. Gives the reason for which one was refused.
fn scale(store: &mut Store, (key, set): &Found) -> Option<String> {
    let wanted = count(&set["spec"]["replicas"], 1);
    let mut active = pods::of(store, set);
    active.retain(|(_, pod)| pods::is_active(pod));
    if active.len() > wanted {
        let surplus = (active.len() - wanted).min(BURST);
        pods::least_wanted_first(&mut active);
        for (key, _) in &active[..surplus] {
            remove(store, key);
        }
        return None;
    }
    let kind = kind_of(store, key)?;
    let draft = Draft {
        template: &set["spec"]["template"],
        name: Name::Begins(format!("{}-", key.name)),
        reference: controlled_by(&kind, set),
    };
    for _ in active.len()..wanted.min(active.len() + BURST) {
        let pod = draft.pod();
        if let Err(failure) = pods::make(store, &key.namespace, pod) {
            let news = News::warning(
                "FailedCreate",
                format!("Error creating: {}", failure.message),
            );
            tell(store, set, "replicaset-controller", &news);
            return Some(failure.message);
        }
    }
    None
}

/// Writes the status; gives the time at which a pod becomes available.
fn report(store: &mut Store, (key, _): &Found, refused: Option<String>) -> Option<Duration> {
    let set = store.get(key)?.clone();
    let owned = pods::of(store, &set);
    let active: Vec<&Value> = owned
        .iter()
        .map(|(_, pod)| &**pod)
        .filter(|pod| pods::is_active(pod))
        .collect();
    let min_ready_s = set["spec"]["minReadySeconds"].as_u64().unwrap_or_default();
    let tally = pods::tally(store, active.iter().copied(), min_ready_s);
    let leaving = owned
        .iter()
        .filter(|(_, pod)| meta::deleting(pod) && !pods::is_finished(pod));
    let mut status = json!({
        "replicas": active.len(),
        "observedGeneration": meta::generation(&set),
        "terminatingReplicas": leaving.count(),
    });
    put_count(&mut status, "fullyLabeledReplicas", active.len());
    put_count(&mut status, "readyReplicas", tally.ready);
    put_count(&mut status, "availableReplicas", tally.available);
    let before = conditions::find(&set["status"], "ReplicaFailure");
    let wanted = count(&set["spec"]["replicas"], 1);
    if let Some(message) = refused {
        let condition = Condition::new("ReplicaFailure", true).because("FailedCreate", message);
        let time = store.timestamp();
        conditions::put(&mut status, conditions::entry(before, &condition, &time));
    } else if let Some(before) = before.filter(|_| active.len() != wanted) {
        conditions::put(&mut status, before.clone());
    }
    set_status(store, key, MANAGER, status);
    tally.next.0
}
