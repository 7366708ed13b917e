//! Why the engine gives up as a whole.

use crate::problem::{Problem, Problems};
use crate::provider::ProviderError;
use crate::seal::SealError;
use crate::state::StoreError;

/// Why the engine gives up as a whole. A failed step is not such a reason: it
/// is in the [`Deployment`](super::Deployment).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The program, the plan or an argument is refused.
    #[error("{0}")]
    Problems(#[from] Problems),
    /// The store refuses or is damaged.
    #[error("{}", store_text(.0))]
    Store(#[from] StoreError),
    /// The store went away in the middle of a run, and what was done meanwhile
    /// is left for the next one.
    #[error("{}\n  why  what was done meanwhile is kept in {place}: the next run adds it", store_text(.why))]
    Left {
        /// What the store said.
        why: StoreError,
        /// Where the outcomes lie.
        place: String,
    },
    /// The state's secrets cannot be opened.
    #[error("{}", seal_text(.0))]
    Seal(#[from] SealError),
    /// Reality could not be looked at.
    #[error("{problem}")]
    Read {
        /// Which construct, on which line, and what to do.
        problem: Box<Problem>,
        /// The service's error.
        why: ProviderError,
    },
}

impl From<Problem> for EngineError {
    fn from(problem: Problem) -> Self {
        Self::Problems(problem.into())
    }
}

fn store_text(error: &StoreError) -> String {
    let fix = match error {
        StoreError::Locked(..) => {
            "wait until it is done; the lock is freed by itself when that process ends"
        }
        StoreError::Format { fix, .. } => fix,
        StoreError::Fenced => "look at what the other run did, then plan again",
        StoreError::Poisoned | StoreError::Io { .. } => {
            "make the place writable and run again: what was begun is found again"
        }
    };
    format!("{error}\n  do   {fix}")
}

fn seal_text(error: &SealError) -> String {
    let fix = match error {
        SealError::NoRecipient => {
            "set MLPLAT_AGE_RECIPIENTS, MLPLAT_AGE_IDENTITY or MLPLAT_AGE_PASSPHRASE"
        }
        SealError::NoIdentity => {
            "set MLPLAT_AGE_IDENTITY or MLPLAT_AGE_PASSPHRASE to the key that the state was sealed with; nothing was changed"
        }
        SealError::KeyFile { .. } => {
            "put the file back: nothing else opens the state's secrets. If they were sealed with other keys, set MLPLAT_AGE_IDENTITY or MLPLAT_AGE_PASSPHRASE; nothing was changed"
        }
        SealError::OnlyRecipients => {
            "set MLPLAT_AGE_IDENTITY too: recipients alone can write a new state and not compare with one; nothing was changed"
        }
        SealError::BadKey(_) => "give the key in age's own text form",
        SealError::Damaged => "restore the state from a backup; nothing was changed",
    };
    format!("{error}\n  do   {fix}")
}
