//! Limits: a bucket of tokens for all calls that a service counts together.
//!
//! The buckets belong to the engine and not to a run: looking at reality before
//! a plan, recovery and the steps themselves take from the same ones. A call
//! that is repeated takes another token.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::refresh::retried;
use crate::facts::Type;
use crate::provider::{Call, Limit, ProviderError, Providers};
use crate::world::World;

/// The buckets, by name.
#[derive(Default)]
pub(crate) struct Limits(Mutex<HashMap<&'static str, Bucket>>);

struct Bucket {
    /// When the next call may go, if calls keep their distance.
    next: Duration,
}

impl Limits {
    /// How long the next call has to wait. The place is taken.
    pub(crate) fn reserve(&self, limit: Limit, world: &dyn World) -> Duration {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = world.now();
        let bucket = buckets.entry(limit.bucket).or_insert(Bucket {
            next: Duration::ZERO,
        });
        let distance = Duration::from_secs_f64(1.0 / limit.per_second.max(0.01));
        let slack = distance * limit.burst.max(1).saturating_sub(1);
        // A bucket that was idle holds `burst` calls. The clock may have begun
        // less than that ago, so the slack is added to both sides.
        bucket.next = bucket.next.max(now);
        let wait = bucket.next.saturating_sub(now + slack);
        bucket.next += distance;
        wait
    }
}

/// How calls are made outside of a run's steps: within the limits, and
/// repeated with patience.
#[derive(Clone, Copy)]
pub(crate) struct Patient<'a> {
    pub(crate) world: &'a dyn World,
    pub(crate) providers: &'a Providers,
    pub(crate) limits: &'a Limits,
}

impl Patient<'_> {
    /// Waits until a call may go.
    pub(crate) async fn turn(&self, ty: &Type, call: Call) {
        let limit = self.providers.limit(ty, call);
        let wait = limit.map(|limit| self.limits.reserve(limit, self.world));
        if let Some(wait) = wait.filter(|wait| !wait.is_zero()) {
            self.world.sleep(wait).await;
        }
    }

    /// A call that changes nothing, repeated as [`retried`] does.
    pub(crate) async fn look<'c, T>(
        self,
        ty: &'static Type,
        mut call: impl FnMut() -> BoxFuture<'c, Result<T, ProviderError>>,
    ) -> Result<T, ProviderError> {
        let in_turn = || {
            let call = call();
            let turn_and_call = async move {
                self.turn(ty, Call::Looks).await;
                call.await
            };
            turn_and_call.boxed()
        };
        retried(self.world, in_turn).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::SystemWorld;

    const LIMIT: Limit = Limit {
        bucket: "test",
        per_second: 2.0,
        burst: 3,
    };

    #[tokio::test(start_paused = true)]
    async fn a_burst_goes_at_once_and_the_rest_at_its_pace() {
        let (limits, world) = (Limits::default(), SystemWorld::new());
        let waits = || limits.reserve(LIMIT, &world).as_secs_f64();
        let first: Vec<f64> = (0..6).map(|_| waits()).collect();
        assert_eq!(first, [0.0, 0.0, 0.0, 0.5, 1.0, 1.5]);
        world.sleep(Duration::from_secs(2)).await;
        let second: Vec<f64> = (0..2).map(|_| waits()).collect();
        assert_eq!(second, [0.0, 0.5], "a token came back, and no more");
        world.sleep(Duration::from_secs(60)).await;
        let third: Vec<f64> = (0..4).map(|_| waits()).collect();
        assert_eq!(
            third,
            [0.0, 0.0, 0.0, 0.5],
            "it holds no more than its burst"
        );
    }
}
