//! The end of namespaces: everything in them is deleted, and when nothing is left the namespace is let go.
//!
//! What remains is told in the namespace's conditions, in the words of kube-controller-manager 1.36.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Controller, core};
use crate::kube::journal::ObjectKey;
use crate::kube::meta;
use crate::kube::store::Store;
use crate::kube::verbs::{self, DeleteOptions, Propagation, Writing};

const FINALIZER: &str = "kubernetes";

/// The namespace controller.
#[derive(Debug, Clone, Copy)]
pub struct Namespaces {
    /// How long it leaves a namespace alone after its deletion.
    pub grace: Duration,
}

impl Default for Namespaces {
    /// Five seconds, as kube-controller-manager waits.
    fn default() -> Self {
        Self {
            grace: Duration::from_secs(5),
        }
    }
}

impl Controller for Namespaces {
    fn latency(&self) -> Duration {
        Duration::from_millis(200)
    }

    fn react(&mut self, store: &mut Store, now: Duration) -> Option<Duration> {
        let terminating: Vec<(String, Duration)> = store
            .list("", "namespaces", None)
            .filter(|(_, object)| meta::deleting(object) && holds(object))
            .map(|(key, object)| {
                (
                    key.name.clone(),
                    store.since_epoch(meta::text(object, "deletionTimestamp")),
                )
            })
            .collect();
        let mut again = None;
        for (name, since) in terminating {
            // Timestamps are whole seconds: never earlier than the grace, up to a second later.
            let due = since + self.grace;
            if due > now {
                again = Some(again.map_or(due, |other: Duration| other.min(due)));
            } else {
                empty(store, &name);
            }
        }
        again
    }
}

fn holds(object: &Value) -> bool {
    object["spec"]["finalizers"]
        .as_array()
        .into_iter()
        .flatten()
        .any(|one| one == FINALIZER)
}

type Contents = Vec<(ObjectKey, Arc<Value>)>;

fn contents(store: &Store, namespace: &str) -> Contents {
    let inside = store
        .objects()
        .filter(|(key, _)| key.namespace == namespace);
    inside
        .map(|(key, object)| (key.clone(), Arc::clone(object)))
        .collect()
}

fn empty(store: &mut Store, namespace: &str) {
    let options = DeleteOptions {
        propagation: Some(Propagation::Background),
        ..DeleteOptions::default()
    };
    for (key, object) in contents(store, namespace) {
        let Some(kind) = store
            .registry()
            .by_resource(&key.group, &key.resource)
            .cloned()
        else {
            continue;
        };
        if !meta::deleting(&object) {
            // It may have gone with an earlier one: that is as good.
            let _ = verbs::delete(store, &kind, &key, &options);
        }
    }
    let left = contents(store, namespace);
    let Some(kind) = core(store, "Namespace") else {
        return;
    };
    let key = ObjectKey::namespace(namespace);
    let time = store.timestamp();
    let how = Writing::by("kube-controller-manager");
    // The namespace was listed as terminating in this very action.
    let _ = verbs::update_with(
        store,
        &kind,
        &key,
        &how.clone().through("status"),
        |object| {
            set_conditions(object, &left, &time);
        },
    );
    if left.is_empty() {
        let _ = verbs::update_with(store, &kind, &key, &how.through("finalize"), |object| {
            if let Some(list) = object["spec"]["finalizers"].as_array_mut() {
                list.retain(|one| one != FINALIZER);
            }
        });
    }
}

fn set_conditions(namespace: &mut Value, left: &Contents, time: &str) {
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut finalizers: BTreeMap<&str, usize> = BTreeMap::new();
    for (key, object) in left {
        *kinds
            .entry(format!("{}.{}", key.resource, key.group))
            .or_default() += 1;
        for finalizer in meta::finalizers(object) {
            *finalizers.entry(finalizer).or_default() += 1;
        }
    }
    let list = |counts: Vec<String>| counts.join(", ");
    let kinds = list(
        kinds
            .iter()
            .map(|(kind, count)| format!("{kind} has {count} resource instances"))
            .collect(),
    );
    let held = list(
        finalizers
            .iter()
            .map(|(name, count)| format!("{name} in {count} resource instances"))
            .collect(),
    );
    let conditions = [
        (
            "NamespaceDeletionDiscoveryFailure",
            false,
            "ResourcesDiscovered",
            "All resources successfully discovered".to_owned(),
        ),
        (
            "NamespaceDeletionGroupVersionParsingFailure",
            false,
            "ParsedGroupVersions",
            "All legacy kube types successfully parsed".to_owned(),
        ),
        (
            "NamespaceDeletionContentFailure",
            false,
            "ContentDeleted",
            "All content successfully deleted, may be waiting on finalization".to_owned(),
        ),
        match kinds.as_str() {
            "" => (
                "NamespaceContentRemaining",
                false,
                "ContentRemoved",
                "All content successfully removed".to_owned(),
            ),
            _ => {
                let message = format!("Some resources are remaining: {kinds}");
                (
                    "NamespaceContentRemaining",
                    true,
                    "SomeResourcesRemain",
                    message,
                )
            }
        },
        match held.as_str() {
            "" => {
                let message = "All content-preserving finalizers finished".to_owned();
                (
                    "NamespaceFinalizersRemaining",
                    false,
                    "ContentHasNoFinalizers",
                    message,
                )
            }
            _ => {
                let message =
                    format!("Some content in the namespace has finalizers remaining: {held}");
                (
                    "NamespaceFinalizersRemaining",
                    true,
                    "SomeFinalizersRemain",
                    message,
                )
            }
        },
    ];
    let before = namespace["status"]["conditions"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let after = conditions.map(|(name, status, reason, message)| {
        let status = if status { "True" } else { "False" };
        let old = before.iter().find(|one| one["type"] == name && one["status"] == status);
        let time = old.map_or_else(|| Value::from(time), |old| old["lastTransitionTime"].clone());
        json!({"type": name, "status": status, "lastTransitionTime": time, "reason": reason, "message": message})
    });
    namespace["status"]["conditions"] = Value::from(after.to_vec());
}
