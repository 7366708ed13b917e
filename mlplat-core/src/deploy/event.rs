//! Events: the only way in which anything is shown.

use serde::Serialize;

use crate::path::NodePath;
use crate::plan::Counts;
use crate::problem::Source;

/// What an engine run tells while it runs. Events carry no secret values.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Event {
    /// An earlier run was interrupted; its open intents are resolved first.
    Interrupted {
        /// How many intents are open.
        open: usize,
        /// How many objects had been finished since the last snapshot.
        recorded: usize,
    },
    /// An open intent was resolved.
    Resolved {
        /// The node.
        path: NodePath,
        /// What had been begun.
        action: Verb,
        /// What was found: `it exists`, `it was repeated`, `it never happened`.
        found: String,
    },
    /// The plan is made; what follows carries it out.
    Planned {
        /// How many changes of each kind.
        counts: Counts,
        /// Expected seconds.
        eta_s: u32,
        /// How many steps will report.
        steps: usize,
    },
    /// A step starts.
    Started {
        /// The node.
        path: NodePath,
        /// Its type.
        ty: String,
        /// What is done.
        action: Verb,
        /// Expected seconds.
        expected_s: u32,
    },
    /// The object is on its way, in the service's words.
    Waiting {
        /// The node.
        path: NodePath,
        /// `CREATING`.
        status: String,
    },
    /// A call failed and is repeated.
    Retrying {
        /// The node.
        path: NodePath,
        /// The service's words.
        why: String,
        /// Seconds until the next try.
        in_s: f64,
        /// How many tries there were.
        tries: u32,
    },
    /// A step is done.
    Done {
        /// The node.
        path: NodePath,
        /// What was done.
        action: Verb,
        /// The object's id, where there is one.
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        /// Seconds it took.
        took_s: f64,
    },
    /// A step failed. Everything that does not depend on it goes on.
    Failed {
        /// The node.
        path: NodePath,
        /// What was tried.
        action: Verb,
        /// The service's code.
        code: String,
        /// What is wrong and what to do.
        message: String,
        /// The program's line.
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<Source>,
    },
    /// A step is not started.
    Skipped {
        /// The node.
        path: NodePath,
        /// What would have been done.
        action: Verb,
        /// The node it waits for, `cancelled` or `not confirmed`.
        because: String,
    },
    /// The run was asked to stop: nothing more starts, calls under way are
    /// awaited.
    Cancelling {
        /// How many calls are under way.
        under_way: usize,
    },
    /// The end.
    Summary {
        /// Steps done.
        done: usize,
        /// Steps failed.
        failed: usize,
        /// Steps not started.
        skipped: usize,
        /// Seconds from the first step to the end.
        elapsed_s: f64,
        /// Seconds on the critical path of what was done, as measured.
        critical_path_s: f64,
    },
}

/// What a step does to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verb {
    /// Makes it.
    Create,
    /// Changes it.
    Update,
    /// Deletes it.
    Delete,
    /// Leaves it in the cloud and forgets it.
    Forget,
    /// Asks a question.
    Read,
}

impl Verb {
    /// In lower case.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Forget => "forget",
            Self::Read => "read",
        }
    }
}

/// An event with its time, as written to a stream.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stamped {
    /// Version of the event format.
    pub v: u32,
    /// Seconds since the run began, by the world's clock.
    pub t_s: f64,
    /// The event.
    #[serde(flatten)]
    pub event: Event,
}

/// Takes events as they happen. Called from the engine's own task: it must
/// not wait.
pub trait Sink: Send + Sync {
    /// Takes one.
    fn event(&self, event: &Stamped);
}

impl<F: Fn(&Stamped) + Send + Sync> Sink for F {
    fn event(&self, event: &Stamped) {
        self(event);
    }
}
