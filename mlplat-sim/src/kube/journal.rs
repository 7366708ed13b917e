//! The seam through which a cluster outlives its process.
//!
//! A request changes the store, then its effects are handed to the [`Journal`], and only then is it answered. A kill
//! before the journal has them is a request that never happened; a kill after is a lost reply. Replaying all effects
//! in order gives the same store.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Where an object is kept: independent of the version through which it is read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ObjectKey {
    /// API group; empty for the core group.
    pub group: String,
    /// Plural name of the resource.
    pub resource: String,
    /// Namespace; empty for cluster-wide objects.
    pub namespace: String,
    /// Name.
    pub name: String,
}

impl ObjectKey {
    /// The key of an object.
    #[must_use]
    pub fn new(group: &str, resource: &str, namespace: &str, name: &str) -> Self {
        let own = str::to_owned;
        Self {
            group: own(group),
            resource: own(resource),
            namespace: own(namespace),
            name: own(name),
        }
    }

    /// The key of a namespace itself.
    #[must_use]
    pub fn namespace(name: &str) -> Self {
        Self::new("", "namespaces", "", name)
    }

    /// Whether this is an object of that group and resource.
    #[must_use]
    pub fn is(&self, group: &str, resource: &str) -> bool {
        self.group == group && self.resource == resource
    }
}

/// One durable change of a cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// The object is now this.
    Put {
        /// Where.
        key: ObjectKey,
        /// The whole object.
        object: Arc<Value>,
    },
    /// The object is gone.
    Delete {
        /// Where.
        key: ObjectKey,
    },
    /// The counters from which resource versions and unique ids are made.
    Counters {
        /// The last resource version given out.
        resource_version: u64,
        /// How many unique ids and generated names were given out.
        uids: u64,
    },
}

/// A journal that could not keep the effects: the request is then undone and fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalError(pub String);

/// Keeps effects. Called once per changing request or controller action, before its result can be seen.
pub trait Journal: Send {
    /// Makes the effects durable, all or none.
    ///
    /// # Errors
    /// When they are not durable; the change is then undone.
    fn record(&mut self, effects: &[Effect]) -> Result<(), JournalError>;
}

/// A journal for worlds that need not outlive their process.
#[derive(Debug, Clone, Copy, Default)]
pub struct Forget;

impl Journal for Forget {
    fn record(&mut self, _: &[Effect]) -> Result<(), JournalError> {
        Ok(())
    }
}
