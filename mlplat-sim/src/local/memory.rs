//! A world that is kept in memory while processes come and go.
//!
//! What [`AccountMemory`] is for the account, [`ClusterMemory`] is for one
//! cluster: its objects and counters as of the last effect, and what callers
//! have written with the owner of what they touched. A write of the cluster's
//! own controllers is nobody's call.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::cloud::{AccountMemory, Write};
use crate::kube::{Effect, ObjectKey};

/// The label that says whose object it is.
const LINEAGE: &str = "/metadata/labels/mlplat.dev~1lineage";

/// An account and its clusters in memory. Clones are the same ones.
#[derive(Debug, Clone, Default)]
pub struct WorldMemory {
    /// The account.
    pub account: AccountMemory,
    /// Its clusters.
    pub clusters: ClustersMemory,
}

impl WorldMemory {
    /// Another world in which everything is the same.
    #[must_use]
    pub fn copy(&self) -> Self {
        Self {
            account: self.account.copy(),
            clusters: self.clusters.copy(),
        }
    }

    /// What callers have written into account and clusters.
    #[must_use]
    pub fn writes(&self) -> Vec<Write> {
        let mut writes = self.account.writes();
        for cluster in self.clusters.lock().values() {
            writes.extend(cluster.lock().writes.iter().cloned());
        }
        writes
    }

    /// Forgets what callers have written so far.
    pub fn forget_writes(&self) {
        self.account.forget_writes();
        for cluster in self.clusters.lock().values() {
            cluster.lock().writes.clear();
        }
    }
}

/// Clusters in memory, by endpoint. Clones are the same ones.
#[derive(Debug, Clone, Default)]
pub struct ClustersMemory(Arc<Mutex<BTreeMap<String, ClusterMemory>>>);

impl ClustersMemory {
    /// The cluster at an endpoint; an empty one at first.
    #[must_use]
    pub fn cluster(&self, endpoint: &str) -> ClusterMemory {
        self.lock().entry(endpoint.to_owned()).or_default().clone()
    }

    fn copy(&self) -> Self {
        let each = self.lock();
        let each = each.iter();
        let copies = each.map(|(endpoint, memory)| (endpoint.clone(), memory.copy()));
        Self(Arc::new(Mutex::new(copies.collect())))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, ClusterMemory>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One cluster in memory. Clones are the same one.
#[derive(Debug, Clone, Default)]
pub struct ClusterMemory(Arc<Mutex<Memory>>);

#[derive(Debug, Clone, Default)]
struct Memory {
    objects: Arc<BTreeMap<ObjectKey, Arc<Value>>>,
    counters: Option<(u64, u64)>,
    /// What a caller has asked for, while it is carried out.
    called: Option<&'static str>,
    writes: Vec<Write>,
}

impl ClusterMemory {
    /// Effects that make the cluster what it is; `None` before the first.
    pub(super) fn effects(&self) -> Option<Vec<Effect>> {
        let memory = self.lock();
        let (resource_version, uids) = memory.counters?;
        let puts = memory.objects.iter().map(|(key, object)| Effect::Put {
            key: key.clone(),
            object: Arc::clone(object),
        });
        let counters = Effect::Counters {
            resource_version,
            uids,
        };
        Some(puts.chain([counters]).collect())
    }

    pub(super) fn keep(&self, effects: &[Effect]) {
        let mut memory = self.lock();
        let memory = &mut *memory;
        let objects = Arc::make_mut(&mut memory.objects);
        for effect in effects {
            let (key, object) = match effect {
                Effect::Put { key, object } => (key, Some(object)),
                Effect::Delete { key } => (key, None),
                Effect::Counters {
                    resource_version,
                    uids,
                } => {
                    memory.counters = Some((*resource_version, *uids));
                    continue;
                }
            };
            let before = match object {
                Some(object) => objects.insert(key.clone(), Arc::clone(object)),
                None => objects.remove(key),
            };
            if let (Some(verb), Some(touched)) = (memory.called, before.as_ref().or(object)) {
                memory.writes.push(write(verb, key, touched));
            }
        }
    }

    /// Says what a caller has asked for; nothing when it is carried out.
    pub(super) fn called(&self, verb: Option<&'static str>) {
        self.lock().called = verb;
    }

    fn copy(&self) -> Self {
        let copy = Memory {
            called: None,
            ..self.lock().clone()
        };
        Self(Arc::new(Mutex::new(copy)))
    }

    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn write(verb: &'static str, key: &ObjectKey, touched: &Value) -> Write {
    let owner = touched.pointer(LINEAGE).and_then(Value::as_str);
    Write {
        verb,
        ty: key.resource.clone(),
        id: format!("{}/{}", key.namespace, key.name),
        owner: owner.unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn put(name: &str, labels: Value) -> Effect {
        Effect::Put {
            key: ObjectKey::new("", "configmaps", "default", name),
            object: Arc::new(json!({"metadata": {"name": name, "labels": labels}})),
        }
    }

    /// Whose the object was before the write is what counts, not what the
    /// write makes of it.
    #[test]
    fn a_callers_write_is_on_record_with_its_owner() {
        let memory = ClusterMemory::default();
        let ours = json!({"mlplat.dev/lineage": "abc"});
        memory.keep(&[put("theirs", json!({}))]);
        memory.called(Some("update"));
        memory.keep(&[put("theirs", ours.clone()), put("new", ours)]);
        memory.called(None);
        memory.keep(&[put("theirs", json!({}))]);
        let writes = memory.lock().writes.clone();
        let seen: Vec<_> = writes
            .iter()
            .map(|write| (write.id.as_str(), write.owner.as_str()))
            .collect();
        assert_eq!(seen, [("default/theirs", ""), ("default/new", "abc")]);
    }

    #[test]
    fn a_copy_goes_its_own_way() {
        let world = WorldMemory::default();
        world.clusters.cluster("one").keep(&[put("a", json!({}))]);
        let other = world.copy();
        other.clusters.cluster("one").keep(&[put("b", json!({}))]);
        let count = |world: &WorldMemory| world.clusters.cluster("one").lock().objects.len();
        assert_eq!((count(&world), count(&other)), (1, 2));
    }
}
