//! The ledger: the state of a run, and its records on their way to disk.
//!
//! Steps put records in and wait; the run's loop takes what has gathered and
//! makes it durable as one batch: one write, one sync. While a batch is being
//! written the next one gathers, so a thousand steps cost as many syncs as
//! there are rounds, not as there are steps. The order in the file is the
//! order in which records became durable.
//!
//! An intent is waited for: its call must not be made before. An outcome is
//! not: whoever comes after it writes an intent of its own, which stands behind
//! it in the file, so the two become durable together and a chain costs one
//! sync for each of its steps. That the step is done is told when it is on
//! disk.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, oneshot};

use super::event::Event;
use crate::state::{Record, State};

/// The run has to end: its records can no longer be made durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Halted;

/// State and unwritten records, shared by all steps.
pub(crate) struct Ledger {
    inner: Mutex<Inner>,
    gathered: Notify,
}

struct Inner {
    state: State,
    waiting: Vec<Record>,
    acks: Vec<Ack>,
    halted: bool,
    /// What could not be written, in order.
    lost: Vec<Record>,
}

/// What happens when records are durable.
enum Ack {
    /// The step that waits goes on.
    Wake(oneshot::Sender<()>),
    /// It is told.
    Tell(Event),
}

/// Records that become durable together, and what happens then.
pub(crate) struct Batch {
    pub(crate) records: Vec<Record>,
    acks: Vec<Ack>,
}

impl Batch {
    /// The records are durable.
    pub(crate) fn acknowledge(self, tell: impl Fn(Event)) {
        for ack in self.acks {
            match ack {
                Ack::Wake(step) => {
                    // A step that was dropped no longer waits.
                    let _ = step.send(());
                }
                Ack::Tell(event) => tell(event),
            }
        }
    }
}

impl Ledger {
    pub(crate) fn new(state: State) -> Self {
        Self {
            inner: Mutex::new(Inner {
                state,
                waiting: Vec::new(),
                acks: Vec::new(),
                halted: false,
                lost: Vec::new(),
            }),
            gathered: Notify::new(),
        }
    }

    /// Applies records and waits until they are durable.
    pub(crate) async fn commit(&self, records: Vec<Record>) -> Result<(), Halted> {
        let (ack, durable) = oneshot::channel();
        self.add(records, Ack::Wake(ack))?;
        durable.await.map_err(|_| Halted)
    }

    /// Applies an outcome, which is told when it is durable. Nobody waits:
    /// whatever comes after it becomes durable after it.
    pub(crate) fn record(&self, outcome: Record, told: Event) -> Result<(), Halted> {
        self.add(vec![outcome], Ack::Tell(told))
    }

    fn add(&self, records: Vec<Record>, ack: Ack) -> Result<(), Halted> {
        let mut inner = self.inner();
        if inner.halted {
            inner.lost.extend(records);
            return Err(Halted);
        }
        for record in records {
            inner.state.apply(record.clone());
            inner.waiting.push(record);
        }
        inner.acks.push(ack);
        drop(inner);
        self.nudge();
        Ok(())
    }

    /// Has the run's loop look again.
    pub(crate) fn nudge(&self) {
        self.gathered.notify_one();
    }

    /// Waits until something has gathered, or somebody wants to be looked at.
    pub(crate) async fn gathered(&self) {
        self.gathered.notified().await;
    }

    /// What has gathered since the last batch.
    pub(crate) fn take(&self) -> Option<Batch> {
        let mut inner = self.inner();
        if inner.acks.is_empty() || inner.halted {
            return None;
        }
        Some(Batch {
            records: std::mem::take(&mut inner.waiting),
            acks: std::mem::take(&mut inner.acks),
        })
    }

    /// Nothing can be made durable any more, from these records on: everyone
    /// who waits, now or later, is told.
    pub(crate) fn halt(&self, failed: Vec<Record>) {
        let mut inner = self.inner();
        inner.halted = true;
        inner.acks.clear();
        let waiting = std::mem::take(&mut inner.waiting);
        inner.lost.extend(failed.into_iter().chain(waiting));
    }

    /// What could not be written.
    pub(crate) fn lost(&self) -> Vec<Record> {
        std::mem::take(&mut self.inner().lost)
    }

    /// Looks at the state.
    pub(crate) fn with<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.inner().state)
    }

    pub(crate) fn into_state(self) -> State {
        let inner = self.inner.into_inner();
        inner.unwrap_or_else(PoisonError::into_inner).state
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
