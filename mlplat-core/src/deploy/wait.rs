//! Waiting, without holding a slot.
//!
//! The first look comes when the type's typical duration says the object
//! should be ready, with a few looks before it so that a creation that fails
//! early is noticed early. After that looks come at a fiftieth of the time
//! that has passed.

use std::time::Duration;

use futures::FutureExt as _;

use super::cancel::Phase;
use super::event::Event;
use super::identity::{Identity, Standing};
use super::run::Run;
use super::step::{At, Stop};
use crate::facts::{Recovery, Type};
use crate::provider::{ErrorKind, Find, Observed, ProviderError, Request, Status, Target};
use crate::state::{BirthId, Record};

/// How long an object that was just made may be invisible.
pub(crate) fn window(ty: &Type) -> Duration {
    match ty.recovery {
        Recovery::Tags { window_s } => Duration::from_secs(u64::from(window_s)),
        Recovery::UniqueName | Recovery::NaturalKey(_) => Duration::from_secs(60),
    }
}

impl Run<'_> {
    /// Waits until an object is ready. With `creating`, an object that ends in
    /// failure is recorded as broken.
    pub(crate) async fn until_ready(
        &self,
        at: At<'_>,
        target: &Target,
        creating: Option<BirthId>,
        begun: Duration,
        timeout: Option<Duration>,
    ) -> Result<Observed, Stop> {
        let learned = self
            .ledger
            .with(|state| state.durations.get(target.ty.name).copied());
        let typical = match creating {
            Some(_) => learned.unwrap_or(target.ty.create.typical_s),
            None => target.ty.update.typical_s,
        };
        let expected = Duration::from_secs(u64::from(typical));
        let limit = timeout.unwrap_or_else(|| (expected * 5).max(Duration::from_secs(20 * 60)));
        let provider = self.provider(at, target.ty)?;
        let mut shown = String::new();
        // The call may have been refused for a while before it was taken, and
        // reads can lag only behind a call that was.
        let looking = self.world.now();
        loop {
            let now = self.world.now();
            let waited = now.saturating_sub(begun);
            let status = match self.look(at, target.ty, || provider.read(target)).await {
                Ok(seen) if seen.status == Status::Ready => return Ok(seen),
                Ok(seen) => seen.status,
                Err(error)
                    if error.kind == ErrorKind::Gone
                        && now.saturating_sub(looking) <= window(target.ty) =>
                {
                    Status::Coming("not visible yet".to_owned())
                }
                Err(error) => return Err(self.gave_up(at, &error)),
            };
            match status {
                Status::Failed(why) | Status::Leaving(why) => {
                    return self.never(at, creating, why).await;
                }
                // It stays as it is: made, and not ready.
                Status::Stuck(why) => return self.never(at, None, why).await,
                Status::Coming(status) if status != shown => {
                    shown = status.clone();
                    self.tell(Event::Waiting {
                        path: at.planned.path.clone(),
                        status,
                    });
                }
                _ => {}
            }
            if waited >= limit {
                let message = format!(
                    "it is not ready after {} s and still {shown}; run again to go on waiting, or give it more with .timeout(..)",
                    waited.as_secs()
                );
                return Err(at.failed(&ProviderError::new(ErrorKind::NotYet, "Timeout", message)));
            }
            let pause = next_look(waited, expected).min(limit - waited);
            self.pause(pause).await?;
        }
    }

    async fn never<T>(
        &self,
        at: At<'_>,
        creating: Option<BirthId>,
        why: String,
    ) -> Result<T, Stop> {
        if let Some(birth) = creating {
            let broken = Record::Broken {
                birth,
                why: why.clone(),
            };
            self.ledger.commit(vec![broken]).await?;
        }
        Err(at.failed(&ProviderError::new(
            ErrorKind::Invalid,
            "EndedInFailure",
            why,
        )))
    }

    /// Deletes an object, with what is in it when data may go, and waits until
    /// a direct read says that it is gone. A namesake is left alone: where one
    /// stands, the object is gone.
    pub(crate) async fn delete_until_gone(
        &self,
        at: At<'_>,
        target: &Target,
        identity: &Identity,
        begun: Duration,
    ) -> Result<(), Stop> {
        if self.standing(at, target, identity).await? != Standing::Ours {
            return Ok(());
        }
        self.empty(at, target).await?;
        let provider = self.provider(at, target.ty)?;
        match self.call(at, target.ty, || provider.delete(target)).await {
            Ok(()) if target.ty.delete.states.is_empty() => return Ok(()),
            Err(error) if error.kind == ErrorKind::Gone => return Ok(()),
            // Whether an unanswered call had its effect shows in the reads.
            Ok(()) => {}
            Err(error) if error.kind == ErrorKind::Ambiguous => {}
            Err(error) => return Err(self.gave_up(at, &error)),
        }
        self.until_gone(at, target, identity, begun).await
    }

    async fn until_gone(
        &self,
        at: At<'_>,
        target: &Target,
        identity: &Identity,
        begun: Duration,
    ) -> Result<(), Stop> {
        let provider = self.provider(at, target.ty)?;
        let expected = Duration::from_secs(u64::from(target.ty.delete.typical_s));
        let limit = (expected * 10).max(Duration::from_secs(30 * 60));
        let mut again = Duration::ZERO;
        let mut last = String::new();
        loop {
            let waited = self.world.now().saturating_sub(begun);
            let status = match self.look(at, target.ty, || provider.read(target)).await {
                Err(error) if error.kind == ErrorKind::Gone => return Ok(()),
                Err(error) => return Err(self.gave_up(at, &error)),
                Ok(seen) if !identity.is(target.ty, &seen) => return Ok(()),
                Ok(seen) => seen.status,
            };
            match status {
                Status::Leaving(why) => last = format!(" ({why})"),
                // The call was lost, or reads lag behind it.
                _ if waited >= again + window(target.ty) => {
                    again = waited;
                    let repeated = self.call(at, target.ty, || provider.delete(target)).await;
                    if let Err(error) = repeated
                        && !matches!(error.kind, ErrorKind::Gone | ErrorKind::Ambiguous)
                    {
                        return Err(self.gave_up(at, &error));
                    }
                }
                _ => {}
            }
            if waited >= limit {
                let message = format!(
                    "{} {} is still there after {} s{last}; run again to go on",
                    target.ty.name,
                    target.id,
                    waited.as_secs()
                );
                return Err(at.failed(&ProviderError::new(
                    ErrorKind::Conflict,
                    "Timeout",
                    message,
                )));
            }
            self.pause(next_look(waited, expected)).await?;
        }
    }

    /// Looks for what a creation without an answer may have made, until the
    /// type's consistency window is over.
    pub(crate) async fn look_for(
        &self,
        at: At<'_>,
        request: &Request,
    ) -> Result<Option<Observed>, Stop> {
        let provider = self.provider(at, request.ty)?;
        let find = Find {
            ty: request.ty,
            inputs: request.inputs.clone(),
            token: request.token.clone(),
        };
        let born = Identity::born(&request.token);
        let begun = self.world.now();
        loop {
            let found = self.look(at, request.ty, || provider.find(&find)).await;
            match found {
                Ok(Some(seen)) if born.is(request.ty, &seen) => return Ok(Some(seen)),
                Ok(_) => {}
                Err(error) => return Err(self.gave_up(at, &error)),
            }
            if self.world.now().saturating_sub(begun) >= window(request.ty) {
                return Ok(None);
            }
            self.pause(Duration::from_secs(5)).await?;
        }
    }

    /// Sleeps, unless the run is asked to stop meanwhile.
    pub(super) async fn pause(&self, time: Duration) -> Result<(), Stop> {
        futures::select_biased! {
            () = self.cancel.reached(Phase::Stop).fuse() => Err(Stop::Halted),
            () = self.world.sleep(time).fuse() => Ok(()),
        }
    }
}

fn next_look(waited: Duration, expected: Duration) -> Duration {
    if waited < expected {
        let left = expected - waited;
        return left.min((expected / 4).max(Duration::from_secs(5)));
    }
    (waited / 50).clamp(Duration::from_secs(1), Duration::from_secs(15))
}
