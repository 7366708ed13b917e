//! Exit statuses, and why a command failed.

use mlplat_core::deploy::EngineError;
use mlplat_core::state::StoreError;
use mlplat_core::{PathError, Problem, Problems};

/// Done.
pub(crate) const DONE: u8 = 0;
/// Failed.
pub(crate) const FAILED: u8 = 1;
/// There are changes, with `--detailed-exitcode`.
pub(crate) const CHANGES: u8 = 2;
/// Interrupted by a signal.
pub(crate) const INTERRUPTED: u8 = 130;

/// Why a command failed, as it is shown.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) String);

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        Self(error.to_string())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        EngineError::from(error).into()
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Self(problems.to_string())
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self(problem.to_string())
    }
}

impl From<Box<Problem>> for Failure {
    fn from(problem: Box<Problem>) -> Self {
        (*problem).into()
    }
}

impl From<PathError> for Failure {
    fn from(error: PathError) -> Self {
        Problem::new(
            "bad-path",
            error.to_string(),
            "name a path as `state list` shows it",
        )
        .into()
    }
}
