//! What a cluster does on its own.
//!
//! A [`Controller`] is called some time after anything changed (its latency) and whenever it asked to be. It looks at
//! the whole store and moves it one step towards what should be; it keeps no state, so that a restored cluster goes
//! on where it was. Whatever it writes goes through the same verbs as requests, with generations, ownership and
//! finalizers, and is journalled before it is seen.
//!
//! Without [`control_plane`] nothing can be deleted or served: [`Namespaces`], [`GarbageCollector`],
//! [`ServiceAccounts`], [`Definitions`]. [`standard`] has the workloads too, one file each: a deployment becomes
//! replica sets, those become pods, the [`Scheduler`] gives pods a node, the [`Kubelets`] run them, [`Claims`] get
//! their volumes. What they stand on is an [`Infrastructure`]; what containers do is chosen by
//! [`Behaviours`](crate::kube::Behaviours).
//!
//! A controller says which resources concern it, so that a cluster without workloads does not pay for them. Each
//! reads its spec, writes `status` with `Writing::through` `"status"`, and makes children with
//! `metadata.ownerReferences`. Time that has to pass is counted from times that the objects themselves hold.

mod acting;
mod autoscalers;
mod balancers;
mod claims;
mod conditions;
mod cron;
mod cron_jobs;
mod daemon_sets;
mod definitions;
mod deployments;
mod disruptions;
mod endpoints;
mod events;
mod fargate;
mod fit;
mod garbage;
mod hashes;
mod indexes;
mod jobs;
mod kubelet;
mod labels;
mod namespaces;
mod nodes;
mod pods;
mod protection;
mod quantities;
mod replica_sets;
mod revisions;
mod rollout;
mod scheduler;
mod service_accounts;
mod stateful_sets;
mod volume_needs;

use std::sync::Arc;

use std::time::Duration;

use serde_json::json;

use crate::kube::infrastructure::{Infrastructure, Standalone};
use crate::kube::kinds::Kind;
use crate::kube::store::Store;
use crate::kube::verbs::{self, Writing};

pub use autoscalers::Autoscalers;
pub use balancers::Balancers;
pub use claims::Claims;
pub use cron_jobs::CronJobs;
pub use daemon_sets::DaemonSets;
pub use definitions::Definitions;
pub use deployments::Deployments;
pub use disruptions::Disruptions;
pub use endpoints::Endpoints;
pub use garbage::GarbageCollector;
pub use jobs::Jobs;
pub use kubelet::Kubelets;
pub(crate) use kubelet::choose;
pub use namespaces::Namespaces;
pub use nodes::Nodes;
pub(crate) use nodes::cordon;
pub use protection::Protection;
pub use replica_sets::ReplicaSets;
pub use scheduler::Scheduler;
pub use service_accounts::ServiceAccounts;
pub use stateful_sets::StatefulSets;

/// Something that acts on a cluster on its own.
pub trait Controller: Send {
    /// How long after a change it looks. At least a millisecond passes.
    fn latency(&self) -> Duration;

    /// The resources whose changes concern it, as group and plural; none for all of them. It is not woken by others.
    fn concerns(&self) -> &[(&str, &str)] {
        &[]
    }

    /// The resources, by plural, without any object of which it has nothing to do, and is not woken; none for always.
    fn subjects(&self) -> &[&str] {
        &[]
    }

    /// Moves the cluster on. Gives the time at which it wants to look again even if nothing changes.
    fn react(&mut self, store: &mut Store, now: Duration) -> Option<Duration>;
}

/// The controllers of every cluster, on machines of nobody's.
#[must_use]
pub fn standard() -> Vec<Box<dyn Controller>> {
    on(&(Arc::new(Standalone) as Arc<dyn Infrastructure>))
}

/// The controllers of every cluster, on an infrastructure.
#[must_use]
pub fn on(infrastructure: &Arc<dyn Infrastructure>) -> Vec<Box<dyn Controller>> {
    let under = || Arc::clone(infrastructure);
    let workloads: Vec<Box<dyn Controller>> = vec![
        Box::new(Deployments),
        Box::new(ReplicaSets),
        Box::new(StatefulSets),
        Box::new(DaemonSets),
        Box::new(Jobs),
        Box::new(CronJobs),
        Box::new(Nodes::new(under())),
        Box::new(Scheduler),
        Box::new(Kubelets),
        Box::new(Claims::new(under())),
        Box::new(Protection),
        Box::new(Endpoints),
        Box::new(Disruptions),
        Box::new(Autoscalers),
        Box::new(Balancers::new(under())),
    ];
    control_plane().into_iter().chain(workloads).collect()
}

/// The controllers without which nothing can be deleted or served.
#[must_use]
pub fn control_plane() -> Vec<Box<dyn Controller>> {
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
