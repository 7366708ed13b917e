//! What a cluster does on its own.
//!
//! A [`Controller`] is called some time after anything changed (its latency) and whenever it asked to be. It looks at
//! the whole store and moves it one step towards what should be; it keeps no state, so that a restored cluster goes
//! on where it was. Whatever it writes goes through the same verbs as requests, with generations, ownership and
//! finalizers, and is journalled before it is seen.
//!
//! Here are the controllers without which nothing can be deleted or served: [`Namespaces`], [`GarbageCollector`],
//! [`ServiceAccounts`], [`Definitions`]. **Workloads belong here too**, one file each: deployments and replica sets,
//! stateful and daemon sets, jobs, claims and volumes, load balancers of services and ingresses. Each reads its spec,
//! writes `status` with `Writing::through` `"status"`, makes children with
//! `metadata.ownerReferences`, and is added to [`standard`].

mod definitions;
mod garbage;
mod namespaces;
mod service_accounts;

use std::time::Duration;

use serde_json::json;

use crate::kube::kinds::Kind;
use crate::kube::store::Store;
use crate::kube::verbs::{self, Writing};

pub use definitions::Definitions;
pub use garbage::GarbageCollector;
pub use namespaces::Namespaces;
pub use service_accounts::ServiceAccounts;

/// Something that acts on a cluster on its own.
pub trait Controller: Send {
    /// How long after a change it looks. At least a millisecond passes.
    fn latency(&self) -> Duration;

    /// Moves the cluster on. Gives the time at which it wants to look again even if nothing changes.
    fn react(&mut self, store: &mut Store, now: Duration) -> Option<Duration>;
}

/// The controllers of every cluster.
#[must_use]
pub fn standard() -> Vec<Box<dyn Controller>> {
    vec![
        Box::new(ServiceAccounts),
        Box::new(Definitions),
        Box::new(GarbageCollector),
        Box::new(Namespaces::default()),
    ]
}

/// Makes the namespaces that every cluster begins with.
pub(crate) fn bootstrap(store: &mut Store) {
    let Some(kind) = core(store, "Namespace") else {
        return;
    };
    for name in ["default", "kube-system", "kube-public", "kube-node-lease"] {
        let namespace = json!({"metadata": {"name": name}});
        // Nothing can be in the way in an empty store.
        let _ = verbs::create(store, &kind, "", namespace, &Writing::by("kube-apiserver"));
    }
}

/// A kind of the core group.
fn core(store: &Store, kind: &str) -> Option<Kind> {
    store.registry().by_kind("", kind).cloned()
}
