//! The retry table: what the engine does about each kind of error.

use std::time::Duration;

use crate::provider::{ErrorKind, ProviderError};

/// What to do about a failed call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Wait about this long and repeat, as long as the whole has not taken
    /// longer than the deadline.
    Again {
        /// Time to wait, before jitter.
        after: Duration,
        /// When to give up, counted from the first try.
        deadline: Duration,
    },
    /// Find out what happened before doing anything.
    LookFirst,
    /// The object is not there.
    Absent,
    /// Give up.
    Stop,
}

/// The table. Total: every kind has a row. `tries` counts the failures so far,
/// from 1.
#[must_use]
pub const fn verdict(kind: ErrorKind, tries: u32) -> Verdict {
    let seconds = Duration::from_secs;
    match kind {
        ErrorKind::Throttled => Verdict::Again {
            after: backoff(tries, 30),
            deadline: seconds(30 * 60),
        },
        ErrorKind::Transient => Verdict::Again {
            after: backoff(tries, 20),
            deadline: seconds(10 * 60),
        },
        ErrorKind::NotYet => Verdict::Again {
            after: backoff(tries, 10),
            deadline: seconds(5 * 60),
        },
        ErrorKind::Conflict => Verdict::Again {
            after: backoff(tries, 15),
            deadline: seconds(25 * 60),
        },
        // Once: the provider renews its credentials on the next call.
        ErrorKind::Expired if tries <= 1 => Verdict::Again {
            after: Duration::ZERO,
            deadline: seconds(60),
        },
        ErrorKind::Ambiguous => Verdict::LookFirst,
        ErrorKind::Gone => Verdict::Absent,
        ErrorKind::Expired | ErrorKind::Denied | ErrorKind::Invalid | ErrorKind::Bug => {
            Verdict::Stop
        }
    }
}

/// 1, 2, 4 ... seconds, up to a limit.
const fn backoff(tries: u32, limit_s: u64) -> Duration {
    let doublings = if tries > 6 {
        6
    } else {
        tries.saturating_sub(1)
    };
    let seconds = 1u64 << doublings;
    Duration::from_secs(if seconds > limit_s { limit_s } else { seconds })
}

/// The failures of one call. Each kind has tries and a deadline of its own: a
/// call that was refused as one too many first renews its credentials all the
/// same, and a role that takes its time does so however long the service was
/// out of reach before.
#[derive(Debug, Default)]
pub(crate) struct Tries(Vec<Kind>);

#[derive(Debug)]
struct Kind {
    kind: ErrorKind,
    tries: u32,
    /// When the call failed so for the first time.
    since: Duration,
}

impl Tries {
    /// One more failure: how long to wait before the call is made again; none
    /// to give up.
    pub(crate) fn again(&mut self, error: &ProviderError, now: Duration) -> Option<Duration> {
        self.again_as(error.kind, error, now)
    }

    /// As [`Tries::again`], with the error taken for another kind.
    pub(crate) fn again_as(
        &mut self,
        kind: ErrorKind,
        error: &ProviderError,
        now: Duration,
    ) -> Option<Duration> {
        let at = self.0.iter().position(|known| known.kind == kind);
        let at = at.unwrap_or_else(|| {
            self.0.push(Kind {
                kind,
                tries: 0,
                since: now,
            });
            self.0.len() - 1
        });
        let known = self.0.get_mut(at)?;
        known.tries += 1;
        let Verdict::Again { after, deadline } = verdict(kind, known.tries) else {
            return None;
        };
        let wait = error.retry_after.unwrap_or(after).max(after);
        (now.saturating_sub(known.since) + wait <= deadline).then_some(wait)
    }

    /// How many failures there were.
    pub(crate) fn count(&self) -> u32 {
        self.0.iter().map(|known| known.tries).sum()
    }
}

#[cfg(test)]
mod tests {
    use std::ops::RangeInclusive;

    use super::*;

    const KINDS: [ErrorKind; 10] = [
        ErrorKind::Throttled,
        ErrorKind::Transient,
        ErrorKind::NotYet,
        ErrorKind::Ambiguous,
        ErrorKind::Conflict,
        ErrorKind::Denied,
        ErrorKind::Invalid,
        ErrorKind::Gone,
        ErrorKind::Expired,
        ErrorKind::Bug,
    ];

    /// The waits of a call that fails in one way until it is given up.
    fn waits(kind: ErrorKind) -> Vec<u64> {
        let error = ProviderError::new(kind, "Code", "words");
        let (mut tries, mut now) = (Tries::default(), Duration::from_secs(1000));
        let mut waits = Vec::new();
        while let Some(wait) = tries.again(&error, now) {
            now += wait;
            waits.push(wait.as_secs());
        }
        waits
    }

    /// Proves fault 29.
    #[test]
    fn each_kind_is_repeated_as_the_table_says() {
        for kind in KINDS {
            let waits = waits(kind);
            let (first, longest, all): (&[u64], u64, RangeInclusive<u64>) = match kind {
                ErrorKind::Throttled => (&[1, 2, 4, 8, 16, 30, 30], 30, 1770..=1800),
                ErrorKind::Transient => (&[1, 2, 4, 8, 16, 20, 20], 20, 580..=600),
                ErrorKind::NotYet => (&[1, 2, 4, 8, 10, 10], 10, 290..=300),
                ErrorKind::Conflict => (&[1, 2, 4, 8, 15, 15], 15, 1485..=1500),
                ErrorKind::Expired => (&[0], 0, 0..=0),
                ErrorKind::Ambiguous
                | ErrorKind::Denied
                | ErrorKind::Invalid
                | ErrorKind::Gone
                | ErrorKind::Bug => {
                    assert!(waits.is_empty(), "{kind:?} is repeated");
                    continue;
                }
            };
            assert!(waits.starts_with(first), "{kind:?}: {waits:?}");
            assert_eq!(waits.iter().max(), Some(&longest), "{kind:?}");
            let in_all: u64 = waits.iter().sum();
            assert!(all.contains(&in_all), "{kind:?}: {waits:?}");
            if kind == ErrorKind::Expired {
                assert_eq!(waits.len(), 1, "renewed once");
            }
        }
        assert_eq!(verdict(ErrorKind::Ambiguous, 1), Verdict::LookFirst);
        assert_eq!(verdict(ErrorKind::Gone, 1), Verdict::Absent);
        for kind in [ErrorKind::Denied, ErrorKind::Invalid, ErrorKind::Bug] {
            assert_eq!(verdict(kind, 1), Verdict::Stop);
        }
    }

    #[test]
    fn each_kind_counts_for_itself() {
        let (throttled, expired) = (
            ProviderError::new(ErrorKind::Throttled, "Throttling", ""),
            ProviderError::new(ErrorKind::Expired, "ExpiredToken", ""),
        );
        let not_yet = ProviderError::new(ErrorKind::NotYet, "NotYet", "");
        let mut tries = Tries::default();
        let late = Duration::from_secs(900);
        assert!(tries.again(&throttled, Duration::ZERO).is_some());
        assert_eq!(tries.again(&expired, late), Some(Duration::ZERO));
        assert_eq!(tries.again(&expired, late), None);
        assert!(tries.again(&not_yet, late).is_some());
        assert_eq!(tries.count(), 4);
    }

    #[test]
    fn a_service_that_asks_for_more_time_gets_it() {
        let mut error = ProviderError::new(ErrorKind::Throttled, "Throttling", "");
        error.retry_after = Some(Duration::from_secs(90));
        let mut tries = Tries::default();
        assert_eq!(tries.again(&error, Duration::ZERO), error.retry_after);
        error.retry_after = Some(Duration::from_secs(3600));
        assert_eq!(tries.again(&error, Duration::ZERO), None);
    }
}
