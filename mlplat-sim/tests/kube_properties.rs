//! Laws of the simulated API server, over generated objects and histories.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;
use std::time::Duration;

use mlplat_sim::kube::fields::FieldSet;
use mlplat_sim::kube::{ApiServer, ObjectKey, Parts};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use support::{Tape, send};

const OBJECT: &str = "/apis/apps/v1/namespaces/default/deployments/d";

fn server() -> ApiServer {
    ApiServer::new(Parts::default(), Duration::ZERO).unwrap()
}

fn apply(server: &mut ApiServer, manager: &str, force: bool, config: &Value) -> (u16, Value) {
    let target = format!("{OBJECT}?fieldManager={manager}&force={force}");
    send(server, Duration::from_secs(1), "APPLY", &target, config)
}

/// Some of the entries `a`, `b`, `c` with one of three values each.
fn entries() -> impl Strategy<Value = Map<String, Value>> {
    let entry = ("[abc]", "[123]").prop_map(|(key, value)| (key, Value::from(value)));
    prop::collection::vec(entry, 0..3).prop_map(|all| all.into_iter().collect())
}

fn container(name: &str) -> impl Strategy<Value = Value> + use<> {
    let name = name.to_owned();
    let ports = prop::sample::subsequence(vec![80, 81, 82], 0..3);
    (prop::option::of("[12]"), entries(), ports).prop_map(move |(image, env, ports)| {
        let mut container = json!({"name": name});
        if let Some(image) = image {
            container["image"] = Value::from(image);
        }
        if !env.is_empty() {
            let env = env
                .iter()
                .map(|(name, value)| json!({"name": name, "value": value}));
            container["env"] = env.collect();
        }
        if !ports.is_empty() {
            container["ports"] = ports
                .iter()
                .map(|port| json!({"containerPort": port}))
                .collect();
        }
        container
    })
}

/// A part of a deployment: every kind of field is sometimes there.
fn config() -> impl Strategy<Value = Value> {
    let containers = (
        prop::option::of(container("x")),
        prop::option::of(container("y")),
        prop::option::of(container("z")),
    );
    (entries(), entries(), prop::option::of(0..3), containers).prop_map(
        |(labels, selector, replicas, (x, y, z))| {
            let mut metadata = json!({"name": "d"});
            if !labels.is_empty() {
                metadata["labels"] = Value::Object(labels);
            }
            let mut pod = json!({});
            let containers: Vec<Value> = [x, y, z].into_iter().flatten().collect();
            if !containers.is_empty() {
                pod["containers"] = Value::from(containers);
            }
            if !selector.is_empty() {
                pod["nodeSelector"] = Value::Object(selector);
            }
            let mut spec = json!({"template": {"spec": pod}});
            if let Some(replicas) = replicas {
                spec["replicas"] = json!(replicas);
            }
            json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec})
        },
    )
}

/// Whether a value contains everything of a configuration; lists of objects by name or port.
fn contains(value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::Object(value), Value::Object(wanted)) => wanted
            .iter()
            .all(|(key, wanted)| value.get(key).is_some_and(|value| contains(value, wanted))),
        (Value::Array(value), Value::Array(wanted)) => wanted
            .iter()
            .all(|wanted| value.iter().any(|value| contains(value, wanted))),
        _ => value == wanted,
    }
}

/// What was asked for, with lists in the order of their keys and without what the server adds.
fn content(object: &Value) -> Value {
    match object {
        Value::Object(map) => {
            let added = [
                "managedFields",
                "uid",
                "resourceVersion",
                "generation",
                "status",
            ];
            let kept = map.iter().filter(|(key, _)| !added.contains(&key.as_str()));
            kept.map(|(key, value)| (key.clone(), content(value)))
                .collect()
        }
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(content).collect();
            items.sort_by_key(|item| {
                (
                    item["name"].to_string(),
                    item["containerPort"].to_string(),
                    item.to_string(),
                )
            });
            Value::Array(items)
        }
        other => other.clone(),
    }
}

fn owned_by(object: &Value, manager: &str) -> FieldSet {
    let entries = object["metadata"]["managedFields"]
        .as_array()
        .into_iter()
        .flatten();
    entries
        .filter(|entry| entry["manager"] == manager)
        .fold(FieldSet::default(), |all, entry| {
            all.union(&FieldSet::from_json(&entry["fieldsV1"]).unwrap())
        })
}

fn without_empties(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map
                .iter()
                .map(|(key, value)| (key.clone(), without_empties(value)));
            kept.filter(|(_, value)| *value != json!({}) && *value != json!([]))
                .collect()
        }
        Value::Array(items) => items.iter().map(without_empties).collect(),
        other => other.clone(),
    }
}

proptest! {
    #[test]
    fn applying_twice_is_applying_once(first in config(), second in config()) {
        let mut server = server();
        apply(&mut server, "A", false, &first);
        let once = apply(&mut server, "B", true, &second);
        let twice = apply(&mut server, "B", true, &second);
        prop_assert_eq!(once.1, twice.1);
    }

    #[test]
    fn what_is_applied_is_there(first in config(), second in config()) {
        let mut server = server();
        apply(&mut server, "A", false, &first);
        let (code, object) = apply(&mut server, "B", true, &second);
        prop_assert_eq!(code, 200);
        prop_assert!(contains(&object, &second), "{}", object);
    }

    #[test]
    fn the_other_managers_fields_survive(first in config(), second in config(), less in config()) {
        let mut server = server();
        apply(&mut server, "A", true, &first);
        apply(&mut server, "B", true, &second);
        let mut bare = less;
        bare["spec"] = json!({});
        let (code, object) = apply(&mut server, "A", true, &bare);
        prop_assert_eq!(code, 200);
        let mut kept = second;
        // A may have taken labels back.
        kept["metadata"] = json!({"name": "d"});
        prop_assert!(contains(&object, &kept), "{}", object);
    }

    #[test]
    fn a_manager_that_applies_nothing_owns_nothing(first in config(), second in config()) {
        let nothing = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}});
        let mut both = server();
        apply(&mut both, "B", true, &second);
        apply(&mut both, "A", true, &first);
        apply(&mut both, "B", true, &nothing);
        let (_, left) = apply(&mut both, "A", true, &nothing);
        prop_assert!(owned_by(&left, "A").is_empty());
        // What is left is what nobody asked for: the defaults.
        let (_, never) = apply(&mut server(), "A", false, &nothing);
        prop_assert_eq!(without_empties(&content(&left)["spec"]), without_empties(&content(&never)["spec"]));
    }

    #[test]
    fn force_takes_what_conflicts(first in config(), second in config()) {
        let mut server = server();
        let (_, before) = apply(&mut server, "A", false, &first);
        let (code, refusal) = apply(&mut server, "B", false, &second);
        let (_, after) = apply(&mut server, "B", true, &second);
        let lost = owned_by(&before, "A").difference(&owned_by(&after, "A"));
        let conflicts = if code == 409 { refusal["details"]["causes"].as_array().unwrap().len() } else { 0 };
        prop_assert_eq!(lost.paths().len(), conflicts, "{}", refusal);
        prop_assert!(lost.difference(&owned_by(&after, "B")).is_empty());
    }

    #[test]
    fn applies_without_conflict_commute(first in config(), second in config()) {
        let (mut forward, mut backward) = (server(), server());
        apply(&mut forward, "A", false, &first);
        let (code, there) = apply(&mut forward, "B", false, &second);
        if code != 200 {
            // Most pairs conflict; those that do not are about a third.
            return Ok(());
        }
        apply(&mut backward, "B", false, &second);
        let (code, back) = apply(&mut backward, "A", false, &first);
        prop_assert_eq!(code, 200);
        prop_assert_eq!(content(&there), content(&back));
        for manager in ["A", "B"] {
            prop_assert_eq!(owned_by(&there, manager), owned_by(&back, manager));
        }
    }

    #[test]
    fn generation_counts_the_spec_only(configs in prop::collection::vec(config(), 1..6)) {
        let mut server = server();
        let mut last: Option<Value> = None;
        for config in configs {
            let (_, object) = apply(&mut server, "A", true, &config);
            if let Some(last) = last {
                let step = i64::from(last["spec"] != object["spec"]);
                let generation = |object: &Value| object["metadata"]["generation"].as_i64().unwrap();
                prop_assert_eq!(generation(&object) - generation(&last), step);
            }
            last = Some(object);
        }
    }
}

/// One thing that happens to a cluster.
#[derive(Debug, Clone)]
enum Act {
    Namespace(u8),
    Create {
        namespace: u8,
        name: u8,
        owner: Option<u8>,
        stuck: bool,
    },
    Apply {
        namespace: u8,
        name: u8,
        manager: u8,
        value: u8,
    },
    Delete {
        namespace: u8,
        name: u8,
        policy: u8,
    },
    DeleteNamespace(u8),
    Release {
        namespace: u8,
        name: u8,
    },
    DryRun {
        namespace: u8,
        name: u8,
    },
    Wait(u16),
}

fn act() -> impl Strategy<Value = Act> {
    let (n, m) = (0..3_u8, 0..4_u8);
    prop_oneof![
        n.clone().prop_map(Act::Namespace),
        (
            n.clone(),
            m.clone(),
            prop::option::of(m.clone()),
            any::<bool>()
        )
            .prop_map(|(namespace, name, owner, stuck)| Act::Create {
                namespace,
                name,
                owner,
                stuck
            }),
        (n.clone(), m.clone(), 0..2_u8, 0..3_u8).prop_map(|(namespace, name, manager, value)| {
            Act::Apply {
                namespace,
                name,
                manager,
                value,
            }
        }),
        (n.clone(), m.clone(), 0..4_u8).prop_map(|(namespace, name, policy)| Act::Delete {
            namespace,
            name,
            policy
        }),
        n.clone().prop_map(Act::DeleteNamespace),
        (n.clone(), m.clone()).prop_map(|(namespace, name)| Act::Release { namespace, name }),
        (n, m).prop_map(|(namespace, name)| Act::DryRun { namespace, name }),
        (0..8000_u16).prop_map(Act::Wait),
    ]
}

struct Player {
    server: ApiServer,
    now: Duration,
    uids: BTreeMap<(u8, u8), String>,
}

impl Player {
    fn new(parts: Parts) -> Self {
        let server = ApiServer::new(parts, Duration::ZERO).unwrap();
        Self {
            server,
            now: Duration::ZERO,
            uids: BTreeMap::new(),
        }
    }

    fn send(&mut self, verb: &str, target: &str, body: &Value) -> (u16, Value) {
        self.now += Duration::from_millis(10);
        send(&mut self.server, self.now, verb, target, body)
    }

    fn play(&mut self, act: &Act) {
        let maps = |namespace: u8| format!("/api/v1/namespaces/n{namespace}/configmaps");
        let map = |namespace: u8, name: u8| format!("{}/c{name}", maps(namespace));
        match act {
            Act::Namespace(n) => {
                self.send(
                    "POST",
                    "/api/v1/namespaces",
                    &json!({"metadata": {"name": format!("n{n}")}}),
                );
            }
            Act::Create {
                namespace,
                name,
                owner,
                stuck,
            } => {
                let mut metadata = json!({"name": format!("c{name}")});
                if *stuck {
                    metadata["finalizers"] = json!(["x.io/stuck"]);
                }
                if let Some(uid) = owner.and_then(|owner| self.uids.get(&(*namespace, owner))) {
                    metadata["ownerReferences"] = json!([{"apiVersion": "v1", "kind": "ConfigMap",
                        "name": "any", "uid": uid, "blockOwnerDeletion": true}]);
                }
                let (code, object) =
                    self.send("POST", &maps(*namespace), &json!({"metadata": metadata}));
                if code == 201 {
                    let uid = object["metadata"]["uid"].as_str().unwrap().to_owned();
                    self.uids.insert((*namespace, *name), uid);
                }
            }
            Act::Apply {
                namespace,
                name,
                manager,
                value,
            } => {
                let target = format!(
                    "{}?fieldManager=m{manager}&force=true",
                    map(*namespace, *name)
                );
                let config = json!({"apiVersion": "v1", "kind": "ConfigMap",
                    "metadata": {"name": format!("c{name}")}, "data": {format!("k{value}"): "v"}});
                self.send("APPLY", &target, &config);
            }
            Act::Delete {
                namespace,
                name,
                policy,
            } => {
                let policies = ["Background", "Foreground", "Orphan"];
                let body = policies
                    .get(usize::from(*policy))
                    .map_or(Value::Null, |policy| json!({"propagationPolicy": policy}));
                self.send("DELETE", &map(*namespace, *name), &body);
            }
            Act::DeleteNamespace(n) => {
                self.send("DELETE", &format!("/api/v1/namespaces/n{n}"), &Value::Null);
            }
            Act::Release { namespace, name } => self.release(&map(*namespace, *name)),
            Act::DryRun { namespace, name } => {
                self.send(
                    "DELETE",
                    &format!("{}?dryRun=All", map(*namespace, *name)),
                    &Value::Null,
                );
            }
            Act::Wait(millis) => self.now += Duration::from_millis(u64::from(*millis)),
        }
    }

    fn release(&mut self, target: &str) {
        let gone = json!([{"op": "test", "path": "/metadata/finalizers/0", "value": "x.io/stuck"},
            {"op": "remove", "path": "/metadata/finalizers/0"}]);
        self.send("JSON", target, &gone);
    }

    /// Lets the cluster come to rest.
    fn rest(&mut self) {
        self.now += Duration::from_secs(600);
        self.server.advance(self.now);
    }

    fn all(&self) -> Vec<(ObjectKey, Value)> {
        self.server
            .store()
            .objects()
            .map(|(key, object)| (key.clone(), Value::clone(object)))
            .collect()
    }
}

proptest! {
    #[test]
    fn replaying_effects_gives_the_live_store(acts in prop::collection::vec(act(), 1..40)) {
        let tape = Tape::default();
        let parts = Parts { journal: Box::new(tape.clone()), ..Parts::default() };
        let mut player = Player::new(parts);
        for act in &acts {
            player.play(act);
        }
        let effects = tape.effects.lock().unwrap().clone();
        let text = serde_json::to_string(&effects).unwrap();
        let effects = serde_json::from_str::<Vec<_>>(&text).unwrap();
        let restored = ApiServer::restore(Parts::default(), effects, player.now);
        prop_assert!(restored.store() == player.server.store());
        // And both come to the same rest.
        let mut restored = Player { server: restored, now: player.now, uids: BTreeMap::new() };
        player.rest();
        restored.rest();
        let names = |player: &Player| player.all().into_iter().map(|(key, _)| key).collect::<Vec<_>>();
        prop_assert_eq!(names(&restored), names(&player));
    }

    #[test]
    fn who_looks_when_changes_nothing(
        acts in prop::collection::vec(act(), 1..40),
        looks in prop::collection::vec(1..2000_u64, 0..40),
    ) {
        let (mut quiet, mut watched) = (Player::new(Parts::default()), Player::new(Parts::default()));
        let mut looks = looks.into_iter().cycle();
        for act in &acts {
            quiet.play(act);
            let before = watched.now;
            if let (Act::Wait(_), Some(step)) = (act, looks.next()) {
                watched.play(act);
                let mut at = before;
                while at < watched.now {
                    watched.server.advance(at);
                    at += Duration::from_millis(step);
                }
            } else {
                watched.play(act);
            }
        }
        quiet.rest();
        watched.rest();
        prop_assert_eq!(quiet.all(), watched.all());
    }

    #[test]
    fn a_deleted_namespace_ends_empty_once_nothing_is_stuck(acts in prop::collection::vec(act(), 1..40)) {
        let mut player = Player::new(Parts::default());
        for act in &acts {
            player.play(act);
        }
        for namespace in 0..3 {
            player.play(&Act::DeleteNamespace(namespace));
        }
        player.rest();
        for (key, object) in player.all().into_iter().filter(|(key, _)| key.namespace.starts_with('n')) {
            let finalizers = object["metadata"]["finalizers"].to_string();
            prop_assert!(finalizers.contains("stuck") || finalizers.contains("foregroundDeletion"), "{:?}", object);
            let home = player.server.store().get(&ObjectKey::namespace(&key.namespace));
            prop_assert!(home.is_some_and(|home| home["status"]["phase"] == "Terminating"));
        }
        for namespace in 0..3 {
            for name in 0..4 {
                player.play(&Act::Release { namespace, name });
                player.play(&Act::Release { namespace, name });
            }
        }
        player.rest();
        let left: Vec<_> = player.all().into_iter().map(|(key, _)| key).collect();
        let ours = |key: &&ObjectKey| key.namespace.starts_with('n') || key.name.starts_with('n');
        prop_assert_eq!(left.iter().filter(ours).collect::<Vec<_>>(), Vec::<&ObjectKey>::new());
        prop_assert_eq!(player.server.next_deadline(), None);
    }

    #[test]
    fn versions_only_grow_and_watches_tell_the_whole_story(acts in prop::collection::vec(act(), 1..40)) {
        let mut player = Player::new(Parts::default());
        let mut cursor = watch(&mut player.server);
        let mut seen: BTreeMap<String, Value> = BTreeMap::new();
        let mut version = 0;
        for act in &acts {
            player.play(act);
            while let mlplat_sim::kube::WatchStep::Event(event) = player.server.poll_watch(&mut cursor, player.now) {
                let object = &event["object"];
                let key = format!("{}/{}", object["metadata"]["namespace"], object["metadata"]["name"]);
                let now: u64 = object["metadata"]["resourceVersion"].as_str().unwrap().parse().unwrap();
                prop_assert!(now > version);
                version = now;
                let known = seen.contains_key(&key);
                match event["type"].as_str().unwrap() {
                    "ADDED" => prop_assert!(!known),
                    _ => prop_assert!(known),
                }
                if event["type"] == "DELETED" { seen.remove(&key); } else { seen.insert(key, object.clone()); }
            }
            let live: Vec<Value> = player.server.store().list("", "configmaps", None)
                .map(|(_, object)| Value::clone(object)).collect();
            prop_assert_eq!(seen.values().cloned().collect::<Vec<_>>(), live);
        }
    }
}

fn watch(server: &mut ApiServer) -> mlplat_sim::kube::WatchCursor {
    let method = http::Method::GET;
    let request = mlplat_sim::kube::ApiRequest {
        method: &method,
        path: "/api/v1/configmaps",
        query: "watch=1",
        content_type: "",
        accept: "",
        user_agent: "",
        body: b"",
    };
    match server.handle(&request, Duration::ZERO).unwrap().body {
        mlplat_sim::kube::Body::Watch(cursor) => *cursor,
        other => panic!("{other:?}"),
    }
}
