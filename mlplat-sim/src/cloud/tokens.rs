//! The account's own count of calls: what is above a documented limit is
//! refused.

use std::collections::HashMap;

use mlplat_aws::limits::limit_of;
use mlplat_core::provider::{Call, ErrorKind, Limit, ProviderError};

/// Calls that are refused by a hair are those of a clock of nanoseconds.
const HAIR: f64 = 1e-6;

/// What is left in each bucket.
#[derive(Default)]
pub(super) struct Tokens {
    buckets: HashMap<&'static str, Bucket>,
    refused: u64,
}

struct Bucket {
    tokens: f64,
    at: f64,
}

impl Tokens {
    /// Takes the token of a call, or refuses it.
    pub(super) fn take(
        &mut self,
        service: &str,
        verb: &str,
        now: f64,
    ) -> Result<(), ProviderError> {
        let call = match verb {
            "read" | "list" | "find" => Call::Looks,
            _ => Call::Changes,
        };
        let Some(known) = limit_of(service, call) else {
            return Ok(());
        };
        if self.draw(known.limit, now) {
            return Ok(());
        }
        self.refused += 1;
        let message = format!("rate exceeded: {} calls a second", known.limit.per_second);
        Err(ProviderError::new(
            ErrorKind::Throttled,
            known.code,
            message,
        ))
    }

    fn draw(&mut self, limit: Limit, now: f64) -> bool {
        let full = f64::from(limit.burst);
        let bucket = self.buckets.entry(limit.bucket).or_insert(Bucket {
            tokens: full,
            at: now,
        });
        let filled = bucket.tokens + (now - bucket.at) * limit.per_second;
        (bucket.tokens, bucket.at) = (filled.min(full), now);
        let there = bucket.tokens >= 1.0 - HAIR;
        if there {
            bucket.tokens -= 1.0;
        }
        there
    }

    /// How many calls were above their limit.
    pub(super) fn refused(&self) -> u64 {
        self.refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_above_the_limit_is_refused_and_a_second_brings_some_back() {
        let mut tokens = Tokens::default();
        let mut taken = |verb, now| {
            (0..200)
                .filter(|_| tokens.take("ec2", verb, now).is_ok())
                .count()
        };
        assert_eq!(taken("create", 0.0), 50);
        assert_eq!(taken("read", 0.0), 100);
        assert_eq!(taken("delete", 1.0), 5);
        assert_eq!(taken("find", 1.0), 20);
        assert_eq!(taken("update", 60.0), 50);
        let refused = tokens.take("ec2", "create", 60.0).unwrap_err();
        assert_eq!(refused.code, "RequestLimitExceeded");
        assert!(tokens.take("iam", "create", 60.0).is_ok());
    }
}
