//! Pods, from the scheduler to their end.

use serde_json::{Value, json};

use crate::world::{World, bare, condition, pod, said};

const POD: &str = "/api/v1/namespaces/default/pods/one";

fn container(world: &World) -> Value {
    world.status("pods", "one")["containerStatuses"][0].clone()
}

fn reason(world: &World) -> String {
    let state = &container(world)["state"]["waiting"]["reason"];
    state.as_str().unwrap_or_default().to_owned()
}

fn ready(world: &World) -> bool {
    condition(&world.status("pods", "one"), "Ready").is_some_and(|one| one[0] == "True")
}

/// The conditions of a pod on its way (Kubernetes documentation, Pod Lifecycle, "Pod conditions", 1.36).
#[test]
fn a_pod_on_its_way() {
    let mut world = World::new();
    let probe = json!({"httpGet": {"port": 1}, "initialDelaySeconds": 20, "periodSeconds": 5});
    let container = json!({"name": "main", "image": "main:1", "readinessProbe": probe});
    let made = world.make(&pod("one", json!({"containers": [container]})));
    assert_eq!(
        made["status"],
        json!({"phase": "Pending", "qosClass": "BestEffort"})
    );
    world.until(|world| !world.status("pods", "one")["startTime"].is_null());
    let status = world.status("pods", "one");
    assert_eq!(status["phase"], "Pending");
    assert_eq!(
        bare(&status["conditions"]),
        json!([
            {"type": "PodReadyToStartContainers", "status": "False"},
            {"type": "Initialized", "status": "True"},
            {"type": "Ready", "status": "False", "reason": "ContainersNotReady", "message": "containers with unready status: [main]"},
            {"type": "ContainersReady", "status": "False", "reason": "ContainersNotReady", "message": "containers with unready status: [main]"},
            {"type": "PodScheduled", "status": "True"},
        ])
    );
    assert_eq!(
        bare(&status["containerStatuses"]),
        json!([{
            "name": "main", "image": "main:1", "ready": false, "started": false, "restartCount": 0,
            "state": {"waiting": {"reason": "ContainerCreating"}}, "lastState": {},
        }])
    );
    world.until(|world| world.status("pods", "one")["phase"] == "Running");
    assert!(!ready(&world));
    assert_eq!(self::container(&world)["started"], true);
    let took = world.until(ready);
    assert_eq!(took, 20, "the first probe comes after the initial delay");
    let generation = world.get("pods", "one").unwrap()["metadata"]["generation"].clone();
    assert_eq!(generation, 1, "a node is nothing that was asked for");
}

#[test]
fn init_containers_come_one_after_the_other() {
    let mut world = World::new();
    let init = |name: &str| json!({"name": name, "image": "init:1"});
    world.make(&pod(
        "one",
        json!({"initContainers": [init("a"), init("b")]}),
    ));
    world.until(|world| {
        !world.status("pods", "one")["initContainerStatuses"][0]["state"]["running"].is_null()
    });
    let status = world.status("pods", "one");
    assert_eq!(
        status["containerStatuses"][0]["state"]["waiting"]["reason"],
        "PodInitializing"
    );
    assert_eq!(
        condition(&status, "Initialized"),
        said(
            "False",
            "ContainersNotInitialized",
            "containers with incomplete status: [a b]"
        )
    );
    world.until(|world| {
        !world.status("pods", "one")["initContainerStatuses"][1]["state"]["running"].is_null()
    });
    let first =
        world.status("pods", "one")["initContainerStatuses"][0]["state"]["terminated"].clone();
    assert_eq!(
        (&first["exitCode"], &first["reason"]),
        (&json!(0), &json!("Completed"))
    );
    world.until(ready);
}

#[test]
fn an_init_container_that_fails_holds_the_pod() {
    let mut world = World::new();
    world.choose("crash=a:1");
    world.make(&pod(
        "one",
        json!({"initContainers": [{"name": "a", "image": "init:1"}]}),
    ));
    world.pass(300);
    let status = world.status("pods", "one");
    assert_eq!(status["phase"], "Pending");
    let init = &status["initContainerStatuses"][0];
    assert_eq!(init["state"]["waiting"]["reason"], "CrashLoopBackOff");
    assert!(init["restartCount"].as_u64() >= Some(4), "{init}");
    world.choose("");
    world.until(ready);
}

#[test]
fn a_sidecar_starts_first_and_stays() {
    let mut world = World::new();
    let side = json!({"name": "side", "image": "side:1", "restartPolicy": "Always"});
    world.make(&pod(
        "one",
        json!({"initContainers": [side], "restartPolicy": "Never"}),
    ));
    world.until(|world| world.status("pods", "one")["phase"] == "Running");
    let status = world.status("pods", "one");
    assert!(!status["initContainerStatuses"][0]["state"]["running"].is_null());
    world.until(|world| world.status("pods", "one")["phase"] == "Succeeded");
}

/// Images, "ImagePullBackOff": 10, 20, 40 s between tries.
#[test]
fn an_image_that_nobody_can_pull() {
    let mut world = World::new();
    world.choose("pull=main:1");
    world.make(&pod("one", json!({})));
    world.until(|world| reason(world) == "ErrImagePull");
    world.until(|world| reason(world) == "ImagePullBackOff");
    let message = container(&world)["state"]["waiting"]["message"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        message.starts_with("Back-off pulling image \"main:1\": ErrImagePull: "),
        "{message}"
    );
    assert!(
        world
            .told()
            .iter()
            .any(|(reason, message)| reason == "Failed"
                && message.starts_with("Failed to pull image \"main:1\""))
    );
    assert_eq!(world.status("pods", "one")["phase"], "Pending");
    world.pass(300);
    assert_eq!(reason(&world), "ImagePullBackOff");
    world.choose("");
    let took = world.until(ready);
    assert!(took <= 300, "{took} s");
}

/// Pod Lifecycle, "Container restarts": at once, then after 10, 20, 40, 80, 160, 300 s.
#[test]
fn a_container_that_crashes() {
    let mut world = World::new();
    world.choose("crash=one/main:137");
    world.make(&pod("one", json!({})));
    world.until(|world| reason(world) == "CrashLoopBackOff");
    let status = container(&world);
    let uid = world.get("pods", "one").unwrap()["metadata"]["uid"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        status["state"]["waiting"]["message"],
        format!("back-off 10s restarting failed container=main pod=one_default({uid})")
    );
    let last = &status["lastState"]["terminated"];
    assert_eq!(
        (&last["exitCode"], &last["reason"]),
        (&json!(137), &json!("Error"))
    );
    assert_eq!(world.status("pods", "one")["phase"], "Running");
    let mut restarts = vec![(0, status["restartCount"].clone())];
    for second in 1..700 {
        world.pass(1);
        let count = container(&world)["restartCount"].clone();
        if restarts.last().unwrap().1 != count {
            restarts.push((second, count));
        }
    }
    // Each start lives 1 to 3 s, is seen dead for the wait, and comes again.
    let gaps: Vec<i64> = restarts.windows(2).map(|two| two[1].0 - two[0].0).collect();
    for (gap, wait) in gaps.iter().skip(1).zip([20, 40, 80, 160, 300]) {
        assert!((wait..wait + 5).contains(gap), "{gaps:?}");
    }
    assert!(world.told().iter().any(|(reason, _)| reason == "BackOff"));
}

#[test]
fn a_container_that_crashes_twice_comes_through() {
    let mut world = World::new();
    world.choose("crash=main:1x2");
    world.make(&pod("one", json!({})));
    world.until(|world| container(world)["restartCount"] == 2 && ready(world));
    assert_eq!(container(&world)["lastState"]["terminated"]["exitCode"], 1);
}

/// `CreateContainerConfigError` while what the environment names is missing (pkg/kubelet/kubelet_pods).
#[test]
fn missing_secrets_and_keys_of_the_environment() {
    for (from, object, message) in [
        (
            json!({"secretKeyRef": {"name": "db", "key": "password"}}),
            json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db"}, "stringData": {"password": "x"}}),
            "secret \"db\" not found",
        ),
        (
            json!({"configMapKeyRef": {"name": "conf", "key": "a"}}),
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "conf"}, "data": {"a": "x"}}),
            "configmap \"conf\" not found",
        ),
        (
            json!({"configMapKeyRef": {"name": "kube-root-ca.crt", "key": "other"}}),
            Value::Null,
            "couldn't find key other in ConfigMap default/kube-root-ca.crt",
        ),
    ] {
        let mut world = World::new();
        let env = json!([{"name": "X", "valueFrom": from}]);
        world.make(&pod(
            "one",
            json!({"containers": [{"name": "main", "image": "main:1", "env": env}]}),
        ));
        world.until(|world| reason(world) == "CreateContainerConfigError");
        assert_eq!(container(&world)["state"]["waiting"]["message"], message);
        if !object.is_null() {
            world.make(&object);
            world.until(ready);
        }
    }
}

#[test]
fn a_missing_volume_is_told_and_waited_for() {
    let mut world = World::new();
    let volume = json!({"name": "conf", "configMap": {"name": "conf"}});
    world.make(&pod("one", json!({"volumes": [volume]})));
    world.pass(60);
    assert_eq!(reason(&world), "ContainerCreating");
    let expected = "MountVolume.SetUp failed for volume \"conf\" : configmap \"conf\" not found";
    assert!(
        world
            .told()
            .contains(&("FailedMount".to_owned(), expected.to_owned()))
    );
    world.make(&json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "conf"}}));
    world.until(ready);
}

/// The words of the scheduler (pkg/scheduler/framework; as seen in events of 1.35).
#[test]
fn pods_that_fit_nowhere() {
    let asks = |cpu: &str| json!([{"name": "main", "image": "main:1", "resources": {"requests": {"cpu": cpu}}}]);
    for (spec, message) in [
        (
            json!({"containers": asks("64")}),
            "0/3 nodes are available: 3 Insufficient cpu. no new claims to deallocate, preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.",
        ),
        (
            json!({"nodeSelector": {"gpu": "yes"}}),
            "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
        ),
        (
            json!({"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]}),
            "0/3 nodes are available: persistentvolumeclaim \"data\" not found. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
        ),
    ] {
        let mut world = World::new();
        world.make(&pod("one", spec));
        world.pass(2);
        let status = world.status("pods", "one");
        assert_eq!(
            condition(&status, "PodScheduled"),
            said("False", "Unschedulable", message)
        );
        assert_eq!(status["phase"], "Pending");
        assert!(
            world
                .told()
                .contains(&("FailedScheduling".to_owned(), message.to_owned()))
        );
    }
}

#[test]
fn pods_are_spread_and_wait_for_open_nodes() {
    let mut world = World::new();
    for name in ["a", "b", "c"] {
        world.make(&pod(name, json!({})));
    }
    world.pass(2);
    let mut nodes: Vec<String> = world
        .all("pods")
        .iter()
        .map(|pod| pod["spec"]["nodeName"].as_str().unwrap().to_owned())
        .collect();
    nodes.sort();
    nodes.dedup();
    assert_eq!(nodes.len(), 3);
    for node in &nodes {
        world.server.cordon_outside(node, true, world.now).unwrap();
    }
    world.make(&pod("one", json!({})));
    world.pass(2);
    let message = &condition(&world.status("pods", "one"), "PodScheduled").unwrap()[2];
    assert!(
        message.starts_with("0/3 nodes are available: 3 node(s) were unschedulable."),
        "{message}"
    );
    world
        .server
        .cordon_outside(&nodes[0], false, world.now)
        .unwrap();
    world.until(ready);
}

#[test]
fn deletion_takes_its_time() {
    for (words, spec, least, most) in [
        ("", json!({}), 1, 4),
        ("stubborn=main", json!({}), 30, 31),
        (
            "stubborn=main",
            json!({"terminationGracePeriodSeconds": 5}),
            5,
            6,
        ),
        ("", json!({"terminationGracePeriodSeconds": 0}), 0, 0),
    ] {
        let mut world = World::new();
        world.choose(words);
        world.make(&pod("one", spec));
        world.until(ready);
        let answer = world.send("DELETE", POD, &Value::Null);
        let took = world.until(|world| world.get("pods", "one").is_none());
        assert!((least..=most).contains(&took), "{words:?}: {took} s");
        if least > 0 {
            let grace = answer["metadata"]["deletionGracePeriodSeconds"]
                .as_u64()
                .unwrap();
            assert!(answer["metadata"]["deletionTimestamp"].is_string() && grace > 0);
        }
    }
}

#[test]
fn a_node_that_goes_takes_its_pods() {
    let mut world = World::new();
    world.make(&pod("one", json!({})));
    world.until(ready);
    let node = world.get("pods", "one").unwrap()["spec"]["nodeName"]
        .as_str()
        .unwrap()
        .to_owned();
    world.delete(&format!("/api/v1/nodes/{node}"));
    world.pass(1);
    // A cluster of nobody's gets its machine back; the pod does not come back by itself.
    assert!(world.get("nodes", &node).is_some());
    assert!(world.get("pods", "one").is_some());
}
