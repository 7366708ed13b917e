//! Stateful and daemon sets.

use serde_json::{Value, json};

use crate::world::{World, bare, condition};

const SET: &str = "/apis/apps/v1/namespaces/default/statefulsets/db";

fn stateful(image: &str) -> Value {
    json!({
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "db"},
        "spec": {
            "serviceName": "db",
            "replicas": 3,
            "selector": {"matchLabels": {"app": "db"}},
            "template": {
                "metadata": {"labels": {"app": "db"}},
                "spec": {"containers": [{"name": "db", "image": image}]},
            },
        },
    })
}

fn names(world: &World) -> Vec<String> {
    let pods = world.all("pods").into_iter();
    let pods = pods.filter(|pod| pod["metadata"]["deletionTimestamp"].is_null());
    pods.map(|pod| pod["metadata"]["name"].as_str().unwrap().to_owned())
        .collect()
}

fn is_ready(pod: &Value) -> bool {
    condition(&pod["status"], "Ready").is_some_and(|one| one[0] == "True")
}

/// One after the other, each when the one before is ready (StatefulSets, "Deployment and Scaling Guarantees").
#[test]
fn pods_come_in_order() {
    let mut world = World::new();
    world.make(&stateful("db:1"));
    for _ in 0..120 {
        let pods = world.all("pods");
        for (at, pod) in pods.iter().enumerate() {
            assert_eq!(pod["metadata"]["name"], format!("db-{at}"));
            assert!(pods[..at].iter().all(is_ready), "db-{at} came too early");
        }
        world.pass(1);
    }
    let status = bare(&world.status("statefulsets", "db"));
    let revision = status["updateRevision"].as_str().unwrap().to_owned();
    assert_eq!(
        status,
        json!({
            "observedGeneration": 1,
            "replicas": 3,
            "readyReplicas": 3,
            "availableReplicas": 3,
            "currentReplicas": 3,
            "updatedReplicas": 3,
            "currentRevision": revision,
            "updateRevision": revision,
            "collisionCount": 0,
        })
    );
    let labels = &world.all("pods")[1]["metadata"]["labels"];
    assert_eq!(labels["statefulset.kubernetes.io/pod-name"], "db-1");
    assert_eq!(labels["apps.kubernetes.io/pod-index"], "1");
    assert_eq!(labels["controller-revision-hash"], revision);
    let spec = &world.all("pods")[1]["spec"];
    assert_eq!(
        (&spec["hostname"], &spec["subdomain"]),
        (&json!("db-1"), &json!("db"))
    );
}

/// From the last to the first, one at a time, only above the partition (StatefulSets, "Rolling Updates").
#[test]
fn an_update_goes_backwards() {
    let mut world = World::new();
    world.make(&stateful("db:1"));
    world.until(|world| world.status("statefulsets", "db")["readyReplicas"] == 3);
    let change = json!({"spec": {
        "updateStrategy": {"rollingUpdate": {"partition": 1}},
        "template": {"spec": {"containers": [{"name": "db", "image": "db:2"}]}},
    }});
    world.send("MERGE", SET, &change);
    let mut renewed = Vec::new();
    for _ in 0..120 {
        let pods = world.all("pods");
        assert!(
            pods.iter()
                .filter(|pod| !is_ready(pod) || pod["metadata"]["deletionTimestamp"].is_string())
                .count()
                <= 1
        );
        for pod in &pods {
            let name = pod["metadata"]["name"].as_str().unwrap().to_owned();
            if pod["spec"]["containers"][0]["image"] == "db:2" && !renewed.contains(&name) {
                renewed.push(name);
            }
        }
        world.pass(1);
    }
    assert_eq!(renewed, ["db-2", "db-1"]);
    let status = world.status("statefulsets", "db");
    assert_eq!(
        (&status["currentReplicas"], &status["updatedReplicas"]),
        (&json!(1), &json!(2))
    );
    assert_ne!(status["currentRevision"], status["updateRevision"]);
    // The first one, made anew, still has the old template.
    world.delete("/api/v1/namespaces/default/pods/db-0");
    world.pass(40);
    assert_eq!(
        world.all("pods")[0]["spec"]["containers"][0]["image"],
        "db:1"
    );
    world.send(
        "MERGE",
        SET,
        &json!({"spec": {"updateStrategy": {"rollingUpdate": {"partition": 0}}}}),
    );
    world.until(|world| {
        let status = world.status("statefulsets", "db");
        status["currentRevision"] == status["updateRevision"]
    });
    assert_eq!(world.status("statefulsets", "db")["currentReplicas"], 3);
}

#[test]
fn a_smaller_set_loses_its_last() {
    let mut world = World::new();
    world.make(&stateful("db:1"));
    world.until(|world| world.status("statefulsets", "db")["readyReplicas"] == 3);
    world.send("MERGE", SET, &json!({"spec": {"replicas": 1}}));
    world.pass(1);
    assert_eq!(names(&world), ["db-0", "db-1"]);
    world.until(|world| world.all("pods").len() == 1);
    assert_eq!(names(&world), ["db-0"]);
}

#[test]
fn a_broken_pod_holds_those_behind_it() {
    let mut world = World::new();
    world.choose("unready=db-1/db");
    world.make(&stateful("db:1"));
    world.pass(300);
    assert_eq!(names(&world), ["db-0", "db-1"]);
    assert_eq!(world.status("statefulsets", "db")["readyReplicas"], 1);
    let mut all = stateful("db:1");
    all["metadata"]["name"] = json!("all");
    all["spec"]["podManagementPolicy"] = json!("Parallel");
    world.make(&all);
    world.pass(1);
    assert_eq!(names(&world).len(), 5);
}

/// Each pod has a claim of its own, which stays when the set goes.
#[test]
fn claims_belong_to_the_pods() {
    let mut world = World::new();
    world.make(&json!({
        "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "gp3"},
        "provisioner": "ebs.csi.aws.com", "volumeBindingMode": "WaitForFirstConsumer"}));
    let mut set = stateful("db:1");
    set["spec"]["volumeClaimTemplates"] = json!([{
        "metadata": {"name": "data"},
        "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "gp3", "resources": {"requests": {"storage": "1Gi"}}}}]);
    world.make(&set);
    world.until(|world| world.status("statefulsets", "db")["readyReplicas"] == 3);
    let claims: Vec<Value> = world
        .all("persistentvolumeclaims")
        .iter()
        .map(|one| one["metadata"]["name"].clone())
        .collect();
    assert_eq!(claims, ["data-db-0", "data-db-1", "data-db-2"]);
    let volume = &world.all("pods")[2]["spec"]["volumes"][0];
    assert_eq!(volume["persistentVolumeClaim"]["claimName"], "data-db-2");
    assert_eq!(
        world.all("persistentvolumeclaims")[0]["metadata"]["labels"]["app"],
        "db"
    );
    world.delete(SET);
    world.until(|world| world.all("pods").is_empty());
    assert_eq!(world.all("persistentvolumeclaims").len(), 3);
}

fn daemon() -> Value {
    json!({
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "agent"},
        "spec": {
            "selector": {"matchLabels": {"app": "agent"}},
            "template": {
                "metadata": {"labels": {"app": "agent"}},
                "spec": {"containers": [{"name": "agent", "image": "agent:1"}]},
            },
        },
    })
}

#[test]
fn one_on_every_node() {
    let mut world = World::new();
    world.make(&daemon());
    world.until(|world| world.status("daemonsets", "agent")["numberAvailable"] == 3);
    assert_eq!(
        bare(&world.status("daemonsets", "agent")),
        json!({
            "currentNumberScheduled": 3,
            "desiredNumberScheduled": 3,
            "numberAvailable": 3,
            "numberMisscheduled": 0,
            "numberReady": 3,
            "observedGeneration": 1,
            "updatedNumberScheduled": 3,
        })
    );
    let mut nodes: Vec<Value> = world
        .all("pods")
        .iter()
        .map(|pod| pod["spec"]["nodeName"].clone())
        .collect();
    nodes.dedup();
    assert_eq!(nodes.len(), 3);
    // A cordoned node keeps its agent; one with a taint loses it.
    let node = nodes[0].as_str().unwrap();
    world.server.cordon_outside(node, true, world.now).unwrap();
    world.pass(5);
    assert_eq!(
        world.status("daemonsets", "agent")["desiredNumberScheduled"],
        3
    );
    let taint = json!({"spec": {"taints": [{"key": "gpu", "effect": "NoSchedule"}]}});
    world.send("MERGE", &format!("/api/v1/nodes/{node}"), &taint);
    world.until(|world| world.all("pods").len() == 2);
    assert_eq!(
        world.status("daemonsets", "agent")["desiredNumberScheduled"],
        2
    );
}

#[test]
fn agents_are_renewed_one_at_a_time() {
    let mut world = World::new();
    world.make(&daemon());
    world.until(|world| world.status("daemonsets", "agent")["numberAvailable"] == 3);
    let change = json!({"spec": {"template": {"spec": {"containers": [{"name": "agent", "image": "agent:2"}]}}}});
    world.send(
        "MERGE",
        "/apis/apps/v1/namespaces/default/daemonsets/agent",
        &change,
    );
    for _ in 0..120 {
        let available = world.status("daemonsets", "agent")["numberAvailable"].as_u64();
        assert!(available >= Some(2), "{available:?}");
        world.pass(1);
    }
    let status = world.status("daemonsets", "agent");
    assert_eq!(
        (
            &status["updatedNumberScheduled"],
            &status["numberAvailable"]
        ),
        (&json!(3), &json!(3))
    );
}
