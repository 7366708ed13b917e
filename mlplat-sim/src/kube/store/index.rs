//! What controllers look up instead of reading through every object: who belongs to whom, and who is on its way out.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::Value;

use crate::kube::journal::ObjectKey;
use crate::kube::meta;

/// Follows from the objects alone; never journalled, never compared.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    /// The ids of the objects that are there.
    live: HashSet<String>,
    /// The objects that name an owner, by the owner's id.
    dependents: BTreeMap<String, BTreeSet<ObjectKey>>,
    /// The objects that are marked for deletion.
    leaving: BTreeSet<ObjectKey>,
    /// How many objects there are, by plural name of the resource.
    counts: HashMap<String, usize>,
}

impl Index {
    /// Notes that an object is now another one.
    pub(super) fn replace(&mut self, key: &ObjectKey, old: Option<&Value>, new: Option<&Value>) {
        match (old, new) {
            (None, Some(_)) => *self.counts.entry(key.resource.clone()).or_default() += 1,
            (Some(_), None) => {
                let count = self.counts.entry(key.resource.clone()).or_default();
                *count = count.saturating_sub(1);
            }
            _ => {}
        }
        let id = |object: Option<&Value>| object.map(meta::uid).unwrap_or_default().to_owned();
        let (was, is) = (id(old), id(new));
        if was != is {
            self.live.remove(&was);
            self.live.insert(is);
        }
        if old.map(references) != new.map(references) {
            for owner in owners(old) {
                self.leave(owner, key);
            }
            for owner in owners(new) {
                let kept = self.dependents.entry(owner.to_owned()).or_default();
                kept.insert(key.clone());
            }
        }
        let leaves = |object: Option<&Value>| object.is_some_and(meta::deleting);
        match (leaves(old), leaves(new)) {
            (false, true) => {
                self.leaving.insert(key.clone());
            }
            (true, false) => {
                self.leaving.remove(key);
            }
            _ => {}
        }
    }

    fn leave(&mut self, owner: &str, key: &ObjectKey) {
        if let Some(kept) = self.dependents.get_mut(owner) {
            kept.remove(key);
            if kept.is_empty() {
                self.dependents.remove(owner);
            }
        }
    }

    pub(super) fn has_any(&self, plural: &str) -> bool {
        self.counts.get(plural).is_some_and(|count| *count > 0)
    }

    pub(super) fn is_live(&self, uid: &str) -> bool {
        self.live.contains(uid)
    }

    pub(super) fn dependents(&self, owner: &str) -> impl Iterator<Item = &ObjectKey> {
        self.dependents.get(owner).into_iter().flatten()
    }

    pub(super) fn owners(&self) -> impl Iterator<Item = (&str, &BTreeSet<ObjectKey>)> {
        let all = self.dependents.iter();
        all.map(|(owner, kept)| (owner.as_str(), kept))
    }

    pub(super) fn leaving(&self) -> impl Iterator<Item = &ObjectKey> {
        self.leaving.iter()
    }
}

fn references(object: &Value) -> &Value {
    &object["metadata"]["ownerReferences"]
}

fn owners(object: Option<&Value>) -> impl Iterator<Item = &str> {
    let list = object.and_then(|object| references(object).as_array());
    let list = list.into_iter().flatten();
    list.filter_map(|owner| owner["uid"].as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn owned(uid: &str, owners: &[&str]) -> Value {
        let owners: Vec<Value> = owners.iter().map(|owner| json!({"uid": owner})).collect();
        json!({"metadata": {"uid": uid, "ownerReferences": owners}})
    }

    #[test]
    fn follows_every_change_of_an_object() {
        let key = ObjectKey::new("", "pods", "default", "a");
        let mut index = Index::default();
        let first = owned("1", &["x", "y"]);
        index.replace(&key, None, Some(&first));
        assert!(index.is_live("1") && index.has_any("pods"));
        assert_eq!(index.dependents("x").collect::<Vec<_>>(), [&key]);
        let mut second = owned("1", &["y"]);
        second["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
        index.replace(&key, Some(&first), Some(&second));
        assert_eq!(index.dependents("x").count(), 0);
        assert_eq!(index.dependents("y").count(), 1);
        assert_eq!(index.leaving().collect::<Vec<_>>(), [&key]);
        index.replace(&key, Some(&second), None);
        assert!(!index.is_live("1") && !index.has_any("pods"));
        assert_eq!(index.owners().count(), 0);
        assert_eq!(index.leaving().count(), 0);
    }
}
