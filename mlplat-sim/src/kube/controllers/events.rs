//! Events: what controllers tell people.
//!
//! The same message about the same object is one event that counts, as the recorder of client-go merges them. Only
//! what somebody looks for when something is wrong is told, and the few good news of note; the twenty lines of a pod
//! that starts well are left out.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use serde_json::{Value, json};

use super::acting::{create, edit};
use crate::kube::journal::ObjectKey;
use crate::kube::meta;
use crate::kube::store::Store;

/// A piece of news about an object.
#[derive(Debug, Clone)]
pub(super) struct News {
    pub(super) warning: bool,
    pub(super) reason: &'static str,
    pub(super) message: String,
}

impl News {
    pub(super) fn normal(reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            warning: false,
            reason,
            message: message.into(),
        }
    }

    pub(super) fn warning(reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            warning: true,
            reason,
            message: message.into(),
        }
    }
}

/// Tells news that was not told before.
pub(super) fn tell_once(store: &mut Store, about: &Value, component: &str, news: &News) {
    if store.get(&key(about, news)).is_none() {
        tell(store, about, component, news);
    }
}

/// When news were told first.
pub(super) fn told_at(store: &Store, about: &Value, news: &News) -> Option<Duration> {
    let event = store.get(&key(about, news))?;
    let first = event["firstTimestamp"].as_str()?;
    Some(store.since_epoch(first))
}

/// Where the event is: the same news about the same object is always there.
fn key(about: &Value, news: &News) -> ObjectKey {
    let namespace = match meta::text(about, "namespace") {
        "" => "default",
        namespace => namespace,
    };
    let mut hasher = DefaultHasher::new();
    (meta::uid(about), news.reason, &news.message).hash(&mut hasher);
    let name = format!("{}.{:016x}", meta::name(about), hasher.finish());
    ObjectKey::new("", "events", namespace, &name)
}

/// Tells news about an object, in its namespace (those of cluster-wide objects in `default`).
pub(super) fn tell(store: &mut Store, about: &Value, component: &str, news: &News) {
    let key = key(about, news);
    let time = store.timestamp();
    if store.get(&key).is_some() {
        edit(store, &key, component, |event| {
            event["count"] = json!(event["count"].as_i64().unwrap_or(1) + 1);
            event["lastTimestamp"] = json!(time);
        });
        return;
    }
    let event = json!({
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": key.name, "namespace": key.namespace},
        "involvedObject": {
            "apiVersion": about["apiVersion"],
            "kind": about["kind"],
            "namespace": meta::text(about, "namespace"),
            "name": meta::name(about),
            "uid": meta::uid(about),
            "resourceVersion": meta::text(about, "resourceVersion"),
        },
        "reason": news.reason,
        "message": news.message,
        "type": if news.warning { "Warning" } else { "Normal" },
        "source": {"component": component},
        "reportingComponent": component,
        "reportingInstance": "",
        "firstTimestamp": time,
        "lastTimestamp": time,
        "count": 1,
    });
    // A namespace on its way out takes no news.
    let _ = create(store, &key.namespace, event, component);
}
