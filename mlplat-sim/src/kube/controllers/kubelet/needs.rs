//! What a pod needs and does not find: objects that its volumes and its environment name.
//!
//! Messages are those of the kubelet of Kubernetes 1.36 (`pkg/kubelet/kubelet_pods`, `pkg/volume`).

use serde_json::Value;

use crate::kube::journal::ObjectKey;
use crate::kube::store::Store;

/// Why the volumes of a pod cannot be mounted.
pub(super) fn missing_volume(store: &Store, namespace: &str, spec: &Value) -> Option<String> {
    let volumes = spec["volumes"].as_array()?;
    volumes.iter().find_map(|volume| {
        let name = volume["name"].as_str().unwrap_or_default();
        let why = source(store, namespace, volume).or_else(|| {
            let sources = volume["projected"]["sources"].as_array()?;
            let mut missing = sources.iter();
            missing.find_map(|one| projected(store, namespace, one))
        })?;
        Some(format!(
            "MountVolume.SetUp failed for volume {name:?} : {why}"
        ))
    })
}

/// Whether a pod has a disk that has to be attached.
pub(super) fn has_disk(spec: &Value) -> bool {
    let volumes = spec["volumes"].as_array();
    volumes
        .into_iter()
        .flatten()
        .any(|volume| !volume["persistentVolumeClaim"].is_null())
}

fn source(store: &Store, namespace: &str, volume: &Value) -> Option<String> {
    let claim = volume["persistentVolumeClaim"]["claimName"].as_str();
    if let Some(claim) = claim {
        let key = ObjectKey::new("", "persistentvolumeclaims", namespace, claim);
        return match store.get(&key) {
            None => Some(format!("persistentvolumeclaim {claim:?} not found")),
            Some(found) if found["status"]["phase"] != "Bound" => {
                Some(format!("PVC {namespace}/{claim} is not bound"))
            }
            Some(_) => None,
        };
    }
    let secret = (&volume["secret"], "secretName", "secrets", "secret");
    let map = (&volume["configMap"], "name", "configmaps", "configmap");
    [secret, map]
        .into_iter()
        .find_map(|(value, field, resource, word)| {
            let wanted = value[field]
                .as_str()
                .filter(|_| value["optional"] != true)?;
            absent(store, namespace, resource, word, wanted, &value["items"])
        })
}

fn projected(store: &Store, namespace: &str, source: &Value) -> Option<String> {
    let secret = (&source["secret"], "secrets", "secret");
    let map = (&source["configMap"], "configmaps", "configmap");
    [secret, map]
        .into_iter()
        .find_map(|(value, resource, word)| {
            let wanted = value["name"]
                .as_str()
                .filter(|_| value["optional"] != true)?;
            absent(store, namespace, resource, word, wanted, &value["items"])
        })
}

fn absent(
    store: &Store,
    namespace: &str,
    resource: &str,
    word: &str,
    name: &str,
    items: &Value,
) -> Option<String> {
    let Some(object) = store.get(&ObjectKey::new("", resource, namespace, name)) else {
        return Some(format!("{word} {name:?} not found"));
    };
    let keys = items.as_array().into_iter().flatten();
    let mut keys = keys.filter_map(|item| item["key"].as_str());
    let missing = keys.find(|key| !has_key(object, key))?;
    Some(format!("references non-existent {word} key: {missing}"))
}

fn has_key(object: &Value, key: &str) -> bool {
    let held = |field: &str| object[field].get(key).is_some();
    held("data") || held("binaryData")
}

/// Why a container's environment cannot be made.
pub(super) fn missing_environment(
    store: &Store,
    namespace: &str,
    container: &Value,
) -> Option<String> {
    let list = |field: &str| container[field].as_array().into_iter().flatten();
    let whole = list("envFrom").find_map(|one| {
        let secret = (&one["secretRef"], "secrets", "secret");
        let map = (&one["configMapRef"], "configmaps", "configmap");
        [secret, map]
            .into_iter()
            .find_map(|(value, resource, word)| {
                let name = value["name"]
                    .as_str()
                    .filter(|_| value["optional"] != true)?;
                absent(store, namespace, resource, word, name, &Value::Null)
            })
    });
    whole.or_else(|| {
        list("env").find_map(|one| {
            let from = &one["valueFrom"];
            let secret = (&from["secretKeyRef"], "secrets", "secret", "Secret");
            let map = (
                &from["configMapKeyRef"],
                "configmaps",
                "configmap",
                "ConfigMap",
            );
            [secret, map]
                .into_iter()
                .find_map(|(value, resource, word, kind)| {
                    let name = value["name"]
                        .as_str()
                        .filter(|_| value["optional"] != true)?;
                    let Some(object) = store.get(&ObjectKey::new("", resource, namespace, name))
                    else {
                        return Some(format!("{word} {name:?} not found"));
                    };
                    let key = value["key"].as_str()?;
                    let missing = !has_key(object, key);
                    missing.then(|| format!("couldn't find key {key} in {kind} {namespace}/{name}"))
                })
        })
    })
}
