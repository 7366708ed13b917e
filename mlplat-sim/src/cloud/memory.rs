//! What an account has come to, and an account that is kept in memory.
//!
//! A log on a disk is read from its beginning whenever a process opens the
//! account. A harness opens it many thousand times, so there the account lives
//! in an [`AccountMemory`] instead: what processes have done to it stays when
//! they are gone, exactly as with the log, and a copy costs a reference for
//! each object. Beside it stands the [`Write`]s that callers have made, with
//! the owner of what they touched: what CloudTrail is for a real account.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::held::HeldKey;
use super::log::Effect;
use super::object::{LastCopy, Linger, SimObject};

/// Everything that an account is.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    pub(super) objects: BTreeMap<u64, Arc<SimObject>>,
    pub(super) lingers: Vec<Linger>,
    pub(super) copies: Vec<LastCopy>,
    pub(super) held: Vec<HeldKey>,
    /// The number of the next object.
    pub(super) next: u64,
}

impl Default for Standing {
    fn default() -> Self {
        Self {
            objects: BTreeMap::new(),
            lingers: Vec::new(),
            copies: Vec::new(),
            held: Vec::new(),
            next: 1,
        }
    }
}

impl Standing {
    pub(super) fn apply(&mut self, effect: Effect) {
        match effect {
            Effect::Put(object) => {
                self.next = self.next.max(object.key + 1);
                self.objects.insert(object.key, object);
            }
            Effect::Gone(key) => {
                self.objects.remove(&key);
                self.lingers.retain(|linger| linger.holds != key);
            }
            Effect::Linger(linger) => self.lingers.push(linger),
            Effect::Copied(copy) => self.copies.push(copy),
            Effect::Held(held) => self.held.push(held),
        }
    }
}

/// One object that a call has made, changed or taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// What was done: `create`, `update`, `empty`, `delete`.
    pub verb: &'static str,
    /// The type of the object, or the resource of a cluster.
    pub ty: String,
    /// Its id.
    pub id: String,
    /// The state whose object it was before, or is since it was made; empty
    /// for nobody's.
    pub owner: String,
}

/// An account that stays when the process is gone. Clones are the same one.
#[derive(Debug, Clone, Default)]
pub struct AccountMemory(Arc<Mutex<Memory>>);

#[derive(Debug, Clone, Default)]
pub(super) struct Memory {
    /// The time of the last effect.
    pub(super) t: f64,
    pub(super) standing: Standing,
    pub(super) writes: Vec<Write>,
}

impl AccountMemory {
    /// Another account in which everything is the same.
    #[must_use]
    pub fn copy(&self) -> Self {
        Self(Arc::new(Mutex::new(self.lock().clone())))
    }

    /// What callers have written, oldest first.
    #[must_use]
    pub fn writes(&self) -> Vec<Write> {
        self.lock().writes.clone()
    }

    /// Forgets what callers have written so far.
    pub fn forget_writes(&self) {
        self.lock().writes.clear();
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
