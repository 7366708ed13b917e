//! Every namespace gets a service account `default` and a config map with the cluster's certificate authority.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Controller, core};
use crate::kube::journal::ObjectKey;
use crate::kube::meta;
use crate::kube::store::Store;
use crate::kube::verbs::{self, Writing};

/// The service account controller and the publisher of the root certificate.
#[derive(Debug, Clone, Copy, Default)]
pub struct ServiceAccounts;

impl Controller for ServiceAccounts {
    fn latency(&self) -> Duration {
        // Before the first pod of a new namespace asks for it.
        Duration::from_millis(10)
    }

    fn concerns(&self) -> &[(&str, &str)] {
        &[
            ("", "namespaces"),
            ("", "serviceaccounts"),
            ("", "configmaps"),
        ]
    }

    fn react(&mut self, store: &mut Store, _: Duration) -> Option<Duration> {
        let namespaces: Vec<String> = store
            .list("", "namespaces", None)
            .filter(|(_, object)| !meta::deleting(object))
            .map(|(key, _)| key.name.clone())
            .collect();
        let root = json!({
            "metadata": {
                "name": "kube-root-ca.crt",
                "annotations": {"kubernetes.io/description": "The certificate authority of this simulated cluster."},
            },
            "data": {"ca.crt": store.config().root_ca},
        });
        for namespace in namespaces {
            ensure(
                store,
                &namespace,
                "ServiceAccount",
                json!({"metadata": {"name": "default"}}),
            );
            ensure(store, &namespace, "ConfigMap", root.clone());
        }
        None
    }
}

fn ensure(store: &mut Store, namespace: &str, kind: &str, object: Value) {
    let plural = if kind == "ConfigMap" {
        "configmaps"
    } else {
        "serviceaccounts"
    };
    let key = ObjectKey::new("", plural, namespace, meta::name(&object));
    if store.get(&key).is_some() {
        return;
    }
    if let Some(kind) = core(store, kind) {
        // The namespace was there a line ago and the object was not.
        let how = Writing::by("kube-controller-manager");
        let _ = verbs::create(store, &kind, namespace, object, &how);
    }
}
