//! What the owners of pods have in common: making them from a template, counting them, choosing which one goes.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::acting::{Found, MANAGER, controlled, create};
use super::conditions;
use crate::kube::journal::ObjectKey;
use crate::kube::meta;
use crate::kube::status::Failure;
use crate::kube::store::Store;

/// The pods that an owner controls, by name.
pub(super) fn of(store: &Store, owner: &Value) -> Vec<Found> {
    controlled(store, owner, "", "pods")
}

/// A pod as its owner describes it.
pub(super) struct Draft<'a> {
    /// `spec.template`, or what stands for it.
    pub(super) template: &'a Value,
    /// The whole name, or the beginning of one.
    pub(super) name: Name,
    /// The owner's reference.
    pub(super) reference: Value,
}

/// How a pod is called.
pub(super) enum Name {
    /// Like this.
    Whole(String),
    /// Beginning like this.
    Begins(String),
}

impl Draft<'_> {
    /// The pod before it is created.
    pub(super) fn pod(&self) -> Value {
        let mut metadata = json!({"ownerReferences": [self.reference]});
        for field in ["labels", "annotations", "finalizers"] {
            if let Some(value) = self.template["metadata"].get(field) {
                metadata[field] = value.clone();
            }
        }
        match &self.name {
            Name::Whole(name) => metadata["name"] = json!(name),
            Name::Begins(name) => metadata["generateName"] = json!(name),
        }
        let mut spec = self.template["spec"].clone();
        if !spec["serviceAccountName"].is_string() {
            spec["serviceAccountName"] = json!("default");
            spec["serviceAccount"] = json!("default");
        }
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
    }
}

/// Creates a pod, if the service account that it runs as is there.
pub(super) fn make(store: &mut Store, namespace: &str, pod: Value) -> Result<Arc<Value>, Failure> {
    let account = pod["spec"]["serviceAccountName"]
        .as_str()
        .unwrap_or_default();
    let key = ObjectKey::new("", "serviceaccounts", namespace, account);
    if store.get(&key).is_none() {
        let name = match meta::name(&pod) {
            "" => meta::text(&pod, "generateName"),
            name => name,
        };
        let why = format!(
            "error looking up service account {namespace}/{account}: serviceaccount {account:?} not found"
        );
        let kind = store.registry().by_kind("", "Pod").cloned();
        let kind = kind.ok_or_else(Failure::no_resource)?;
        return Err(Failure::forbidden(&kind, name, &why));
    }
    create(store, namespace, pod, MANAGER)
}

/// Whether a pod has come to its end, well or not.
pub(super) fn is_finished(pod: &Value) -> bool {
    phase(pod) == "Succeeded" || phase(pod) == "Failed"
}

/// `status.phase`.
pub(super) fn phase(pod: &Value) -> &str {
    pod["status"]["phase"].as_str().unwrap_or("Pending")
}

/// Whether a pod is neither finished nor on its way out.
pub(super) fn is_active(pod: &Value) -> bool {
    !is_finished(pod) && !meta::deleting(pod)
}

/// Whether a pod serves.
pub(super) fn is_ready(pod: &Value) -> bool {
    conditions::holds(&pod["status"], "Ready")
}

/// From when a pod counts as available: ready for so many seconds. `None` while it is not ready.
pub(super) fn available_at(store: &Store, pod: &Value, min_ready_s: u64) -> Option<Duration> {
    let ready = conditions::find(&pod["status"], "Ready")?;
    let since = ready["lastTransitionTime"].as_str().unwrap_or_default();
    (ready["status"] == "True").then(|| store.since_epoch(since) + Duration::from_secs(min_ready_s))
}

/// Which pods go first when there are too many: those without a node, those that do not run, those that are not
/// ready, the youngest.
pub(super) fn least_wanted_first(pods: &mut [Found]) {
    pods.sort_by_key(|(key, pod)| {
        let placed = pod["spec"]["nodeName"].is_string();
        let runs = phase(pod) == "Running";
        let made = meta::text(pod, "creationTimestamp").to_owned();
        let name = key.name.clone();
        (placed, runs, is_ready(pod), std::cmp::Reverse((made, name)))
    });
}

/// How many of some pods are ready and available; and when the next becomes available.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Tally {
    pub(super) ready: usize,
    pub(super) available: usize,
    pub(super) next: super::acting::Soonest,
}

/// Counts pods.
pub(super) fn tally<'a>(
    store: &Store,
    pods: impl IntoIterator<Item = &'a Value>,
    min_ready_s: u64,
) -> Tally {
    let mut tally = Tally::default();
    for pod in pods {
        if let Some(at) = available_at(store, pod, min_ready_s) {
            tally.ready += 1;
            if at <= store.now() {
                tally.available += 1;
            } else {
                tally.next.at(at);
            }
        }
    }
    tally
}
