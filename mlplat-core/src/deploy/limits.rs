//! Rate limits: one token bucket for each service.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::provider::Rate;
use crate::world::World;

/// The buckets of a run, by service.
#[derive(Default)]
pub(crate) struct Limits(Mutex<HashMap<&'static str, Bucket>>);

struct Bucket {
    /// When the next call may go, if calls keep their distance.
    next: Duration,
}

impl Limits {
    /// How long the next call to a service has to wait. The place is taken.
    pub(crate) fn reserve(&self, service: &'static str, rate: Rate, world: &dyn World) -> Duration {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = world.now();
        let bucket = buckets.entry(service).or_insert(Bucket { next: now });
        let distance = Duration::from_secs_f64(1.0 / rate.per_second.max(0.01));
        let slack = distance * rate.burst.max(1).saturating_sub(1);
        // A bucket that was idle holds `burst` calls.
        bucket.next = bucket.next.max(now.saturating_sub(slack));
        let wait = bucket.next.saturating_sub(now);
        bucket.next += distance;
        wait
    }
}
