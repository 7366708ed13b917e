//! Disruption budgets: how many pods may go at once.
//!
//! Facts: `PodDisruptionBudgetStatus` and `pkg/controller/disruption` of Kubernetes 1.36: a share and `maxUnavailable`
//! count against what the owners of the pods ask for, a number of `minAvailable` against the pods that are there.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;

use super::Controller;
use super::acting::{Found, MANAGER, all, controller, count, set_status};
use super::conditions::{self, Condition};
use super::rollout::share;
use super::{labels, pods};
use crate::kube::journal::ObjectKey;
use crate::kube::meta;
use crate::kube::store::Store;

/// The disruption controller.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disruptions;

impl Controller for Disruptions {
    fn latency(&self) -> Duration {
        Duration::from_millis(200)
    }

    fn subjects(&self) -> &[&str] {
        &["poddisruptionbudgets"]
    }

    fn concerns(&self) -> &[(&str, &str)] {
        &[("policy", "poddisruptionbudgets"), ("", "pods")]
    }

    fn react(&mut self, store: &mut Store, _: Duration) -> Option<Duration> {
        for budget in all(store, "policy", "poddisruptionbudgets") {
            if !meta::deleting(&budget.1) {
                report(store, &budget);
            }
        }
        None
    }
}

fn report(store: &mut Store, (key, budget): &Found) {
    let spec = &budget["spec"];
    let there: Vec<Found> = store
        .list("", "pods", Some(&key.namespace))
        .filter(|(_, pod)| labels::meets(pod, &spec["selector"]) && !pods::is_finished(pod))
        .map(|(key, pod)| (key.clone(), pod.clone()))
        .collect();
    let healthy = there
        .iter()
        .filter(|(_, pod)| pods::is_ready(pod) && !meta::deleting(pod))
        .count();
    let least = &spec["minAvailable"];
    let expected = if least.is_number() {
        there.len()
    } else {
        asked_for(store, &there)
    };
    let wanted = if spec["maxUnavailable"].is_null() {
        // Without either, one pod has to stay.
        if least.is_null() {
            1
        } else {
            share(least, expected, true)
        }
    } else {
        expected.saturating_sub(share(&spec["maxUnavailable"], expected, true))
    };
    let allowed = if expected == 0 {
        0
    } else {
        healthy.saturating_sub(wanted)
    };
    let reason = if allowed > 0 {
        "SufficientPods"
    } else {
        "InsufficientPods"
    };
    let condition = Condition::new("DisruptionAllowed", allowed > 0).because(reason, "");
    let before = conditions::find(&budget["status"], "DisruptionAllowed");
    let mut entry = conditions::entry(before, &condition, &store.timestamp());
    entry["message"] = json!("");
    entry["observedGeneration"] = json!(meta::generation(budget));
    let status = json!({
        "observedGeneration": meta::generation(budget),
        "disruptionsAllowed": allowed,
        "currentHealthy": healthy,
        "desiredHealthy": wanted,
        "expectedPods": expected,
        "conditions": [entry],
    });
    set_status(store, key, MANAGER, status);
}

/// What the owners of pods ask for together; a pod without one counts for nothing.
fn asked_for(store: &Store, there: &[Found]) -> usize {
    let mut owners: BTreeMap<ObjectKey, usize> = BTreeMap::new();
    for (key, pod) in there {
        let Some(owner) = controller(pod) else {
            continue;
        };
        let resource = match owner["kind"].as_str() {
            Some("ReplicaSet") => "replicasets",
            Some("StatefulSet") => "statefulsets",
            _ => continue,
        };
        let name = owner["name"].as_str().unwrap_or_default();
        let mut at = ObjectKey::new("apps", resource, &key.namespace, name);
        let above = store.get(&at).and_then(|set| controller(set));
        if let Some(above) = above.filter(|above| above["kind"] == "Deployment") {
            let name = above["name"].as_str().unwrap_or_default();
            at = ObjectKey::new("apps", "deployments", &key.namespace, name);
        }
        let replicas = store.get(&at).map(|one| count(&one["spec"]["replicas"], 1));
        owners.insert(at, replicas.unwrap_or_default());
    }
    owners.values().sum()
}
