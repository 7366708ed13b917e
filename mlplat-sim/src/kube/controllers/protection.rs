//! Claims that pods use, and volumes that claims use, are not let go before their users are.
//!
//! The API server puts the finalizers on when the objects are created; here they are taken off. A pod uses a claim
//! from when it has a node until it is gone, even when it has finished (`pkg/controller/volume/pvcprotection`,
//! `pvprotection` of Kubernetes 1.36).

use std::time::Duration;

use serde_json::Value;

use super::Controller;
use super::acting::set_finalizer;
use crate::kube::journal::ObjectKey;
use crate::kube::store::Store;

use crate::kube::rules::strategy::{CLAIM_PROTECTION, VOLUME_PROTECTION};

/// The controllers that protect storage in use.
#[derive(Debug, Clone, Copy, Default)]
pub struct Protection;

impl Controller for Protection {
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
            ("", "pods"),
        ]
    }

    fn react(&mut self, store: &mut Store, _: Duration) -> Option<Duration> {
        let free: Vec<(ObjectKey, &str)> = store
            .leaving()
            .filter_map(|(key, object)| {
                if key.is("", "persistentvolumeclaims") {
                    (!in_use(store, key)).then(|| (key.clone(), CLAIM_PROTECTION))
                } else {
                    let loose =
                        key.is("", "persistentvolumes") && object["status"]["phase"] != "Bound";
                    loose.then(|| (key.clone(), VOLUME_PROTECTION))
                }
            })
            .collect();
        for (key, finalizer) in free {
            set_finalizer(store, &key, finalizer, false);
        }
        None
    }
}

fn in_use(store: &Store, claim: &ObjectKey) -> bool {
    let pods = store.list("", "pods", Some(&claim.namespace));
    let uses = |pod: &Value| {
        let mut volumes = pod["spec"]["volumes"].as_array().into_iter().flatten();
        volumes.any(|one| one["persistentVolumeClaim"]["claimName"] == claim.name.as_str())
    };
    let mut placed = pods.filter(|(_, pod)| pod["spec"]["nodeName"].is_string());
    placed.any(|(_, pod)| uses(pod))
}
