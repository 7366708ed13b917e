//! A cluster whose time the test turns by hand.

use std::time::Duration;

use mlplat_sim::kube::{ApiServer, Effect, ObjectKey, Parts};
use serde_json::{Value, json};

use crate::support::{Tape, send};

/// A server and its time.
pub(crate) struct World {
    pub(crate) server: ApiServer,
    pub(crate) now: Duration,
    tape: Tape,
}

impl World {
    pub(crate) fn new() -> Self {
        let tape = Tape::default();
        let parts = Parts {
            journal: Box::new(tape.clone()),
            ..Parts::default()
        };
        let mut world = Self {
            server: ApiServer::new(parts, Duration::ZERO).unwrap(),
            now: Duration::ZERO,
            tape,
        };
        world.pass(1);
        world
    }

    /// The same cluster in another process.
    pub(crate) fn restored(&self) -> Self {
        let effects: Vec<Effect> = self.tape.effects.lock().unwrap().clone();
        Self {
            server: ApiServer::restore(Parts::default(), effects, self.now),
            now: self.now,
            tape: Tape::default(),
        }
    }

    /// Seconds pass.
    pub(crate) fn pass(&mut self, seconds: u64) {
        self.now += Duration::from_secs(seconds);
        self.server.advance(self.now);
    }

    /// Time passes until something is so; in how many seconds. Fails after an hour.
    pub(crate) fn until(&mut self, what: impl Fn(&Self) -> bool) -> u64 {
        for seconds in 0..3600 {
            if what(self) {
                return seconds;
            }
            self.pass(1);
        }
        panic!("nothing of the kind within an hour: {}", self.list("pods"));
    }

    pub(crate) fn choose(&mut self, words: &str) {
        let chosen = words.parse().unwrap();
        self.server.choose_outside(&chosen, self.now).unwrap();
    }

    pub(crate) fn send(&mut self, verb: &str, target: &str, body: &Value) -> Value {
        let (code, answer) = send(&mut self.server, self.now, verb, target, body);
        assert!(
            (200..300).contains(&code),
            "{verb} {target}: {code} {answer}"
        );
        answer
    }

    /// Creates an object by its own kind, in `default` unless it says otherwise.
    pub(crate) fn make(&mut self, object: &Value) -> Value {
        let (version, kind) = (
            object["apiVersion"].as_str().unwrap(),
            object["kind"].as_str().unwrap(),
        );
        let group = version.rsplit_once('/').map_or("", |(group, _)| group);
        let kind = self
            .server
            .store()
            .registry()
            .by_kind(group, kind)
            .unwrap()
            .clone();
        let root = if group.is_empty() { "/api" } else { "/apis" };
        let namespace = object["metadata"]["namespace"]
            .as_str()
            .unwrap_or("default");
        let inside = if kind.namespaced() {
            format!("namespaces/{namespace}/")
        } else {
            String::new()
        };
        self.send(
            "POST",
            &format!("{root}/{version}/{inside}{}", kind.plural),
            object,
        )
    }

    /// An object of a resource by name, from `default` or from the cluster.
    pub(crate) fn get(&self, resource: &str, name: &str) -> Option<Value> {
        let found = self
            .all(resource)
            .into_iter()
            .find(|one| one["metadata"]["name"] == name);
        found.map(|one| {
            self.server
                .store()
                .get(&key_of(resource, &one))
                .unwrap()
                .as_ref()
                .clone()
        })
    }

    pub(crate) fn status(&self, resource: &str, name: &str) -> Value {
        let object = self.get(resource, name);
        object.unwrap_or_else(|| panic!("no {resource} {name}"))["status"].clone()
    }

    /// Every object of a resource, by namespace and name.
    pub(crate) fn all(&self, resource: &str) -> Vec<Value> {
        let objects = self.server.store().objects();
        let those = objects.filter(|(key, _)| key.resource == resource);
        those.map(|(_, object)| object.as_ref().clone()).collect()
    }

    /// The names and statuses of a resource, for messages.
    pub(crate) fn list(&self, resource: &str) -> Value {
        let each = self.all(resource).into_iter();
        each.map(|one| {
            json!([
                one["metadata"]["name"],
                one["status"],
                one["spec"]["nodeName"]
            ])
        })
        .collect()
    }

    /// Reason and message of every event, in no order.
    pub(crate) fn told(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let events = self.all("events").into_iter();
        events
            .map(|one| (text(&one["reason"]), text(&one["message"])))
            .collect()
    }

    pub(crate) fn delete(&mut self, target: &str) {
        self.send("DELETE", target, &Value::Null);
    }
}

fn key_of(resource: &str, object: &Value) -> ObjectKey {
    let version = object["apiVersion"].as_str().unwrap_or_default();
    let group = version.rsplit_once('/').map_or("", |(group, _)| group);
    let text = |field: &str| object["metadata"][field].as_str().unwrap_or_default();
    ObjectKey::new(group, resource, text("namespace"), text("name"))
}

/// A condition of a status: status, reason and message.
pub(crate) fn condition(status: &Value, ty: &str) -> Option<[String; 3]> {
    let list = status["conditions"].as_array()?;
    let one = list.iter().find(|one| one["type"] == ty)?;
    Some(
        ["status", "reason", "message"]
            .map(|field| one[field].as_str().unwrap_or_default().to_owned()),
    )
}

pub(crate) fn said(status: &str, reason: &str, message: &str) -> Option<[String; 3]> {
    Some([status, reason, message].map(str::to_owned))
}

/// A status without its times, ids and addresses, to be compared with a literal.
pub(crate) fn bare(status: &Value) -> Value {
    match status {
        Value::Object(map) => {
            let timed = [
                "lastTransitionTime",
                "lastUpdateTime",
                "lastProbeTime",
                "containerID",
                "imageID",
            ];
            let kept = map.iter().filter(|(key, _)| !timed.contains(&key.as_str()));
            kept.map(|(key, value)| (key.clone(), bare(value)))
                .collect()
        }
        Value::Array(items) => items.iter().map(bare).collect(),
        other => other.clone(),
    }
}

pub(crate) fn deployment(name: &str, replicas: usize, container: Value) -> Value {
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [container]},
            },
        },
    })
}

pub(crate) fn job(name: &str, spec: Value) -> Value {
    let mut job = json!({
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name},
        "spec": {
            "template": {"spec": {
                "restartPolicy": "Never",
                "containers": [{"name": "task", "image": "task:1"}],
            }},
        },
    });
    json_patch::merge(&mut job["spec"], &spec);
    job
}

pub(crate) fn pod(name: &str, spec: Value) -> Value {
    let mut pod = json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {"containers": [{"name": "main", "image": "main:1"}]},
    });
    json_patch::merge(&mut pod["spec"], &spec);
    pod
}
