//! What has to be true after a run.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use mlplat_core::deploy::{Deployment, EngineError, Outcome};
use mlplat_core::graph::{Context, Graph, NodeKind};

use super::{Life, Lived, Stage};
use crate::cloud::SimObject;
use crate::machine::Ended;

/// Which promise is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Oracle {
    /// Every node stands for exactly one live object.
    O1,
    /// No object of the stack is without a node.
    O2,
    /// A second run has nothing to do.
    O4,
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

/// Judges a life after a stage was brought to its end.
pub(super) struct Judge<'a, 'b> {
    pub(super) life: &'b Life<'a>,
    pub(super) stage: &'b Stage,
    /// How the life came here.
    pub(super) how: String,
}

impl Judge<'_, '_> {
    fn broken<T>(&self, oracle: Oracle, what: impl Into<String>) -> Result<T, Violation> {
        Err(Violation {
            oracle,
            what: what.into(),
            how: format!("{}, {}", self.life.scenario.name, self.how),
        })
    }

    /// O6 on one run, which should have come to its end.
    pub(super) fn ended(&self, lived: Lived) -> Result<Deployment, Violation> {
        let limit = self.life.scenario.deadline_s;
        if lived.took_s > limit {
            return self.broken(Oracle::O6, format!("{} s of {limit} s", lived.took_s));
        }
        match lived.ended {
            Ended::Done(Ok(deployment)) if deployment.outcome == Outcome::Complete => {
                Ok(deployment)
            }
            Ended::Done(Ok(deployment)) => {
                self.broken(Oracle::O6, format!("it did not complete: {deployment:?}"))
            }
            Ended::Done(Err(error)) => self.error(&error),
            Ended::Killed => self.broken(Oracle::O6, "it was killed and should not have been"),
        }
    }

    fn error<T>(&self, error: &EngineError) -> Result<T, Violation> {
        self.broken(Oracle::O6, format!("it gave up: {error}"))
    }

    /// All oracles on what is there now.
    pub(super) fn world(&self, seed: u64) -> Result<(), Violation> {
        let objects = self.life.objects();
        self.one_of_each(&objects)?;
        self.others(&objects)?;
        let again = self.ended(self.life.go(self.stage, seed, 0))?;
        if !again.unchanged {
            return self.broken(Oracle::O4, format!("a second run did {again:?}"));
        }
        if self.life.objects() != objects {
            return self.broken(Oracle::O4, "a second run changed something");
        }
        Ok(())
    }

    fn one_of_each(&self, objects: &BTreeMap<u64, SimObject>) -> Result<(), Violation> {
        let wanted = wanted_paths(self.stage);
        let state = self.life.state();
        let lineage = state.as_ref().map_or("", |state| &state.lineage);
        let ours: BTreeSet<(&str, &str)> = objects
            .values()
            .filter(|object| object.lineage == lineage && object.gone_at.is_none())
            .map(|object| (object.ty.as_str(), object.id.as_str()))
            .collect();
        let count = objects
            .values()
            .filter(|object| object.lineage == lineage && object.gone_at.is_none())
            .count();
        let current = state
            .as_ref()
            .map(|state| state.current())
            .unwrap_or_default();
        let mut standing = BTreeSet::new();
        for path in &wanted {
            let object = state.as_ref().and_then(|state| {
                let (_, birth) = current.iter().find(|(at, _)| at.as_str() == path)?;
                state.objects.get(birth)
            });
            let Some(object) = object else {
                return self.broken(Oracle::O1, format!("{path} stands for nothing"));
            };
            let key = (object.ty.as_str(), object.id.as_str());
            if !ours.contains(&key) || !standing.insert(key) {
                let what = format!("{path} stands for {key:?}, which is not one live object");
                return self.broken(Oracle::O1, what);
            }
        }
        let extra = count.saturating_sub(wanted.len());
        if extra > self.life.scenario.retained {
            let left: Vec<_> = ours.difference(&standing).collect();
            let what = format!("{extra} objects without a node: {left:?}");
            return self.broken(Oracle::O2, what);
        }
        Ok(())
    }

    fn others(&self, objects: &BTreeMap<u64, SimObject>) -> Result<(), Violation> {
        let before = Life::new(self.life.scenario).objects();
        for (key, object) in &before {
            if objects.get(key) != Some(object) {
                let what = format!("{} of somebody else was touched", object.id);
                return self.broken(Oracle::O7, what);
            }
        }
        Ok(())
    }
}

fn wanted_paths(stage: &Stage) -> Vec<String> {
    let Stage::Deploy(program) = stage else {
        return Vec::new();
    };
    let graph = Graph::build(Context::new("proof"), |stack| program(stack));
    let nodes = graph
        .map(|graph| graph.nodes().to_vec())
        .unwrap_or_default();
    let resources = nodes
        .iter()
        .filter(|node| matches!(node.kind, NodeKind::Resource));
    resources.map(|node| node.path.to_string()).collect()
}
