//! What was done before: one entry for each operation that has ended.
//!
//! A run announces itself with [`Record::Open`](super::Record::Open) and says
//! how it ended with [`Record::Ended`](super::Record::Ended). A run that was
//! cut off said nothing, so the next announcement closes it: it was
//! interrupted, and whoever announced took up its work.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Run;

/// How many entries are kept: about 200 bytes each.
pub(super) const KEPT: usize = 100;

/// A run as it announced itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Begun {
    /// What kind of run.
    pub run: Run,
    /// What was asked for, as people write it: `deploy --only network`. It
    /// carries no values of settings.
    pub command: String,
    /// A person or job, as the caller names it.
    pub who: String,
    /// When, in seconds since 1970 by the clock of whoever ran it.
    pub at: u64,
    /// Hash of the program, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// In a word.
    pub outcome: Ending,
    /// Seconds that it took, by the world's clock.
    #[serde(default)]
    pub took_s: u32,
    /// What was planned, by kind of change (`create`, `update` ...), without
    /// those of which there were none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub changes: BTreeMap<String, usize>,
    /// Steps done.
    #[serde(default)]
    pub done: usize,
    /// Steps failed.
    #[serde(default)]
    pub failed: usize,
    /// Steps not started.
    #[serde(default)]
    pub skipped: usize,
}

impl End {
    /// An end of which nothing is known but the word.
    #[must_use]
    pub fn only(outcome: Ending) -> Self {
        Self {
            outcome,
            took_s: 0,
            changes: BTreeMap::new(),
            done: 0,
            failed: 0,
            skipped: 0,
        }
    }
}

/// How a run ended, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// Everything was done.
    Complete,
    /// It was asked to stop.
    Cancelled,
    /// Something failed.
    Failed,
    /// It was cut off; the next run took up its work.
    Interrupted,
}

impl Ending {
    /// In lower case.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }
}

/// An operation that is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Past {
    /// The number of the operation; that of an interrupted run is the number
    /// of the one that took up its work.
    pub serial: u64,
    /// How it began.
    pub begun: Begun,
    /// How it ended.
    pub end: End,
}
