//! The entry: how many steps may be at their beginning at the same time.
//!
//! A step that has written its intent and waits for a slot is memory while the
//! run lasts, and one more question to the cloud if the run is killed. Of
//! 100,000 steps that could all start at once only some hundreds are therefore
//! let in, the longest remaining paths first; the others follow one by one as
//! those get the first answer to a call, or end. Whoever is in and waits
//! (for a resource, or for a slow service) stands in nobody's way.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::run::Run;
use super::step::At;

/// So many are let in at least.
const LEAST: usize = 256;

/// Who is in the entry.
pub(crate) struct Entry {
    limit: usize,
    inner: Mutex<Inner>,
}

struct Inner {
    inside: Vec<bool>,
    count: usize,
}

impl Entry {
    /// An entry for this many steps and calls at the same time.
    pub(crate) fn new(steps: usize, parallelism: usize) -> Self {
        Self {
            limit: LEAST.max(parallelism.saturating_mul(4)),
            inner: Mutex::new(Inner {
                inside: vec![false; steps],
                count: 0,
            }),
        }
    }

    /// For how many more there is room.
    pub(crate) fn room(&self) -> usize {
        self.limit.saturating_sub(self.inner().count)
    }

    pub(crate) fn enter(&self, step: usize) {
        self.set(step, true);
    }

    /// Whether the step was in.
    pub(crate) fn leave(&self, step: usize) -> bool {
        self.set(step, false)
    }

    fn set(&self, step: usize, inside: bool) -> bool {
        let mut inner = self.inner();
        let Some(before) = inner.inside.get_mut(step) else {
            return false;
        };
        let before = std::mem::replace(before, inside);
        match (before, inside) {
            (false, true) => inner.count += 1,
            (true, false) => inner.count -= 1,
            _ => {}
        }
        before
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Run<'_> {
    /// A step has had an answer, or waits for something that is not a slot.
    pub(super) fn entered(&self, at: At<'_>) {
        if self.entry.leave(at.step) {
            self.ledger.nudge();
        }
    }
}

/// The steps that are ready.
#[derive(Default)]
pub(super) struct Ready {
    /// Few enough to be let in at once.
    few: Vec<usize>,
    /// The others, by urgency.
    crowd: BinaryHeap<(u64, Reverse<usize>)>,
}

impl Ready {
    pub(super) fn push(&mut self, step: usize) {
        self.few.push(step);
    }

    /// The next step that is let in, when there is room for `room`.
    pub(super) fn next(&mut self, room: usize, urgency: &[u64]) -> Option<usize> {
        if !self.crowd.is_empty() || self.few.len() > room {
            let urgent = |step: usize| urgency.get(step).copied().unwrap_or(0);
            let few = self.few.drain(..);
            self.crowd
                .extend(few.map(|step| (urgent(step), Reverse(step))));
        }
        if room == 0 {
            return None;
        }
        let first = self.few.pop();
        first.or_else(|| self.crowd.pop().map(|(_, Reverse(step))| step))
    }
}

impl Extend<usize> for Ready {
    fn extend<T: IntoIterator<Item = usize>>(&mut self, steps: T) {
        self.few.extend(steps);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_crowd_the_most_urgent_are_let_in_first() {
        let mut ready = Ready::default();
        ready.extend([0, 1, 2, 3]);
        let urgency = [1, 9, 5, 9];
        let mut order = Vec::new();
        while let Some(step) = ready.next(2, &urgency) {
            order.push(step);
        }
        assert_eq!(order, [1, 3, 2, 0]);
        ready.push(7);
        assert_eq!(ready.next(0, &urgency), None);
        assert_eq!(ready.next(1, &urgency), Some(7));
    }

    #[test]
    fn a_step_takes_and_gives_its_place_once() {
        let entry = Entry::new(2, 1);
        assert_eq!(entry.room(), LEAST);
        entry.enter(0);
        entry.enter(0);
        entry.enter(1);
        assert_eq!(entry.room(), LEAST - 2);
        assert!(entry.leave(0));
        assert!(!entry.leave(0));
        assert_eq!(entry.room(), LEAST - 1);
    }
}
