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
        Duration::from_millis(100)
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
    let Some(kind) = core(store, kind) else {
        return;
    };
    let key = ObjectKey::new("", &kind.plural, namespace, meta::name(&object));
    if store.get(&key).is_none() {
        // The namespace was there a line ago and the object was not.
        let _ = verbs::create(
            store,
            &kind,
            namespace,
            object,
            &Writing::by("kube-controller-manager"),
        );
    }
}
