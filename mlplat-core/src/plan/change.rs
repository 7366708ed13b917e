//! The plan as plain data.

use std::collections::HashMap;
use std::fmt;

use serde::Serialize;

use super::{Estimate, NodeOutputs, StepGraph};
use crate::path::NodePath;
use crate::problem::Source;
use crate::provider::Owned;
use crate::state::{Birth, BirthId, Record};
use crate::wiring::NodeId;

/// What will happen to one node or object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Nothing.
    Keep,
    /// It is made.
    Create,
    /// It is changed in place.
    Update,
    /// It is made anew, and the old one deleted.
    Replace,
    /// It is deleted.
    Delete,
    /// It leaves the state and stays in the cloud, or was gone already.
    Forget,
    /// Only its path changes.
    Move,
    /// It carries our tag, and no program or state knows it: it is deleted.
    Orphan,
}

impl Change {
    /// All kinds, in the order in which they are counted.
    pub const ALL: [Self; 8] = [
        Self::Keep,
        Self::Create,
        Self::Update,
        Self::Replace,
        Self::Delete,
        Self::Move,
        Self::Forget,
        Self::Orphan,
    ];

    /// In lower case, as in the JSON of a plan.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Create => "create",
            Self::Update => "update",
            Self::Replace => "replace",
            Self::Delete => "delete",
            Self::Forget => "forget",
            Self::Move => "move",
            Self::Orphan => "orphan",
        }
    }
}

/// Why a change is needed: one field, or the whole object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The field, or empty for the whole object.
    pub field: String,
    /// What it is, as shown to people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<String>,
    /// What it will be, as shown to people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
    /// What the difference does.
    pub rule: Rule,
    /// The program's line, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// In words, where field and values do not say it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub because: String,
}

/// What a difference does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// The field is changed in place.
    InPlace,
    /// The field is changed in place, one step at a time.
    OneStepUp,
    /// The field is sent again: it cannot be read.
    WriteOnly,
    /// The field cannot be changed: the object is made anew.
    Replace,
    /// Changed in place if the value turns out to be another one.
    UpdateIfChanged,
    /// Made anew if the value turns out to be another one.
    ReplaceIfChanged,
    /// Someone changed the field outside; it is put back in place.
    Drift,
    /// Someone changed the field outside; the object is made anew.
    DriftReplace,
    /// The object was deleted outside.
    Gone,
    /// The object exists and will never be ready.
    Broken,
    /// Its creation goes on where it was interrupted.
    Resume,
    /// It is no longer in the program.
    NotInProgram,
    /// It has to make way for another change.
    Forced,
    /// It waits to be deleted since another took its place.
    Superseded,
}

impl Rule {
    /// Whether the object is made anew, or may be.
    #[must_use]
    pub fn replaces(self) -> bool {
        matches!(
            self,
            Self::Replace
                | Self::ReplaceIfChanged
                | Self::DriftReplace
                | Self::Broken
                | Self::Forced
        )
    }
}

/// What will happen to one node or object, and why.
#[derive(Debug, Clone)]
pub struct Planned {
    /// Its place in the stack.
    pub path: NodePath,
    /// Its type's name.
    pub ty: String,
    /// What happens.
    pub change: Change,
    /// Why. Empty for `Keep` and for a plain `Create`.
    pub reasons: Vec<Reason>,
    /// The node, when it is in the program.
    pub node: Option<NodeId>,
    /// The object that stands there now.
    pub object: Option<BirthId>,
    /// The identity of what will be made.
    pub birth: Option<Birth>,
    /// The old object goes before the new one comes.
    pub delete_first: bool,
    /// Its earlier path.
    pub moved_from: Option<NodePath>,
    /// The program's line.
    pub source: Option<Source>,
    /// The object that carries our tag and is in no state.
    pub orphan: Option<Owned>,
}

impl Planned {
    /// Whether it may turn out at deployment that nothing has to be done.
    #[must_use]
    pub fn is_conditional(&self) -> bool {
        !self.reasons.is_empty()
            && self
                .reasons
                .iter()
                .all(|reason| matches!(reason.rule, Rule::UpdateIfChanged | Rule::ReplaceIfChanged))
    }
}

/// How many of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// See [`Change::Keep`].
    pub keep: usize,
    /// See [`Change::Create`].
    pub create: usize,
    /// See [`Change::Update`].
    pub update: usize,
    /// See [`Change::Replace`].
    pub replace: usize,
    /// See [`Change::Delete`].
    pub delete: usize,
    /// See [`Change::Move`].
    #[serde(rename = "move")]
    pub moved: usize,
    /// See [`Change::Forget`].
    pub forget: usize,
    /// See [`Change::Orphan`].
    pub orphan: usize,
}

impl Counts {
    /// How many changes of one kind.
    #[must_use]
    pub const fn of(&self, change: Change) -> usize {
        match change {
            Change::Keep => self.keep,
            Change::Create => self.create,
            Change::Update => self.update,
            Change::Replace => self.replace,
            Change::Delete => self.delete,
            Change::Forget => self.forget,
            Change::Move => self.moved,
            Change::Orphan => self.orphan,
        }
    }

    pub(crate) fn add(&mut self, change: Change) {
        let count = match change {
            Change::Keep => &mut self.keep,
            Change::Create => &mut self.create,
            Change::Update => &mut self.update,
            Change::Replace => &mut self.replace,
            Change::Delete => &mut self.delete,
            Change::Forget => &mut self.forget,
            Change::Move => &mut self.moved,
            Change::Orphan => &mut self.orphan,
        };
        *count += 1;
    }
}

/// What the secrets that a program was given from outside come to. The program
/// hash does not hold them: everybody can make that, and would only have to
/// try.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Provided {
    /// There are none.
    #[default]
    Nothing,
    /// There are some, and the state has no key yet to make a digest with.
    Unbound,
    /// Their digest under a key of the state, for this serial alone: two plans
    /// on top of two deployments do not show whether a secret has changed.
    Digest(String),
}

/// Everything that will be done.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The lineage of the state that it was made for.
    pub lineage: String,
    /// The serial of the state that it was made for.
    pub serial: u64,
    /// Hash of the program.
    pub program: String,
    /// What the program's provided secrets come to, under a key of the state.
    pub provided: Provided,
    /// One entry for each node and each object without a node.
    pub planned: Vec<Planned>,
    /// How many of each kind.
    pub counts: Counts,
    /// The steps and their order.
    pub steps: StepGraph,
    /// How long it is expected to take.
    pub estimate: Estimate,
    /// What reality showed that the state did not know; applied before the
    /// first step.
    pub refreshed: Vec<Record>,
    /// Answers to look-ups that hold for this plan.
    pub answers: HashMap<NodeId, NodeOutputs>,
}

impl Plan {
    /// Whether anything will be done.
    #[must_use]
    pub fn has_changes(&self) -> bool {
        self.changes().next().is_some()
    }

    /// Everything but `Keep`.
    pub fn changes(&self) -> impl Iterator<Item = &Planned> {
        self.planned
            .iter()
            .filter(|planned| planned.change != Change::Keep)
    }
}

impl Plan {
    /// Protection that the program says and the state does not know yet: it
    /// has to be remembered even when nothing else changes.
    pub(crate) fn new_rules(&self) -> impl Iterator<Item = &Record> {
        self.refreshed
            .iter()
            .filter(|record| matches!(record, Record::Ruled { .. }))
    }
}

impl fmt::Display for Change {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.word())
    }
}
