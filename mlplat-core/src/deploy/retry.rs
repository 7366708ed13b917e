//! The retry table: what the engine does about each kind of error.

use std::time::Duration;

use crate::provider::ErrorKind;

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
