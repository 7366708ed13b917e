//! Deployments and their replica sets.

use serde_json::{Value, json};

use crate::world::{World, bare, condition, deployment, said};

const DEPLOYMENT: &str = "/apis/apps/v1/namespaces/default/deployments/web";

fn web(image: &str) -> Value {
    json!({"name": "web", "image": image, "readinessProbe": {"httpGet": {"port": 80}, "periodSeconds": 2}})
}

fn available(world: &World, name: &str) -> bool {
    let status = world.status("deployments", name);
    let progress = condition(&status, "Progressing");
    progress.is_some_and(|one| one[1] == "NewReplicaSetAvailable")
}

fn number(status: &Value, field: &str) -> i64 {
    status[field].as_i64().unwrap_or_default()
}

fn pods_of(world: &World, image: &str) -> usize {
    let pods = world.all("pods").into_iter();
    pods.filter(|pod| {
        pod["spec"]["containers"][0]["image"] == image
            && pod["metadata"]["deletionTimestamp"].is_null()
    })
    .count()
}

/// What `kubectl get deployment -o yaml` shows of a finished rollout (Kubernetes documentation, Deployments, "Complete
/// Deployment", 1.36; `terminatingReplicas` since 1.35).
#[test]
fn a_finished_rollout() {
    let mut world = World::new();
    world.make(&deployment("web", 3, web("web:1")));
    let took = world.until(|world| available(world, "web"));
    assert!((5..60).contains(&took), "{took} s");
    let status = bare(&world.status("deployments", "web"));
    let set = world.all("replicasets").remove(0);
    let name = set["metadata"]["name"].as_str().unwrap();
    assert_eq!(
        status,
        json!({
            "observedGeneration": 1,
            "replicas": 3,
            "updatedReplicas": 3,
            "readyReplicas": 3,
            "availableReplicas": 3,
            "terminatingReplicas": 0,
            "conditions": [
                {"type": "Available", "status": "True", "reason": "MinimumReplicasAvailable",
                 "message": "Deployment has minimum availability."},
                {"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable",
                 "message": format!("ReplicaSet {name:?} has successfully progressed.")},
            ],
        })
    );
    let hash = name.strip_prefix("web-").unwrap();
    assert_eq!(
        set["spec"]["selector"]["matchLabels"]["pod-template-hash"],
        hash
    );
    assert_eq!(
        set["metadata"]["annotations"]["deployment.kubernetes.io/revision"],
        "1"
    );
    assert_eq!(
        set["metadata"]["annotations"]["deployment.kubernetes.io/max-replicas"],
        "4"
    );
    let owner = &set["metadata"]["ownerReferences"][0];
    assert_eq!([&owner["kind"], &owner["name"]], ["Deployment", "web"]);
    let expected = (
        "ScalingReplicaSet".to_owned(),
        format!("Scaled up replica set {name} from 0 to 3"),
    );
    assert!(world.told().contains(&expected));
}

/// A changed template rolls: never fewer than three serve, never more than four are asked for (25 % of 3, one up, none
/// down), and the old set stays with nothing.
#[test]
fn a_rolling_update_stays_within_its_limits() {
    let mut world = World::new();
    world.make(&deployment("web", 3, web("web:1")));
    world.until(|world| available(world, "web"));
    let template = json!({"spec": {"template": {"spec": {"containers": [web("web:2")]}}}});
    world.send("MERGE", DEPLOYMENT, &template);
    let mut stages = vec![];
    for _ in 0..300 {
        let (old, new) = (pods_of(&world, "web:1"), pods_of(&world, "web:2"));
        assert!(old + new <= 4, "{old} old and {new} new");
        let ready = world.status("deployments", "web")["readyReplicas"].as_u64();
        assert!(
            ready >= Some(3),
            "only {ready:?} serve with {old} old and {new} new"
        );
        if stages.last() != Some(&(old, new)) {
            stages.push((old, new));
        }
        world.pass(1);
    }
    assert_eq!(
        (stages[0], *stages.last().unwrap()),
        ((3, 0), (0, 3)),
        "{stages:?}"
    );
    assert!(available(&world, "web"));
    let revisions: Vec<Value> = world
        .all("replicasets")
        .iter()
        .map(|set| {
            json!([
                set["metadata"]["annotations"]["deployment.kubernetes.io/revision"],
                set["spec"]["replicas"]
            ])
        })
        .collect();
    assert!(
        revisions.contains(&json!(["1", 0])) && revisions.contains(&json!(["2", 3])),
        "{revisions:?}"
    );
    let object = world.get("deployments", "web").unwrap();
    assert_eq!(
        object["metadata"]["annotations"]["deployment.kubernetes.io/revision"],
        "2"
    );
    assert_eq!(object["status"]["observedGeneration"], 2);
    // Back to the first template: its set is used again, under a new revision.
    let template = json!({"spec": {"template": {"spec": {"containers": [web("web:1")]}}}});
    world.send("MERGE", DEPLOYMENT, &template);
    world.until(|world| pods_of(world, "web:2") == 0 && available(world, "web"));
    assert_eq!(world.all("replicasets").len(), 2);
    let object = world.get("deployments", "web").unwrap();
    assert_eq!(
        object["metadata"]["annotations"]["deployment.kubernetes.io/revision"],
        "3"
    );
}

#[test]
fn recreate_never_runs_both() {
    let mut world = World::new();
    let mut first = deployment("web", 2, web("web:1"));
    first["spec"]["strategy"] = json!({"type": "Recreate"});
    world.make(&first);
    world.until(|world| available(world, "web"));
    let template = json!({"spec": {"template": {"spec": {"containers": [web("web:2")]}}}});
    world.send("MERGE", DEPLOYMENT, &template);
    for _ in 0..120 {
        let pods = world.all("pods");
        let of = |image: &str| {
            pods.iter()
                .any(|pod| pod["spec"]["containers"][0]["image"] == image)
        };
        assert!(!(of("web:1") && of("web:2")));
        world.pass(1);
    }
    assert!(available(&world, "web"));
}

/// An image that nobody can pull: the deployment says so at its deadline, and goes on when it can be pulled
/// (Kubernetes documentation, Deployments, "Failed Deployment").
#[test]
fn a_rollout_that_gets_stuck_and_loose() {
    let mut world = World::new();
    world.choose("pull=web:missing");
    let mut stuck = deployment("web", 2, web("web:missing"));
    stuck["spec"]["progressDeadlineSeconds"] = json!(60);
    world.make(&stuck);
    world.pass(40);
    let status = world.status("deployments", "web");
    assert_eq!(number(&status, "unavailableReplicas"), 2);
    assert_eq!(
        condition(&status, "Available"),
        said(
            "False",
            "MinimumReplicasUnavailable",
            "Deployment does not have minimum availability."
        )
    );
    assert_eq!(
        condition(&status, "Progressing").unwrap()[1],
        "ReplicaSetUpdated"
    );
    world.pass(25);
    let status = world.status("deployments", "web");
    let set = world.all("replicasets")[0]["metadata"]["name"]
        .as_str()
        .unwrap()
        .to_owned();
    let message = format!("ReplicaSet {set:?} has timed out progressing.");
    assert_eq!(
        condition(&status, "Progressing"),
        said("False", "ProgressDeadlineExceeded", &message)
    );
    world.choose("");
    world.until(|world| available(world, "web"));
}

/// Pods that may not be created: the reason reaches replica set and deployment.
#[test]
fn a_missing_service_account() {
    let mut world = World::new();
    let mut web = deployment("web", 1, web("web:1"));
    web["spec"]["template"]["spec"]["serviceAccountName"] = json!("runner");
    world.make(&web);
    world.pass(2);
    assert!(world.all("pods").is_empty());
    let status = world.status("deployments", "web");
    let [holds, reason, message] = condition(&status, "ReplicaFailure").unwrap();
    assert_eq!([holds.as_str(), reason.as_str()], ["True", "FailedCreate"]);
    assert!(
        message.ends_with("is forbidden: error looking up service account default/runner: serviceaccount \"runner\" not found"),
        "{message}"
    );
    world.make(
        &json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "runner"}}),
    );
    world.until(|world| available(world, "web"));
    assert_eq!(
        condition(&world.status("deployments", "web"), "ReplicaFailure"),
        None
    );
}

#[test]
fn scaling_and_deletion() {
    let mut world = World::new();
    world.make(&deployment("web", 1, web("web:1")));
    world.until(|world| available(world, "web"));
    world.send("MERGE", DEPLOYMENT, &json!({"spec": {"replicas": 4}}));
    world.until(|world| world.status("deployments", "web")["availableReplicas"] == 4);
    world.send("MERGE", DEPLOYMENT, &json!({"spec": {"replicas": 2}}));
    world.until(|world| world.all("pods").len() == 2);
    world.delete(DEPLOYMENT);
    let took = world.until(|world| world.all("pods").is_empty());
    assert!((2..10).contains(&took), "{took} s");
    assert!(world.all("replicasets").is_empty());
}

/// Foreground deletion: the deployment stays until its last pod is gone.
#[test]
fn foreground_deletion_waits_for_the_pods() {
    let mut world = World::new();
    world.make(&deployment("web", 2, web("web:1")));
    world.until(|world| available(world, "web"));
    world.send(
        "DELETE",
        DEPLOYMENT,
        &json!({"propagationPolicy": "Foreground"}),
    );
    for _ in 0..60 {
        if !world.all("pods").is_empty() {
            assert!(world.get("deployments", "web").is_some());
        }
        world.pass(1);
    }
    assert!(world.get("deployments", "web").is_none());
}

#[test]
fn a_restored_cluster_goes_on() {
    let mut world = World::new();
    world.make(&deployment("web", 3, web("web:1")));
    for seconds in [1, 2, 4, 7, 11] {
        let mut other = world.restored();
        other.pass(seconds);
        other.until(|world| available(world, "web"));
        assert_eq!(other.all("pods").len(), 3);
        world.pass(seconds);
    }
}
