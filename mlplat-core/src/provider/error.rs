//! The one error that providers return.

use std::fmt;
use std::time::Duration;

/// What kind of failure a call met. The engine's retry table is total over
/// these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// Too many calls: slow down and repeat.
    Throttled,
    /// The call had no effect and may be repeated (connection refused, 503).
    Transient,
    /// Something that the call relies on is not visible yet (a role that IAM
    /// has not spread); repeat until the deadline.
    NotYet,
    /// No answer: the call may have had its effect. Never repeated blindly.
    Ambiguous,
    /// The object is being changed by someone else, or is held by another
    /// object; repeat until the deadline.
    Conflict,
    /// Not allowed: stop this branch.
    Denied,
    /// The request is wrong: stop this branch.
    Invalid,
    /// The object does not exist.
    Gone,
    /// Credentials ran out: renew once, then stop clean.
    Expired,
    /// The provider contradicts its declared facts, or panicked.
    Bug,
}

/// A failed call: its kind, the service's code and message, and how long the
/// service asks to wait. Messages never carry values of secret fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderError {
    /// What the engine does about it.
    pub kind: ErrorKind,
    /// The service's own code: `DependencyViolation`.
    pub code: String,
    /// The service's own words.
    pub message: String,
    /// How long the service asks to wait.
    pub retry_after: Option<Duration>,
}

impl ProviderError {
    /// An error of a kind with the service's code and words.
    #[must_use]
    pub fn new(kind: ErrorKind, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            kind,
            code: code.into(),
            message: message.into(),
            retry_after: None,
        }
    }

    /// The object is not there.
    #[must_use]
    pub fn gone(what: impl fmt::Display) -> Self {
        Self::new(
            ErrorKind::Gone,
            "NotFound",
            format!("{what} does not exist"),
        )
    }
}

impl fmt::Display for ProviderError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for ProviderError {}
