//! O7: what belongs to others is as it was.
//!
//! Two looks at the same promise. What callers have written is on record with
//! its owner, so a write to somebody else's object is seen even when it is
//! taken back; and at the end each such object is equal to what it was.

use super::{Broken, Oracle};
use crate::local::{FOREIGN, Thing};

/// The type of a cluster.
const CLUSTER: &str = "eks.Cluster";

/// The objects of others, as they were, and the clusters that some lie in.
#[derive(Debug, Clone, Default)]
pub(in crate::harness) struct Others {
    things: Vec<Thing>,
    clusters: Vec<Thing>,
}

impl Others {
    /// Those among some things.
    pub(in crate::harness) fn among(things: Vec<Thing>) -> Self {
        let clusters = things.iter().filter(|thing| thing.ty == CLUSTER);
        Self {
            clusters: clusters.cloned().collect(),
            things: things.into_iter().filter(Thing::is_foreign).collect(),
        }
    }

    /// How many.
    pub(in crate::harness) fn count(&self) -> usize {
        self.things.len()
    }

    /// Whether all of them are as they were. What lay in a cluster is gone with
    /// it, though another one may have its name.
    pub(super) fn check(&self, now: &[Thing]) -> Result<(), Broken> {
        let there = |cluster: &Thing| {
            let same = |one: &&Thing| one.ty == CLUSTER && one.id == cluster.id;
            let found = now.iter().find(same);
            found.is_some_and(|one| endpoint(one) == endpoint(cluster))
        };
        let kept = |thing: &&Thing| match thing.cluster() {
            Some(name) => {
                let mut clusters = self.clusters.iter();
                clusters.any(|one| one.id == name && there(one))
            }
            None => true,
        };
        let mut kept = self.things.iter().filter(kept);
        match kept.find(|thing| !now.contains(thing)) {
            None => Ok(()),
            Some(thing) => {
                let what = format!("{} {} of {FOREIGN} was touched", thing.ty, thing.id);
                Err((Oracle::O7, what))
            }
        }
    }
}

fn endpoint(cluster: &Thing) -> Option<&serde_json::Value> {
    cluster.body.pointer("/outputs/Endpoint")
}
