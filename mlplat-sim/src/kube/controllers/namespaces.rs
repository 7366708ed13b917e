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
            .leaving()
            .filter(|(key, object)| key.is("", "namespaces") && holds(object))
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

/// A condition: type, whether it holds, reason, message.
type Condition = (&'static str, bool, &'static str, String);

fn set_conditions(namespace: &mut Value, left: &Contents, time: &str) {
    let before = namespace["status"]["conditions"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let [remaining, held] = what_remains(left);
    let after = nothing_failed().into_iter().chain([remaining, held]);
    let after = after.map(|(name, holds, reason, message)| {
        let status = if holds { "True" } else { "False" };
        let same = |one: &&Value| one["type"] == name && one["status"] == status;
        let time = match before.iter().find(same) {
            Some(old) => old["lastTransitionTime"].clone(),
            None => Value::from(time),
        };
        json!({
            "type": name,
            "status": status,
            "lastTransitionTime": time,
            "reason": reason,
            "message": message,
        })
    });
    namespace["status"]["conditions"] = after.collect();
}

/// What can go wrong with a real server and does not here.
fn nothing_failed() -> [Condition; 3] {
    [
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
    ]
}

/// What is left, by kind and by the finalizers that hold it.
fn what_remains(left: &Contents) -> [Condition; 2] {
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
    let kinds: Vec<String> = kinds
        .iter()
        .map(|(kind, count)| format!("{kind} has {count} resource instances"))
        .collect();
    let held: Vec<String> = finalizers
        .iter()
        .map(|(name, count)| format!("{name} in {count} resource instances"))
        .collect();
    let content = "NamespaceContentRemaining";
    let finalizing = "NamespaceFinalizersRemaining";
    [
        if kinds.is_empty() {
            let message = "All content successfully removed".to_owned();
            (content, false, "ContentRemoved", message)
        } else {
            let message = format!("Some resources are remaining: {}", kinds.join(", "));
            (content, true, "SomeResourcesRemain", message)
        },
        if held.is_empty() {
            let message = "All content-preserving finalizers finished".to_owned();
            (finalizing, false, "ContentHasNoFinalizers", message)
        } else {
            let message = format!(
                "Some content in the namespace has finalizers remaining: {}",
                held.join(", ")
            );
            (finalizing, true, "SomeFinalizersRemain", message)
        },
    ]
}
