//! Asking before steps start.
//!
//! With a [`StepGate`] a run starts nothing by itself. When nothing is under
//! way, everything that could start now forms a group, and the gate is asked
//! about it; look-ups and what only stays as it is need no word. While the
//! question is open nothing runs, so it may take as long as people do.

use std::collections::HashSet;
use std::fmt;
use std::future::pending;
use std::sync::Arc;

use futures::future::BoxFuture;

use super::event::Verb;
use crate::path::NodePath;

/// A step that could start now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextStep {
    /// The node.
    pub path: NodePath,
    /// Its type.
    pub ty: String,
    /// What would be done.
    pub action: Verb,
    /// Expected seconds.
    pub expected_s: u32,
}

/// The word about a group of steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// All of them start.
    All,
    /// Those with these positions start; the others do not, nor does what
    /// depends on them.
    These(Vec<usize>),
    /// All of them start, and everything after them without a question.
    Rest,
    /// Nothing more starts.
    Stop,
}

/// Whoever is asked.
pub trait Gate: Send + Sync {
    /// Asks about a group. It is dropped when the run is stopped meanwhile.
    fn ask(&self, next: Vec<NextStep>) -> BoxFuture<'static, Answer>;
}

/// A [`Gate`] among the options of a deployment.
#[derive(Clone)]
pub struct StepGate(Arc<dyn Gate>);

impl StepGate {
    /// Asks this one.
    #[must_use]
    pub fn new(gate: impl Gate + 'static) -> Self {
        Self(Arc::new(gate))
    }
}

impl fmt::Debug for StepGate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("StepGate")
    }
}

/// The steps of a run that wait for a word.
pub(super) struct Held {
    gate: Option<StepGate>,
    steps: Vec<usize>,
    question: Option<BoxFuture<'static, Answer>>,
    /// The nodes whose steps were declined.
    pub(super) declined: HashSet<NodePath>,
}

impl Held {
    pub(super) fn new(gate: Option<StepGate>) -> Self {
        Self {
            gate,
            steps: Vec::new(),
            question: None,
            declined: HashSet::new(),
        }
    }

    /// Whether steps need a word.
    pub(super) fn asks(&self) -> bool {
        self.gate.is_some()
    }

    pub(super) fn push(&mut self, step: usize) {
        self.steps.push(step);
    }

    /// Whether a group is complete and nobody was asked about it.
    pub(super) fn is_due(&self) -> bool {
        self.question.is_none() && !self.steps.is_empty()
    }

    /// Asks about what has gathered, most urgent first.
    pub(super) fn ask(&mut self, urgency: &[u64], show: impl Fn(usize) -> Option<NextStep>) {
        self.steps
            .sort_by_key(|at| (std::cmp::Reverse(urgency.get(*at).copied()), *at));
        let next = self.steps.iter().filter_map(|at| show(*at)).collect();
        self.question = self.gate.as_ref().map(|gate| gate.0.ask(next));
    }

    /// Waits for the answer; for ever when there is no question.
    pub(super) async fn answer(&mut self) -> Answer {
        match &mut self.question {
            Some(question) => question.await,
            None => pending().await,
        }
    }

    /// Acts on an answer: which steps start, and which do not.
    pub(super) fn take(&mut self, answer: &Answer) -> (Vec<usize>, Vec<usize>) {
        self.question = None;
        let steps = std::mem::take(&mut self.steps);
        match answer {
            Answer::All => (steps, Vec::new()),
            Answer::Rest => {
                self.gate = None;
                (steps, Vec::new())
            }
            Answer::Stop => (Vec::new(), steps),
            Answer::These(chosen) => {
                let each = steps.into_iter().enumerate();
                let (start, decline): (Vec<_>, Vec<_>) =
                    each.partition(|(position, _)| chosen.contains(position));
                let only = |pairs: Vec<(usize, usize)>| pairs.into_iter().map(|(_, at)| at);
                (only(start).collect(), only(decline).collect())
            }
        }
    }
}
