//! What has to be true after a run, and after one that was killed.

mod canary;
mod integrity;
mod judge;
mod owners;
mod standing;

use std::fmt;

pub use canary::Canaries;
pub(super) use judge::Judge;
pub(super) use owners::Others;
pub(crate) use standing::differences;

/// Which promise is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Oracle {
    /// Every node stands for exactly one live object.
    O1,
    /// No object of the stack is without a node.
    O2,
    /// Snapshot and journal are whole, and know everything that is there.
    O3,
    /// A second run has nothing to do.
    O4,
    /// A secret is nowhere but sealed.
    O5,
    /// A run ends in time, and well.
    O6,
    /// What belongs to others is as it was.
    O7,
}

/// A broken promise, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Violation {
    /// Which.
    pub oracle: Oracle,
    /// What was seen.
    pub what: String,
    /// How to see it again.
    pub how: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?}: {} ({})", self.oracle, self.what, self.how)
    }
}

impl std::error::Error for Violation {}

/// A promise that is broken, before it is said where.
type Broken = (Oracle, String);
