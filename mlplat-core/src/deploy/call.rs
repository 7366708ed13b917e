//! One API call: a slot, the rate limit, and the retry table around it.

use std::time::Duration;

use futures::future::BoxFuture;

use super::event::Event;
use super::panics::marked;
use super::retry::Tries;
use super::run::{Run, seconds};
use super::step::{At, Stop};
use crate::facts::Type;
use crate::provider::{Call, Limit, Provider, ProviderError};

impl Run<'_> {
    /// One API call that changes something. An ambiguous answer is given back:
    /// only the caller knows what to look for.
    pub(crate) async fn call<'c, T>(
        &self,
        at: At<'_>,
        ty: &'static Type,
        call: impl FnMut() -> BoxFuture<'c, Result<T, ProviderError>>,
    ) -> Result<T, ProviderError> {
        self.limited(at, self.providers.limit(ty, Call::Changes), call)
            .await
    }

    /// One API call that changes nothing.
    pub(crate) async fn look<'c, T>(
        &self,
        at: At<'_>,
        ty: &'static Type,
        call: impl FnMut() -> BoxFuture<'c, Result<T, ProviderError>>,
    ) -> Result<T, ProviderError> {
        self.limited(at, self.providers.limit(ty, Call::Looks), call)
            .await
    }

    /// A slot, the limit, and the retry table around a call.
    async fn limited<'c, T>(
        &self,
        at: At<'_>,
        limit: Option<Limit>,
        mut call: impl FnMut() -> BoxFuture<'c, Result<T, ProviderError>>,
    ) -> Result<T, ProviderError> {
        let mut tries = Tries::default();
        loop {
            let result = {
                let mut slot = self.slots.acquire(at.priority).await;
                if let Some(limit) = limit {
                    let wait = self.limits.reserve(limit, self.world);
                    if !wait.is_zero() {
                        // A slow service must not hold what others could use.
                        drop(slot);
                        self.entered(at);
                        self.world.sleep(wait).await;
                        slot = self.slots.acquire(at.priority).await;
                    }
                }
                let _slot = slot;
                self.world.fault_point("call: before");
                let result = marked(&mut call).await;
                self.world.fault_point("call: answered");
                self.entered(at);
                result
            };
            let error = match result {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            let again = tries.again(&error, self.world.now());
            let Some(wait) = again.filter(|_| !self.cancel.is_cancelled()) else {
                return Err(error);
            };
            let wait = self.jitter(wait);
            if tries.count() > 1 {
                self.tell(Event::Retrying {
                    path: at.planned.path.clone(),
                    why: error.to_string(),
                    in_s: seconds(wait),
                    tries: tries.count(),
                });
            }
            self.world.sleep(wait).await;
        }
    }

    /// Up to a quarter more, so that many do not come back at once.
    pub(super) fn jitter(&self, wait: Duration) -> Duration {
        let mut byte = [0];
        self.world.random(&mut byte);
        wait + wait.mul_f64(f64::from(byte[0]) / 1024.0)
    }

    pub(crate) fn provider(&self, at: At<'_>, ty: &Type) -> Result<&dyn Provider, Stop> {
        self.providers
            .of(ty.name)
            .map_err(|error| at.failed(&error))
    }
}
