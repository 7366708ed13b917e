//! The log of changes that watches read.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::kube::journal::ObjectKey;

/// How an object changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// It is new.
    Added,
    /// It is different.
    Modified,
    /// It is gone.
    Deleted,
}

/// One change of one object.
#[derive(Debug, Clone)]
pub struct Event {
    /// The resource version that the change was given.
    pub resource_version: u64,
    /// How it changed.
    pub kind: EventKind,
    /// Which object.
    pub key: ObjectKey,
    /// The object after the change; for a deletion its last state with the version of the deletion.
    pub object: Arc<Value>,
    /// The object before the change.
    pub previous: Option<Arc<Value>>,
    /// When, since the world began.
    pub at: Duration,
}

/// The changes since some resource version.
#[derive(Debug, Clone)]
pub(crate) struct EventLog {
    events: VecDeque<Event>,
    capacity: usize,
    /// Watches must start at this version or later.
    oldest: u64,
}

impl EventLog {
    pub(crate) fn new(capacity: usize, oldest: u64) -> Self {
        Self {
            events: VecDeque::new(),
            capacity,
            oldest,
        }
    }

    pub(crate) fn push(&mut self, event: Event) {
        self.events.push_back(event);
    }

    /// Takes back the last changes.
    pub(crate) fn pop(&mut self, count: usize) {
        self.events
            .truncate(self.events.len().saturating_sub(count));
    }

    /// Forgets what is beyond the capacity.
    pub(crate) fn trim(&mut self) {
        while self.events.len() > self.capacity {
            self.oldest = self
                .events
                .pop_front()
                .map_or(self.oldest, |event| event.resource_version);
        }
    }

    /// Forgets everything up to the newest change.
    pub(crate) fn compact(&mut self) {
        if let Some(last) = self.events.back() {
            self.oldest = last.resource_version;
            self.events.clear();
        }
    }

    pub(crate) fn oldest(&self) -> u64 {
        self.oldest
    }

    /// The changes after a version, oldest first.
    pub(crate) fn after(&self, version: u64) -> impl Iterator<Item = &Event> {
        let first = self
            .events
            .partition_point(|event| event.resource_version <= version);
        self.events.range(first..)
    }
}
