//! One step: intent, call, wait, outcome.

use super::event::{Event, Verb};
use super::ledger::Halted;
use super::outcome::Failure;
use super::retry::{Verdict, verdict};
use super::run::{Run, verb};
use crate::graph::{Node, NodeKind};
use crate::plan::{Change, Planned, StepKind};
use crate::provider::{ErrorKind, ProviderError};
use crate::state::Record;
use crate::wiring::NodeId;

/// How a step ended.
pub(crate) enum StepEnd {
    /// Well.
    Done,
    /// Not well.
    Failed(Failure),
    /// The run ended under it, or it was asked to stop.
    Halted,
}

/// Why a step does not go on.
pub(crate) enum Stop {
    Failed(Failure),
    Halted,
}

impl From<Halted> for Stop {
    fn from(_: Halted) -> Self {
        Self::Halted
    }
}

/// A step that is being carried out, for messages and priorities.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    /// Its number.
    pub(crate) step: usize,
    pub(crate) planned: &'a Planned,
    pub(crate) priority: u64,
    pub(crate) verb: Verb,
}

impl At<'_> {
    pub(crate) fn failed(&self, error: &ProviderError) -> Stop {
        Stop::Failed(Failure {
            path: self.planned.path.clone(),
            code: error.code.clone(),
            message: error.message.clone(),
            source: self.planned.source,
        })
    }

    pub(super) fn refused(&self, code: &str, message: String) -> Stop {
        self.failed(&ProviderError::new(ErrorKind::Invalid, code, message))
    }
}

impl Run<'_> {
    /// A call that came to nothing. One that would have been repeated, had the
    /// run not been asked to stop, has not failed.
    pub(crate) fn gave_up(&self, at: At<'_>, error: &ProviderError) -> Stop {
        if self.cancel.is_cancelled() && matches!(verdict(error.kind, 1), Verdict::Again { .. }) {
            return Stop::Halted;
        }
        at.failed(error)
    }

    /// Carries out one step.
    pub(crate) async fn step(&self, number: usize) -> StepEnd {
        let Some((planned, kind, index)) = self.planned(number) else {
            return StepEnd::Done;
        };
        let at = At {
            step: number,
            planned,
            priority: self.priority.get(number).copied().unwrap_or(0),
            verb: verb(planned, kind).unwrap_or(Verb::Read),
        };
        let result = match kind {
            StepKind::Bring(node) => self.bring(at, node, index).await,
            StepKind::Remove(object) if !self.is_kept(index) => self.remove(at, object).await,
            StepKind::Remove(_) => Ok(()),
            StepKind::Sweep(_) => self.sweep(at).await,
        };
        match result {
            Ok(()) => StepEnd::Done,
            Err(Stop::Halted) => StepEnd::Halted,
            Err(Stop::Failed(failure)) => {
                self.tell_failed(number, &failure);
                StepEnd::Failed(failure)
            }
        }
    }

    pub(crate) fn tell_failed(&self, number: usize, failure: &Failure) {
        let verb = self
            .planned(number)
            .and_then(|(planned, kind, _)| verb(planned, kind));
        self.tell(Event::Failed {
            path: failure.path.clone(),
            action: verb.unwrap_or(Verb::Read),
            code: failure.code.clone(),
            message: failure.message.clone(),
            source: failure.source,
        });
    }

    async fn bring(&self, at: At<'_>, id: NodeId, index: usize) -> Result<(), Stop> {
        let node = self.graph.node(id);
        match (&node.kind, at.planned.change) {
            (NodeKind::Lookup, _) => self.ask(at, node, id).await,
            (NodeKind::Existing(_), _) => self.read_existing(at, node, id).await,
            (NodeKind::Resource, Change::Create | Change::Replace) => match &at.planned.birth {
                Some(birth) => self.make(at, node, id, birth, index).await,
                None => self.go_on(at, node, id).await,
            },
            (NodeKind::Resource, Change::Update) => self.update(at, node, id).await,
            (NodeKind::Resource, _) => self.stay(at, node, id).await,
        }
    }

    /// Nothing changes but, perhaps, where the object stands and what it
    /// leans on.
    pub(super) async fn stay(&self, at: At<'_>, node: &Node, id: NodeId) -> Result<(), Stop> {
        let Some(birth) = at.planned.object else {
            return Ok(());
        };
        let (deps, soft_deps) = self.deps(node);
        let moved = self.ledger.with(|state| {
            state.objects.get(&birth).is_some_and(|object| {
                object.path != node.path || object.deps != deps || object.soft_deps != soft_deps
            })
        });
        if moved {
            let path = node.path.clone();
            self.ledger
                .commit(vec![Record::Moved {
                    birth,
                    path,
                    deps,
                    soft_deps,
                }])
                .await?;
        }
        self.publish(id, birth);
        Ok(())
    }
}
