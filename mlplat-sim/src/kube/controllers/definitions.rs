//! Custom resource definitions: their names are accepted and they are established some time after they came; when
//! they go, their objects go first.

use std::time::Duration;

use serde_json::{Value, json};

use super::Controller;
use crate::kube::journal::ObjectKey;
use crate::kube::kinds::Kind;
use crate::kube::meta;
use crate::kube::store::Store;
use crate::kube::verbs::{self, DeleteOptions, Writing};

const GROUP: &str = "apiextensions.k8s.io";
const CLEANUP: &str = "customresourcecleanup.apiextensions.k8s.io";

/// The controllers of custom resource definitions.
#[derive(Debug, Clone, Copy, Default)]
pub struct Definitions;

impl Controller for Definitions {
    fn latency(&self) -> Duration {
        Duration::from_millis(300)
    }

    fn react(&mut self, store: &mut Store, _: Duration) -> Option<Duration> {
        let kind = store
            .registry()
            .by_kind(GROUP, "CustomResourceDefinition")
            .cloned()?;
        let all: Vec<(ObjectKey, Value)> = store
            .list(GROUP, &kind.plural, None)
            .map(|(key, object)| (key.clone(), Value::clone(object)))
            .collect();
        for (key, definition) in all {
            if meta::deleting(&definition) {
                clean_up(store, &kind, &key, &definition);
            } else {
                establish(store, &kind, &key, &definition);
            }
        }
        None
    }
}

fn establish(store: &mut Store, kind: &Kind, key: &ObjectKey, definition: &Value) {
    let how = Writing::by("kube-apiserver");
    let time = store.timestamp();
    let names = &definition["spec"]["names"];
    let conditions = definition["status"]["conditions"].as_array();
    let established = conditions
        .into_iter()
        .flatten()
        .any(|one| one["type"] == "Established");
    if !established || definition["status"]["acceptedNames"] != *names {
        // A definition that is there can be given a status.
        let _ = verbs::update_with(store, kind, key, &how.clone().through("status"), |object| {
            let condition = |name: &str, reason: &str, message: &str| json!({"type": name, "status": "True", "lastTransitionTime": time, "reason": reason, "message": message});
            object["status"]["acceptedNames"] = names.clone();
            if !established {
                object["status"]["conditions"] = json!([
                    condition("NamesAccepted", "NoConflicts", "no conflicts found"),
                    condition(
                        "Established",
                        "InitialNamesAccepted",
                        "the initial names have been accepted"
                    ),
                ]);
            }
        });
    }
    if !meta::finalizers(definition).contains(&CLEANUP) {
        let _ = verbs::update_with(store, kind, key, &how, |object| {
            let had: Vec<String> = meta::finalizers(object)
                .into_iter()
                .map(str::to_owned)
                .collect();
            let all: Vec<&str> = had.iter().map(String::as_str).chain([CLEANUP]).collect();
            meta::set_finalizers(object, &all);
        });
    }
}

/// Deletes the objects of a definition, and lets it go once none is left.
fn clean_up(store: &mut Store, kind: &Kind, key: &ObjectKey, definition: &Value) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (group, plural) = (
        text(&definition["spec"]["group"]),
        text(&definition["spec"]["names"]["plural"]),
    );
    if let Some(custom) = store.registry().by_resource(&group, &plural).cloned() {
        let keys: Vec<ObjectKey> = store
            .list(&group, &plural, None)
            .map(|(key, _)| key.clone())
            .collect();
        for key in keys {
            let deleting = store.get(&key).is_none_or(|object| meta::deleting(object));
            if !deleting {
                // It was there a line ago.
                let _ = verbs::delete(store, &custom, &key, &DeleteOptions::default());
            }
        }
    }
    if store.list(&group, &plural, None).next().is_some() {
        return;
    }
    let _ = verbs::update_with(store, kind, key, &Writing::by("kube-apiserver"), |object| {
        let left: Vec<String> = meta::finalizers(object)
            .into_iter()
            .filter(|one| *one != CLEANUP)
            .map(str::to_owned)
            .collect();
        let left: Vec<&str> = left.iter().map(String::as_str).collect();
        meta::set_finalizers(object, &left);
    });
}
