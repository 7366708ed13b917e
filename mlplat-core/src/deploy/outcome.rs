//! How a run ended.

use serde::Serialize;

use crate::path::NodePath;
use crate::plan::{Change, Plan};
use crate::problem::Source;
use crate::state::{End, Ending};

/// The end of a deployment or destruction.
#[derive(Debug, Clone, PartialEq)]
pub struct Deployment {
    /// How it ended.
    pub outcome: Outcome,
    /// Steps that ended well, those that turned out to need nothing among
    /// them. With `skipped` and the failed steps they add up to the steps that
    /// [`Event::Planned`](super::Event::Planned) announced.
    pub done: usize,
    /// Steps that failed.
    pub failed: Vec<Failure>,
    /// Steps that were not started.
    pub skipped: usize,
    /// Seconds from the first step to the end.
    pub elapsed_s: f64,
    /// Seconds on the critical path, as measured.
    pub critical_path_s: f64,
    /// The plan had nothing to do.
    pub unchanged: bool,
}

impl Deployment {
    /// The same for the history.
    pub(super) fn end(&self, plan: &Plan) -> End {
        let kinds = Change::ALL.into_iter().filter(|kind| *kind != Change::Keep);
        let changes = kinds.map(|kind| (kind.word().to_owned(), plan.counts.of(kind)));
        End {
            outcome: match self.outcome {
                Outcome::Complete => Ending::Complete,
                Outcome::Cancelled => Ending::Cancelled,
                Outcome::Failed => Ending::Failed,
            },
            // Durations of runs are far below 2^32 seconds.
            took_s: self.elapsed_s.round() as u32,
            changes: changes.filter(|(_, count)| *count > 0).collect(),
            done: self.done,
            failed: self.failed.len(),
            skipped: self.skipped,
        }
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Everything was done.
    Complete,
    /// It was asked to stop, or the plan was not approved.
    Cancelled,
    /// Something failed.
    Failed,
}

/// A step that failed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Failure {
    /// The node.
    pub path: NodePath,
    /// The service's code.
    pub code: String,
    /// What is wrong, in the service's words, and what to do.
    pub message: String,
    /// The program's line.
    pub source: Option<Source>,
}
