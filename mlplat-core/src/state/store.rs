//! Where snapshot and journal are kept: the seam, and its errors.

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::edges::Edges;
use super::{FormatError, Journal, Record, State};

/// Who holds the lock, for the one who does not get it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// A person or job, as the caller names it.
    pub who: String,
    /// What is being done: `deploy`.
    pub what: String,
    /// Seconds since 1970.
    pub since: u64,
}

/// What a store holds: the state as of the last finished operation, and what
/// an unfinished one has recorded since.
#[derive(Debug, Clone, Default)]
pub struct Stored {
    /// The snapshot, or an empty state with the journal's lineage; `None` when
    /// nothing was ever written.
    pub state: Option<State>,
    /// Records on top of it that an interrupted run left.
    pub records: Vec<Record>,
    /// Bytes of a last write that was never acknowledged.
    pub torn: usize,
}

impl Stored {
    /// Puts snapshot and journal together.
    ///
    /// # Errors
    /// When the two do not belong together.
    pub fn assemble(state: Option<State>, journal: Journal) -> Result<Self, FormatError> {
        let torn = journal.torn;
        let Some(header) = journal.header else {
            return Ok(Self {
                state,
                torn,
                ..Self::default()
            });
        };
        let state = state.unwrap_or_else(|| State::new(header.lineage.clone()));
        if state.lineage != header.lineage {
            return Err(FormatError::Damaged(format!(
                "the journal belongs to lineage {} and the snapshot to {}: they are of two different states",
                header.lineage, state.lineage
            )));
        }
        if header.extends > state.serial {
            return Err(FormatError::Damaged(format!(
                "the journal extends snapshot {} and the snapshot is number {}: an older snapshot was put in its place",
                header.extends, state.serial
            )));
        }
        let records = if header.extends < state.serial {
            Vec::new()
        } else {
            journal.records
        };
        check_order(&state, &records)?;
        Ok(Self {
            state: Some(state),
            records,
            torn,
        })
    }

    /// The state with the interrupted run's records applied.
    #[must_use]
    pub fn replayed(self) -> Option<State> {
        let mut state = self.state?;
        for record in self.records {
            state.apply(record);
        }
        Some(state)
    }
}

/// A journal that makes objects hold each other is of no run of this engine.
fn check_order(state: &State, records: &[Record]) -> Result<(), FormatError> {
    if records.is_empty() {
        return Ok(());
    }
    let mut edges = Edges::of(state);
    records.iter().for_each(|record| edges.follow(record));
    match edges.cycle() {
        Some(round) => Err(FormatError::Damaged(round)),
        None => Ok(()),
    }
}

/// What can go wrong with a store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another run holds the lock.
    #[error("the state is locked by {} ({}, since {} s ago)", .0.who, .0.what, .1)]
    Locked(Holder, u64),
    /// The lock was lost: another run has written since.
    #[error("the state was taken over by another run; nothing more is started here")]
    Fenced,
    /// A write failed before: nothing may be trusted to be durable.
    #[error("an earlier write to the state failed; nothing more is started")]
    Poisoned,
    /// What is stored is damaged or too new.
    #[error("the {what} at {place}: {why}")]
    Format {
        /// `snapshot` or `journal`.
        what: &'static str,
        /// Where it lies.
        place: String,
        /// What is wrong.
        why: FormatError,
        /// What to do.
        fix: String,
    },
    /// The system refused.
    #[error("failed to {what} {place}: {why}")]
    Io {
        /// `write`, `read`, `lock` ...
        what: &'static str,
        /// Where.
        place: String,
        /// The system's words.
        why: std::io::Error,
    },
}

/// A place that keeps one state.
#[async_trait]
pub trait StateStore: Send + Sync {
    /// Where it is, for messages.
    fn place(&self) -> String;

    /// Reads without a lock: for plans and for looking.
    ///
    /// # Errors
    /// [`StoreError::Format`] and [`StoreError::Io`].
    async fn read(&self) -> Result<Stored, StoreError>;

    /// Takes the lock.
    ///
    /// # Errors
    /// [`StoreError::Locked`] with the other holder.
    async fn lock(&self, holder: &Holder) -> Result<Box<dyn Session>, StoreError>;
}

/// A store while its lock is held. Dropping it lets go of the lock.
#[async_trait]
pub trait Session: Send {
    /// Larger than that of every earlier holder.
    fn fence(&self) -> u64;

    /// Reads under the lock.
    ///
    /// # Errors
    /// As [`StateStore::read`].
    async fn load(&mut self) -> Result<Stored, StoreError>;

    /// Adds records to the journal. They are durable, all of them, when this
    /// returns. `state` is the one that the journal extends.
    ///
    /// # Errors
    /// [`StoreError::Fenced`], [`StoreError::Io`]; after an error that leaves
    /// durability open, [`StoreError::Poisoned`] ever after.
    async fn append(
        &mut self,
        lineage: &str,
        extends: u64,
        records: &[Record],
    ) -> Result<(), StoreError>;

    /// Writes the snapshot of a finished operation, whose serial is one above
    /// that of the last, and starts an empty journal.
    ///
    /// # Errors
    /// As [`Session::append`]. The previous snapshot and journal stay valid.
    async fn commit(&mut self, state: &State) -> Result<(), StoreError>;

    /// Lets go of the lock before the session is dropped, where that takes a
    /// call. It cannot fail: a lock that is not let go of runs out.
    async fn release(&mut self) {}

    /// How often [`Session::beat`] is to be called while nothing is written;
    /// `None` for a lock that does not run out.
    fn beats_every(&self) -> Option<Duration> {
        None
    }

    /// Says that the holder is still there. Nothing depends on its success.
    async fn beat(&mut self) {}

    /// Leaves outcomes where the next run finds them, when the store itself can
    /// no longer be written. Where they lie; `None` when there is no such
    /// place.
    fn bequeath(&mut self, _lineage: &str, _extends: u64, _records: Vec<Record>) -> Option<String> {
        None
    }

    /// The outcomes that an earlier run left for a state like this one.
    fn inherit(&self, _state: &State) -> Vec<Record> {
        Vec::new()
    }

    /// What was left is in the journal now, or is no longer of use.
    fn inherited(&mut self, _state: &State) {}
}
