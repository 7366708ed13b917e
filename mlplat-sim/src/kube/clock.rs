//! Time as the server sees it: handed in, never read from the machine.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use jiff::Timestamp;

/// Where the time comes from: the duration since the world began.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Duration;
}

/// How a watch waits for time to pass.
pub trait Sleep: Send + Sync {
    /// A future that is ready once the clock has reached `until` (since the world began), or earlier.
    fn until(&self, until: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// A time in the form of object metadata: RFC 3339 in UTC with whole seconds.
#[must_use]
pub fn timestamp(epoch_unix_s: i64, now: Duration) -> String {
    let seconds = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(epoch_unix_s.saturating_add(seconds))
        .unwrap_or(Timestamp::MAX)
        .to_string()
}

/// The time since the world began that a metadata timestamp stands for; zero when it is earlier or malformed.
#[must_use]
pub fn since_epoch(epoch_unix_s: i64, timestamp: &str) -> Duration {
    let seconds = timestamp
        .parse::<Timestamp>()
        .map_or(0, |time| time.as_second().saturating_sub(epoch_unix_s));
    Duration::from_secs(u64::try_from(seconds).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_seconds_in_utc() {
        let now = Duration::from_millis(61_999);
        assert_eq!(timestamp(1_767_225_600, now), "2026-01-01T00:01:01Z");
        assert_eq!(
            since_epoch(1_767_225_600, "2026-01-01T00:01:01Z"),
            Duration::from_secs(61)
        );
    }
}
