//! Claims and volumes: classes, provisioning, binding, and what becomes of a volume whose claim is gone.
//!
//! A claim without a class gets the default one, if there is one; otherwise it waits for a volume that somebody makes
//! by hand. A volume is provisioned once its claim may have one (at once, or when the scheduler has chosen a node)
//! and somebody provides under the name of the class; how long it takes counts from the event that says so.
//!
//! Facts: annotations, events and phases of the persistent volume controller of Kubernetes 1.36
//! (`pkg/controller/volume/persistentvolume`) and of `external-provisioner` 5; what EBS can do from the documentation
//! of `aws-ebs-csi-driver` 1.40. Left out: volume attachments, expansion, snapshots.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::acting::{
    Found, MANAGER, Soonest, all, create, edit, remove, set_finalizer, set_status,
};
use super::events::{News, tell, tell_once, told_at};
use super::quantities::whole;
use super::{Controller, hashes};
use crate::kube::infrastructure::{Infrastructure, VolumeWish};
use crate::kube::journal::ObjectKey;
use crate::kube::meta;
use crate::kube::store::Store;

const DEFAULT_CLASS: &str = "storageclass.kubernetes.io/is-default-class";
const SELECTED_NODE: &str = "volume.kubernetes.io/selected-node";
const PROVISIONER: &str = "volume.kubernetes.io/storage-provisioner";
const BETA_PROVISIONER: &str = "volume.beta.kubernetes.io/storage-provisioner";
const PROVISIONED_BY: &str = "pv.kubernetes.io/provisioned-by";
/// The finalizer with which the provisioner keeps a volume until its disk is gone.
const PROVISIONED: &str = "external-provisioner.volume.kubernetes.io/finalizer";
const BINDER: &str = "persistentvolume-controller";
/// How long a disk takes to be made, and to be deleted.
const DISK_S: (u64, u64) = (2, 5);

/// The persistent volume controller and the provisioners.
#[derive(Clone)]
pub struct Claims {
    infrastructure: Arc<dyn Infrastructure>,
}

impl Claims {
    /// Claims over the disks of an infrastructure.
    #[must_use]
    pub fn new(infrastructure: Arc<dyn Infrastructure>) -> Self {
        Self { infrastructure }
    }
}

impl Controller for Claims {
    fn latency(&self) -> Duration {
        Duration::from_millis(100)
    }

    fn subjects(&self) -> &[&str] {
        &["persistentvolumeclaims", "persistentvolumes"]
    }

    fn concerns(&self) -> &[(&str, &str)] {
        &[
            ("", "persistentvolumeclaims"),
            ("", "persistentvolumes"),
            ("storage.k8s.io", "storageclasses"),
            ("storage.k8s.io", "csidrivers"),
        ]
    }

    fn react(&mut self, store: &mut Store, now: Duration) -> Option<Duration> {
        let mut again = Soonest::default();
        for claim in all(store, "", "persistentvolumeclaims") {
            let bound = claim.1["status"]["phase"] == "Bound";
            if !bound && !meta::deleting(&claim.1) {
                again.maybe(self.serve(store, &claim, now));
            }
        }
        for volume in all(store, "", "persistentvolumes") {
            again.maybe(self.reclaim(store, &volume, now));
        }
        again.0
    }
}

/// The storage class of a claim.
fn class_of<'a>(store: &'a Store, claim: &Value) -> Option<&'a Arc<Value>> {
    let name = claim["spec"]["storageClassName"].as_str()?;
    store.get(&ObjectKey::new(
        "storage.k8s.io",
        "storageclasses",
        "",
        name,
    ))
}

/// Whether a claim gets its volume only when a pod wants it.
pub(super) fn waits_for_consumer(store: &Store, claim: &Value) -> bool {
    class_of(store, claim).is_some_and(|class| class["volumeBindingMode"] == "WaitForFirstConsumer")
}

/// The scheduler has found a node for the first pod that wants a claim.
pub(super) fn choose_node(store: &mut Store, key: &ObjectKey, node: &str) {
    let chosen = store
        .get(key)
        .is_none_or(|claim| claim["metadata"]["annotations"][SELECTED_NODE].is_string());
    if !chosen {
        edit(store, key, "kube-scheduler", |claim| {
            claim["metadata"]["annotations"][SELECTED_NODE] = json!(node);
        });
    }
}

impl Claims {
    /// Brings a claim a step towards its volume; gives the time of the next one.
    fn serve(&self, store: &mut Store, claim: &Found, now: Duration) -> Option<Duration> {
        let (key, object) = claim;
        if object["status"]["phase"].is_null() {
            set_status(store, key, MANAGER, json!({"phase": "Pending"}));
        }
        if let Some(volume) = fitting(store, key, object) {
            bind(store, claim, &volume);
            return None;
        }
        let Some(name) = object["spec"]["storageClassName"].as_str() else {
            self.give_class(store, claim);
            return None;
        };
        if name.is_empty() {
            no_volume(store, object);
            return None;
        }
        let Some(class) = class_of(store, object).cloned() else {
            let message = format!("storageclass.storage.k8s.io {name:?} not found");
            tell_once(
                store,
                object,
                BINDER,
                &News::warning("ProvisioningFailed", message),
            );
            return None;
        };
        let node = object["metadata"]["annotations"][SELECTED_NODE].as_str();
        if class["volumeBindingMode"] == "WaitForFirstConsumer" && node.is_none() {
            let message = "waiting for first consumer to be created before binding";
            tell_once(
                store,
                object,
                BINDER,
                &News::normal("WaitForFirstConsumer", message),
            );
            return None;
        }
        self.provision(store, claim, &class, now)
    }

    /// A claim that names no class gets the default one.
    fn give_class(&self, store: &mut Store, (key, claim): &Found) {
        let classes = store.list("storage.k8s.io", "storageclasses", None);
        let mut defaults: Vec<(String, String)> = classes
            .filter(|(_, class)| class["metadata"]["annotations"][DEFAULT_CLASS] == "true")
            .map(|(key, class)| {
                let made = meta::text(class, "creationTimestamp").to_owned();
                (made, key.name.clone())
            })
            .collect();
        defaults.sort();
        match defaults.pop() {
            Some((_, name)) => edit(store, key, MANAGER, |claim| {
                claim["spec"]["storageClassName"] = json!(name);
            }),
            None => no_volume(store, claim),
        }
    }

    fn provision(
        &self,
        store: &mut Store,
        claim: &Found,
        class: &Value,
        now: Duration,
    ) -> Option<Duration> {
        let (key, object) = claim;
        let provisioner = class["provisioner"].as_str().unwrap_or_default();
        if provisioner == "kubernetes.io/no-provisioner" {
            return None;
        }
        if object["metadata"]["annotations"][PROVISIONER] != provisioner {
            edit(store, key, MANAGER, |claim| {
                claim["metadata"]["annotations"][PROVISIONER] = json!(provisioner);
                claim["metadata"]["annotations"][BETA_PROVISIONER] = json!(provisioner);
            });
            let message = format!(
                "Waiting for a volume to be created either by the external provisioner '{provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered."
            );
            tell_once(
                store,
                object,
                BINDER,
                &News::normal("ExternalProvisioning", message),
            );
        }
        // A driver that somebody installed says so itself.
        let driver = ObjectKey::new("storage.k8s.io", "csidrivers", "", provisioner);
        if !self.infrastructure.provides(provisioner) && store.get(&driver).is_none() {
            return None;
        }
        if let Some(why) = refusal(provisioner, object) {
            return fail(store, object, class, why);
        }
        let message = format!(
            "External provisioner is provisioning volume for claim \"{}/{}\"",
            key.namespace, key.name
        );
        let begun = News::normal("Provisioning", message);
        tell_once(store, object, provisioner, &begun);
        let due = told_at(store, object, &begun)? + disk_time(store, meta::uid(object));
        if due > now {
            return Some(due);
        }
        self.make(store, claim, class, now)
    }

    fn make(
        &self,
        store: &mut Store,
        claim: &Found,
        class: &Value,
        now: Duration,
    ) -> Option<Duration> {
        let object = &claim.1;
        let provisioner = class["provisioner"].as_str().unwrap_or_default();
        let name = format!("pvc-{}", meta::uid(object));
        let zone = zone(store, object);
        let wish = VolumeWish {
            name: &name,
            provisioner,
            size: whole(&object["spec"]["resources"]["requests"]["storage"]),
            zone: &zone,
            parameters: &class["parameters"],
        };
        let handle = match self.infrastructure.volume(wish, now) {
            Ok(handle) => handle,
            Err(why) => return fail(store, object, class, why),
        };
        let volume = volume(object, class, &name, &handle, &zone);
        // It is there already when the last process died right behind this line.
        let _ = create(store, "", volume, provisioner);
        let message = format!("Successfully provisioned volume {name}");
        tell(
            store,
            object,
            provisioner,
            &News::normal("ProvisioningSucceeded", message),
        );
        None
    }

    /// A volume without its claim is kept or goes, as its policy says.
    fn reclaim(&self, store: &mut Store, (key, volume): &Found, now: Duration) -> Option<Duration> {
        let phase = volume["status"]["phase"].as_str().unwrap_or_default();
        let claim = &volume["spec"]["claimRef"];
        let wanted = if claim["uid"].is_null() {
            "Available"
        } else if store.is_live(claim["uid"].as_str().unwrap_or_default()) {
            "Bound"
        } else {
            "Released"
        };
        if phase != wanted && !(phase == "Available" && wanted == "Bound") {
            let time = store.timestamp();
            let status = json!({"phase": wanted, "lastPhaseTransitionTime": time});
            set_status(store, key, MANAGER, status);
            return None;
        }
        let deletes = volume["spec"]["persistentVolumeReclaimPolicy"] == "Delete"
            && volume["metadata"]["annotations"][PROVISIONED_BY].is_string();
        let free = phase == "Released" && deletes;
        let dropped = meta::deleting(volume) && phase != "Bound";
        if !free && !dropped {
            return None;
        }
        let since = volume["status"]["lastPhaseTransitionTime"].as_str();
        let due = store.since_epoch(since.unwrap_or_default()) + disk_time(store, &key.name);
        if due > now {
            return Some(due);
        }
        if let Some(handle) = volume["spec"]["csi"]["volumeHandle"]
            .as_str()
            .filter(|_| deletes)
        {
            self.infrastructure.drop_volume(handle, now);
        }
        set_finalizer(store, key, PROVISIONED, false);
        if !meta::deleting(volume) {
            remove(store, key);
        }
        None
    }
}

fn disk_time(store: &Store, of: &str) -> Duration {
    let (least, most) = DISK_S;
    let number = hashes::number(store.config().seed, of);
    Duration::from_secs(least + number % (most - least + 1))
}

fn no_volume(store: &mut Store, claim: &Value) {
    let message = "no persistent volumes available for this claim and no storage class is set";
    tell_once(
        store,
        claim,
        BINDER,
        &News::normal("FailedBinding", message),
    );
}

fn fail(store: &mut Store, claim: &Value, class: &Value, why: String) -> Option<Duration> {
    let message = format!(
        "failed to provision volume with StorageClass {:?}: {why}",
        meta::name(class)
    );
    let provisioner = class["provisioner"].as_str().unwrap_or_default();
    tell_once(
        store,
        claim,
        provisioner,
        &News::warning("ProvisioningFailed", message),
    );
    None
}

/// Whether volumes are disks of EBS: by the add-on, or by EKS in Auto Mode.
fn is_ebs(provisioner: &str) -> bool {
    ["ebs.csi.aws.com", "ebs.csi.eks.amazonaws.com"].contains(&provisioner)
}

/// Why a provisioner cannot give what a claim asks for: a disk belongs to one node.
fn refusal(provisioner: &str, claim: &Value) -> Option<String> {
    let modes = claim["spec"]["accessModes"].as_array()?;
    let shared = ["ReadWriteMany", "ReadOnlyMany"];
    let wrong = modes
        .iter()
        .any(|mode| shared.iter().any(|one| mode == one));
    let block = claim["spec"]["volumeMode"] == "Block";
    (is_ebs(provisioner) && wrong && !block).then(|| {
        "rpc error: code = InvalidArgument desc = Volume capabilities MULTI_NODE_MULTI_WRITER not supported. Only AccessModes[ReadWriteOnce] supported.".to_owned()
    })
}

/// The zone of the node that was chosen, or of the first node.
fn zone(store: &Store, claim: &Value) -> String {
    let chosen = claim["metadata"]["annotations"][SELECTED_NODE].as_str();
    let node = match chosen {
        Some(name) => store.get(&ObjectKey::new("", "nodes", "", name)),
        None => store.list("", "nodes", None).next().map(|(_, node)| node),
    };
    let zone =
        node.and_then(|node| node["metadata"]["labels"]["topology.kubernetes.io/zone"].as_str());
    zone.unwrap_or_default().to_owned()
}

fn volume(claim: &Value, class: &Value, name: &str, handle: &str, zone: &str) -> Value {
    let spec = &claim["spec"];
    let provisioner = class["provisioner"].as_str().unwrap_or_default();
    let mut volume = json!({
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {
            "name": name,
            "annotations": {(PROVISIONED_BY): provisioner},
            "finalizers": [PROVISIONED],
        },
        "spec": {
            "capacity": {"storage": spec["resources"]["requests"]["storage"]},
            "accessModes": spec["accessModes"],
            "persistentVolumeReclaimPolicy": class["reclaimPolicy"],
            "storageClassName": meta::name(class),
            "volumeMode": spec["volumeMode"].as_str().unwrap_or("Filesystem"),
            "claimRef": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "namespace": meta::text(claim, "namespace"),
                "name": meta::name(claim),
                "uid": meta::uid(claim),
            },
            "csi": {"driver": provisioner, "volumeHandle": handle},
        },
    });
    if is_ebs(provisioner) {
        let kind = class["parameters"]["csi.storage.k8s.io/fstype"].as_str();
        volume["spec"]["csi"]["fsType"] = json!(kind.unwrap_or("ext4"));
        if !zone.is_empty() {
            volume["spec"]["nodeAffinity"] = json!({"required": {"nodeSelectorTerms": [{"matchExpressions": [
                {"key": "topology.kubernetes.io/zone", "operator": "In", "values": [zone]}]}]}});
        }
    }
    volume
}

/// The volume for a claim: the one made for it, the one that it names, or the smallest free one that is good enough.
fn fitting(store: &Store, key: &ObjectKey, claim: &Value) -> Option<Found> {
    let spec = &claim["spec"];
    let size = whole(&spec["resources"]["requests"]["storage"]);
    let named = spec["volumeName"].as_str();
    let reserved = |volume: &Value| {
        let of = &volume["spec"]["claimRef"];
        of["name"] == key.name.as_str()
            && of["namespace"] == key.namespace.as_str()
            && (of["uid"].is_null() || of["uid"] == meta::uid(claim))
    };
    let class = |spec: &Value| {
        spec["storageClassName"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let good = |volume: &Value| {
        let modes = |spec: &Value| spec["accessModes"].as_array().cloned().unwrap_or_default();
        let offered = modes(&volume["spec"]);
        class(&volume["spec"]) == class(spec)
            && whole(&volume["spec"]["capacity"]["storage"]) >= size
            && modes(spec).iter().all(|mode| offered.contains(mode))
    };
    let free = |volume: &Value| volume["spec"]["claimRef"].is_null() && !meta::deleting(volume);
    let volumes = store.list("", "persistentvolumes", None);
    let fits = volumes.filter(|(other, volume)| match named {
        Some(name) => other.name == name && (free(volume) || reserved(volume)),
        None => reserved(volume) || free(volume) && good(volume) && spec["selector"].is_null(),
    });
    let best = fits.min_by_key(|(_, volume)| {
        (
            !reserved(volume),
            whole(&volume["spec"]["capacity"]["storage"]),
        )
    });
    best.map(|(key, volume)| (key.clone(), Arc::clone(volume)))
}

fn bind(store: &mut Store, (key, claim): &Found, (to, volume): &Found) {
    edit(store, to, MANAGER, |volume| {
        volume["spec"]["claimRef"] = json!({
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "namespace": key.namespace,
            "name": key.name,
            "uid": meta::uid(claim),
        });
        if volume["metadata"]["annotations"][PROVISIONED_BY].is_null() {
            volume["metadata"]["annotations"]["pv.kubernetes.io/bound-by-controller"] =
                json!("yes");
        }
    });
    let time = store.timestamp();
    set_status(
        store,
        to,
        MANAGER,
        json!({"phase": "Bound", "lastPhaseTransitionTime": time}),
    );
    edit(store, key, MANAGER, |claim| {
        claim["spec"]["volumeName"] = json!(to.name);
        let annotations = &mut claim["metadata"]["annotations"];
        annotations["pv.kubernetes.io/bind-completed"] = json!("yes");
        annotations["pv.kubernetes.io/bound-by-controller"] = json!("yes");
    });
    let status = json!({
        "phase": "Bound",
        "accessModes": volume["spec"]["accessModes"],
        "capacity": volume["spec"]["capacity"],
    });
    set_status(store, key, MANAGER, status);
}
