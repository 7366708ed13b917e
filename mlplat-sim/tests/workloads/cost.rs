//! What the controllers cost, by a command:
//! `cargo test --release -p mlplat-sim --test kube_workloads -- --ignored --nocapture --test-threads 1 cost`.

use std::time::Duration;

use mlplat_sim::kube::controllers::{Controller, control_plane, standard};
use mlplat_sim::kube::{ApiServer, Parts};
use serde_json::{Value, json};

use crate::support::{Tape, send};
use crate::world::{World, condition, deployment};

/// The time that this thread has had a processor: what others do on the machine does not count.
fn processor() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    let first = text.split(' ').next().unwrap();
    Duration::from_nanos(first.parse().unwrap())
}

const LIVES: u32 = 400;

/// A release as programs without workloads make it: namespaces, accounts, maps and secrets, read, then deleted.
fn life(controllers: Vec<Box<dyn Controller>>) -> Duration {
    let parts = Parts {
        controllers,
        journal: Box::new(Tape::default()),
        ..Parts::default()
    };
    let begun = processor();
    let mut server = ApiServer::new(parts, Duration::ZERO).unwrap();
    let mut now = Duration::ZERO;
    let mut go = |verb: &str, target: &str, body: &Value| {
        now += Duration::from_millis(200);
        let (code, answer) = send(&mut server, now, verb, target, body);
        assert!(code < 300, "{verb} {target}: {answer}");
    };
    for namespace in ["a", "b", "c", "d"] {
        let target = format!("/api/v1/namespaces/{namespace}?fieldManager=mlplat");
        let object =
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}});
        go("APPLY", &target, &object);
        let kinds = [
            ("configmaps", "ConfigMap"),
            ("secrets", "Secret"),
            ("serviceaccounts", "ServiceAccount"),
        ];
        for (plural, kind) in kinds {
            for name in ["x", "y", "z"] {
                let target = format!("/api/v1/namespaces/{namespace}/{plural}/{name}");
                let object = json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": name}});
                go("APPLY", &format!("{target}?fieldManager=mlplat"), &object);
                go("GET", &target, &Value::Null);
            }
        }
    }
    for namespace in ["a", "b", "c", "d"] {
        go(
            "DELETE",
            &format!("/api/v1/namespaces/{namespace}"),
            &Value::Null,
        );
    }
    server.advance(now + Duration::from_secs(60));
    assert_eq!(server.store().list("", "namespaces", None).count(), 4);
    processor() - begun
}

#[test]
#[ignore = "a measurement: run in release with --ignored --nocapture"]
fn cost_without_workloads() {
    // The clock of a thread moves in ticks: only sums are exact.
    let (mut bare, mut full) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..LIVES {
        bare += life(control_plane());
        full += life(standard());
    }
    let (bare, full) = (bare / LIVES, full / LIVES);
    println!(
        "one life without workloads, mean of {LIVES}: {bare:?} with the control plane alone, {full:?} with all controllers ({:+.1} %)",
        (full.as_secs_f64() / bare.as_secs_f64() - 1.0) * 100.0
    );
}

#[test]
#[ignore = "a measurement: run in release with --ignored --nocapture"]
fn cost_of_fifty_deployments() {
    let begun = processor();
    let mut world = World::new();
    for number in 0..50 {
        let container = json!({"name": "web", "image": format!("web:{number}"), "readinessProbe": {"httpGet": {"port": 80}}});
        world.make(&deployment(&format!("web-{number}"), 3, container));
    }
    let seconds = world.until(|world| {
        let all = world.all("deployments");
        let ready = |one: &Value| {
            condition(&one["status"], "Progressing")
                .is_some_and(|one| one[1] == "NewReplicaSetAvailable")
        };
        all.iter().all(ready)
    });
    let up = processor() - begun;
    let version = world.server.store().resource_version();
    for number in 0..50 {
        world.delete(&format!(
            "/apis/apps/v1/namespaces/default/deployments/web-{number}"
        ));
    }
    world.until(|world| world.all("pods").is_empty());
    println!(
        "50 deployments of 3: up in {seconds} virtual s, {up:?} and {version} changes; gone after {:?} in all",
        processor() - begun
    );
}
