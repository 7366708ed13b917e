//! Slots for API calls: the longest remaining path goes first.

use std::collections::BinaryHeap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// A counted set of slots, handed out by priority.
pub(crate) struct Slots(Mutex<Inner>);

struct Inner {
    free: usize,
    queue: BinaryHeap<Waiter>,
    arrivals: u64,
}

struct Waiter {
    priority: u64,
    arrival: u64,
    wake: oneshot::Sender<()>,
}

impl Ord for Waiter {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let key = |waiter: &Self| (waiter.priority, std::cmp::Reverse(waiter.arrival));
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Waiter {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Waiter {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Waiter {}

/// A held slot; dropping it hands it on.
pub(crate) struct Slot<'a>(&'a Slots);

impl Slots {
    pub(crate) fn new(count: usize) -> Self {
        Self(Mutex::new(Inner {
            free: count.max(1),
            queue: BinaryHeap::new(),
            arrivals: 0,
        }))
    }

    /// Waits for a slot; a larger priority is served first.
    pub(crate) async fn acquire(&self, priority: u64) -> Slot<'_> {
        let turn = {
            let mut inner = self.inner();
            if inner.free > 0 {
                inner.free -= 1;
                None
            } else {
                let (wake, turn) = oneshot::channel();
                let arrival = inner.arrivals;
                inner.arrivals += 1;
                inner.queue.push(Waiter {
                    priority,
                    arrival,
                    wake,
                });
                Some(turn)
            }
        };
        if let Some(turn) = turn {
            // The queue outlives everyone who waits in it.
            let _ = turn.await;
        }
        Slot(self)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        let mut inner = self.0.inner();
        // Whoever has stopped waiting is passed over.
        while let Some(next) = inner.queue.pop() {
            if next.wake.send(()).is_ok() {
                return;
            }
        }
        inner.free += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::future::join_all;

    #[tokio::test]
    async fn the_highest_priority_is_served_first() {
        let slots = Slots::new(1);
        let held = slots.acquire(0).await;
        let served = Mutex::new(Vec::new());
        let wait = |priority| {
            let (slots, served) = (&slots, &served);
            async move {
                let _slot = slots.acquire(priority).await;
                served.lock().unwrap().push(priority);
            }
        };
        let release = async move { drop(held) };
        let waiting = join_all([1, 3, 2].map(wait));
        futures::join!(waiting, release);
        assert_eq!(*served.lock().unwrap(), [3, 2, 1]);
    }
}
