//! Claims, volumes and classes.

use serde_json::{Value, json};

use crate::world::{World, condition, pod};

fn class(name: &str, mode: &str) -> Value {
    json!({
        "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": name},
        "provisioner": "ebs.csi.aws.com", "volumeBindingMode": mode})
}

fn claim(class: Value) -> Value {
    let mut claim = json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Gi"}}}});
    if !class.is_null() {
        claim["spec"]["storageClassName"] = class;
    }
    claim
}

fn user() -> Value {
    pod(
        "one",
        json!({"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]}),
    )
}

fn phase(world: &World) -> Value {
    world.status("persistentvolumeclaims", "data")["phase"].clone()
}

fn told(world: &World, reason: &str, message: &str) -> bool {
    world
        .told()
        .contains(&(reason.to_owned(), message.to_owned()))
}

const CLAIM: &str = "/api/v1/namespaces/default/persistentvolumeclaims/data";
const POD: &str = "/api/v1/namespaces/default/pods/one";

/// Without a class, and without a default one, a claim hangs and says why (Persistent Volumes, "Class").
#[test]
fn without_any_class_a_claim_hangs() {
    let mut world = World::new();
    let made = world.make(&claim(Value::Null));
    assert_eq!(
        made["metadata"]["finalizers"],
        json!(["kubernetes.io/pvc-protection"])
    );
    world.make(&user());
    world.pass(300);
    assert_eq!(phase(&world), "Pending");
    assert!(told(
        &world,
        "FailedBinding",
        "no persistent volumes available for this claim and no storage class is set"
    ));
    let scheduled = condition(&world.status("pods", "one"), "PodScheduled").unwrap();
    assert!(
        scheduled[2].starts_with(
            "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims."
        ),
        "{scheduled:?}"
    );
    // A default class that comes later is given to it.
    let mut class = class("gp3", "WaitForFirstConsumer");
    class["metadata"]["annotations"] =
        json!({"storageclass.kubernetes.io/is-default-class": "true"});
    world.make(&class);
    world.until(|world| phase(world) == "Bound");
    assert_eq!(
        world.get("persistentvolumeclaims", "data").unwrap()["spec"]["storageClassName"],
        "gp3"
    );
}

#[test]
fn a_class_that_is_not_there() {
    let mut world = World::new();
    world.make(&claim(json!("gp3")));
    world.pass(60);
    assert_eq!(phase(&world), "Pending");
    assert!(told(
        &world,
        "ProvisioningFailed",
        "storageclass.storage.k8s.io \"gp3\" not found"
    ));
    world.make(&class("gp3", "Immediate"));
    world.until(|world| phase(world) == "Bound");
}

/// `WaitForFirstConsumer`: nothing before a pod wants it; then a disk in the zone of the node.
#[test]
fn the_first_consumer_decides_the_zone() {
    let mut world = World::new();
    world.make(&class("gp3", "WaitForFirstConsumer"));
    world.make(&claim(json!("gp3")));
    world.pass(60);
    assert!(world.all("persistentvolumes").is_empty());
    assert!(told(
        &world,
        "WaitForFirstConsumer",
        "waiting for first consumer to be created before binding"
    ));
    world.make(&user());
    let took = world.until(|world| world.status("pods", "one")["phase"] == "Running");
    assert!(
        (10..60).contains(&took),
        "a disk has to be made and attached: {took} s"
    );
    let claim = world.get("persistentvolumeclaims", "data").unwrap();
    let volume = world.all("persistentvolumes").remove(0);
    let node = world.get("pods", "one").unwrap()["spec"]["nodeName"]
        .as_str()
        .unwrap()
        .to_owned();
    let zone =
        world.get("nodes", &node).unwrap()["metadata"]["labels"]["topology.kubernetes.io/zone"]
            .clone();
    assert_eq!(
        claim["metadata"]["annotations"]["volume.kubernetes.io/selected-node"],
        node
    );
    assert_eq!(
        claim["metadata"]["annotations"]["pv.kubernetes.io/bind-completed"],
        "yes"
    );
    assert_eq!(
        claim["status"],
        json!({"phase": "Bound", "accessModes": ["ReadWriteOnce"], "capacity": {"storage": "10Gi"}})
    );
    let name = format!("pvc-{}", claim["metadata"]["uid"].as_str().unwrap());
    assert_eq!(
        (&volume["metadata"]["name"], &claim["spec"]["volumeName"]),
        (&json!(name), &json!(name))
    );
    assert_eq!(volume["spec"]["claimRef"]["uid"], claim["metadata"]["uid"]);
    assert_eq!(volume["spec"]["persistentVolumeReclaimPolicy"], "Delete");
    assert_eq!(volume["status"]["phase"], "Bound");
    let term =
        &volume["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"][0]["matchExpressions"][0];
    assert_eq!(term["values"], json!([zone]));
    assert_eq!(
        volume["metadata"]["finalizers"],
        json!([
            "external-provisioner.volume.kubernetes.io/finalizer",
            "kubernetes.io/pv-protection"
        ])
    );
    // The pod goes and comes: its disk keeps it in the zone.
    world.delete(POD);
    world.until(|world| world.get("pods", "one").is_none());
    world.server.cordon_outside(&node, true, world.now).unwrap();
    world.make(&user());
    world.pass(5);
    let scheduled = condition(&world.status("pods", "one"), "PodScheduled").unwrap();
    assert!(
        scheduled[2].contains("2 node(s) didn't match PersistentVolume's node affinity"),
        "{scheduled:?}"
    );
}

/// A claim in use waits for its pod; then its volume goes with its disk (Persistent Volumes, "Storage Object in Use
/// Protection", "Delete").
#[test]
fn a_claim_in_use_is_protected() {
    let mut world = World::new();
    world.make(&class("gp3", "Immediate"));
    world.make(&claim(json!("gp3")));
    world.make(&user());
    world.until(|world| world.status("pods", "one")["phase"] == "Running");
    world.delete(CLAIM);
    world.pass(60);
    assert!(world.get("persistentvolumeclaims", "data").is_some());
    world.delete(POD);
    world.until(|world| world.get("persistentvolumeclaims", "data").is_none());
    world.until(|world| world.all("persistentvolumes")[0]["status"]["phase"] == "Released");
    let took = world.until(|world| world.all("persistentvolumes").is_empty());
    assert!((1..10).contains(&took), "{took} s");
}

#[test]
fn a_retained_volume_stays() {
    let mut world = World::new();
    let mut class = class("gp3", "Immediate");
    class["reclaimPolicy"] = json!("Retain");
    world.make(&class);
    world.make(&claim(json!("gp3")));
    world.until(|world| phase(world) == "Bound");
    world.delete(CLAIM);
    world.pass(600);
    assert!(world.get("persistentvolumeclaims", "data").is_none());
    assert_eq!(
        world.all("persistentvolumes")[0]["status"]["phase"],
        "Released"
    );
    // Released is not free: the next claim gets a disk of its own.
    world.make(&claim(json!("gp3")));
    world.until(|world| phase(world) == "Bound");
    assert_eq!(world.all("persistentvolumes").len(), 2);
}

#[test]
fn a_volume_made_by_hand() {
    let mut world = World::new();
    let volume = |name: &str, size: &str| {
        json!({
            "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name},
            "spec": {"capacity": {"storage": size}, "accessModes": ["ReadWriteOnce"], "storageClassName": "",
                     "persistentVolumeReclaimPolicy": "Retain", "nfs": {"server": "s", "path": "/"}}})
    };
    world.make(&volume("small", "5Gi"));
    world.make(&volume("large", "50Gi"));
    world.make(&volume("fitting", "20Gi"));
    world.make(&claim(json!("")));
    world.until(|world| phase(world) == "Bound");
    assert_eq!(
        world.get("persistentvolumeclaims", "data").unwrap()["spec"]["volumeName"],
        "fitting"
    );
    assert_eq!(
        world.status("persistentvolumeclaims", "data")["capacity"]["storage"],
        "20Gi"
    );
    assert_eq!(
        world.status("persistentvolumes", "small")["phase"],
        "Available"
    );
}

/// A disk of EBS belongs to one node: a claim for many never gets one.
#[test]
fn a_disk_cannot_be_shared() {
    let mut world = World::new();
    world.make(&class("gp3", "Immediate"));
    let mut shared = claim(json!("gp3"));
    shared["spec"]["accessModes"] = json!(["ReadWriteMany"]);
    world.make(&shared);
    world.pass(120);
    assert_eq!(phase(&world), "Pending");
    let failed = world
        .told()
        .into_iter()
        .find(|(reason, _)| reason == "ProvisioningFailed")
        .unwrap();
    assert!(failed.1.starts_with("failed to provision volume with StorageClass \"gp3\": rpc error: code = InvalidArgument"), "{}", failed.1);
}

#[test]
fn a_provisioner_that_nobody_is() {
    let mut world = World::new();
    let mut class = class("fsx", "Immediate");
    class["provisioner"] = json!("fsx.csi.aws.com");
    world.make(&class);
    world.make(&claim(json!("fsx")));
    world.pass(120);
    assert_eq!(phase(&world), "Pending");
    assert!(world.told().iter().any(|(reason, message)| reason == "ExternalProvisioning"
        && message.starts_with("Waiting for a volume to be created either by the external provisioner 'fsx.csi.aws.com'")));
}
