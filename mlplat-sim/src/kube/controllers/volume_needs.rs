//! What the claims of a pod mean for the choice of its node.

use serde_json::Value;

use super::fit::any_term;
use crate::kube::journal::ObjectKey;
use crate::kube::meta;
use crate::kube::store::Store;

/// The state of a pod's claims.
pub(super) enum Volumes {
    /// They are bound, to volumes that can be reached only from some nodes.
    Ready(Vec<Value>),
    /// These wait for a node to be chosen.
    Waiting(Vec<ObjectKey>),
}

impl Volumes {
    /// Why a node cannot reach the volumes.
    pub(super) fn complaint(&self, node: &Value) -> Option<String> {
        let Self::Ready(terms) = self else {
            return None;
        };
        let out = terms.iter().any(|terms| !any_term(terms, node));
        out.then(|| "node(s) didn't match PersistentVolume's node affinity".to_owned())
    }
}

/// Looks at the claims of a pod.
///
/// # Errors
/// Why the pod can run nowhere yet.
pub(super) fn look_at(store: &Store, pod: &Value) -> Result<Volumes, String> {
    let namespace = meta::text(pod, "namespace");
    let volumes = pod["spec"]["volumes"].as_array();
    let names = volumes
        .into_iter()
        .flatten()
        .filter_map(|volume| volume["persistentVolumeClaim"]["claimName"].as_str());
    let (mut terms, mut waiting) = (Vec::new(), Vec::new());
    for name in names {
        let key = ObjectKey::new("", "persistentvolumeclaims", namespace, name);
        let claim = store
            .get(&key)
            .ok_or_else(|| format!("persistentvolumeclaim {name:?} not found"))?;
        if meta::deleting(claim) {
            return Err(format!("persistentvolumeclaim {name:?} is being deleted"));
        }
        if claim["status"]["phase"] == "Bound" {
            terms.extend(reach(store, claim));
        } else if super::claims::waits_for_consumer(store, claim) {
            waiting.push(key);
        } else {
            return Err("pod has unbound immediate PersistentVolumeClaims".to_owned());
        }
    }
    Ok(if waiting.is_empty() {
        Volumes::Ready(terms)
    } else {
        Volumes::Waiting(waiting)
    })
}

/// The terms on nodes of the volume of a claim.
fn reach(store: &Store, claim: &Value) -> Option<Value> {
    let name = claim["spec"]["volumeName"].as_str()?;
    let volume = store.get(&ObjectKey::new("", "persistentvolumes", "", name))?;
    let terms = &volume["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"];
    terms.is_array().then(|| terms.clone())
}
