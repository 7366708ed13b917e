//! The state in memory, and the one function that changes it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::history::KEPT;
use super::{Action, Begun, Birth, BirthId, Body, End, Ending, Past, Record};
use crate::path::NodePath;

/// Everything the engine remembers about a stack in one environment.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Random, drawn when the state is born; ownership tags carry it.
    pub lineage: String,
    /// Number of the last finished operation.
    pub serial: u64,
    /// Hash of the program that was last deployed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// The sealed keyring.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<String>,
    /// Objects by birth.
    #[serde(default)]
    pub objects: BTreeMap<BirthId, Object>,
    /// Intents whose outcome is not known.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub open: BTreeMap<BirthId, Intent>,
    /// Answers to look-ups.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lookups: BTreeMap<NodePath, Pinned>,
    /// Generated secrets by key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub secrets: BTreeMap<String, SealedSecret>,
    /// Learned creation times by type, in seconds.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub durations: BTreeMap<String, u32>,
    /// Declared outputs of the stack.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub outputs: BTreeMap<String, Body>,
    /// Nonces of saved plans that were carried out, newest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plans: Vec<String>,
    /// Ownership tags of objects that were let go and live on: they carry this
    /// state's tag and are nobody's left-overs.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub released: BTreeSet<String>,
    /// The next free ordinal of the operation that is under way.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub next_ordinal: u32,
    /// The run that announced itself and has not said how it ended. Format 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub running: Option<Begun>,
    /// The operations that are over, newest last, the oldest forgotten.
    /// Format 2.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<Past>,
}

/// Nonces that are kept: a plan older than this many deployments is stale by
/// its serial anyway.
const PLANS_KEPT: usize = 16;

#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// One object in a cloud or cluster.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Object {
    /// Its place in the stack.
    pub path: NodePath,
    /// The path at creation, where it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub born_at: Option<NodePath>,
    /// Its type.
    pub ty: String,
    /// Its id. Empty only between an intent and its outcome.
    pub id: String,
    /// How far it has come.
    #[serde(default)]
    pub stage: Stage,
    /// Canonical inputs, as last requested or observed.
    pub inputs: Box<RawValue>,
    /// Sealed secrets of the inputs, by place.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sealed: BTreeMap<String, String>,
    /// Outputs.
    pub outputs: Box<RawValue>,
    /// Sealed secrets of the outputs, by place.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sealed_outputs: BTreeMap<String, String>,
    /// The objects it holds: they cannot be deleted before it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deps: Vec<BirthId>,
    /// The objects it leans on without holding them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub soft_deps: Vec<BirthId>,
    /// Another object has taken its place; it only waits to be deleted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub old: bool,
    /// A plan that would remove it is refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub protect: bool,
    /// It stays in the cloud when it leaves the program.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retain: bool,
    /// An update had no answer: write-only fields are sent again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unsure: bool,
}

/// How far an object has come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// It is ready.
    #[default]
    Ready,
    /// It exists and is on its way.
    Coming,
    /// It exists and will never be ready, and why.
    Broken(String),
}

/// An intent whose outcome is not known.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intent {
    /// What was to be done.
    pub action: Action,
    /// Where.
    pub path: NodePath,
    /// To what type.
    pub ty: String,
    /// The full request.
    pub body: Body,
    /// The objects that it holds.
    #[serde(default)]
    pub deps: Vec<BirthId>,
    /// The objects that it leans on.
    #[serde(default)]
    pub soft_deps: Vec<BirthId>,
    /// The object whose place it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<BirthId>,
    /// A plan that would remove it is refused.
    #[serde(default)]
    pub protect: bool,
    /// It stays in the cloud when it leaves the program.
    #[serde(default)]
    pub retain: bool,
}

/// The answer to a look-up, valid for these inputs.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pinned {
    /// Canonical inputs of the question.
    pub inputs: String,
    /// The answer, with digests where secrets stand.
    pub outputs: Box<RawValue>,
    /// Sealed secrets of the answer, by place.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sealed: BTreeMap<String, String>,
}

/// A generated secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedSecret {
    /// 0 at first; each rotation adds one.
    pub generation: u32,
    /// The sealed value.
    pub sealed: String,
    /// It takes an earlier value's place, and there may be objects that still
    /// have that one. Format 2.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub spreading: bool,
}

impl Object {
    /// Its place from now on. Names and tags still derive from the first one.
    fn stand_at(&mut self, path: NodePath) {
        let before = std::mem::replace(&mut self.path, path);
        if before != self.path {
            self.born_at.get_or_insert(before);
        }
    }
}

impl State {
    /// A state that remembers nothing yet.
    #[must_use]
    pub fn new(lineage: String) -> Self {
        Self {
            lineage,
            ..Self::default()
        }
    }

    /// The object that stands at each path now, without those that only wait
    /// to be deleted.
    #[must_use]
    pub fn current(&self) -> BTreeMap<&NodePath, BirthId> {
        self.standing().collect()
    }

    /// The same by birth.
    pub fn standing(&self) -> impl Iterator<Item = (&NodePath, BirthId)> {
        let standing = self.objects.iter().filter(|(_, object)| !object.old);
        standing.map(|(id, object)| (&object.path, *id))
    }

    /// The birth of the next object that is taken over.
    #[must_use]
    pub fn next_taken_over(&self) -> BirthId {
        let taken = self.objects.keys().filter(|birth| birth.is_taken_over());
        let ordinal = taken.map(|birth| birth.ordinal + 1).max().unwrap_or(0);
        BirthId { serial: 0, ordinal }
    }

    /// The full identity of an object.
    #[must_use]
    pub fn birth(&self, id: BirthId) -> Option<Birth> {
        let path = match (self.objects.get(&id), self.open.get(&id)) {
            (Some(object), _) => object.born_at.as_ref().unwrap_or(&object.path),
            (None, Some(intent)) => &intent.path,
            (None, None) => return None,
        };
        Some(Birth {
            id,
            path: path.clone(),
        })
    }

    /// Applies one record. Total: a record about an object that is not known
    /// changes nothing, since the only way to it is a repeated record.
    pub fn apply(&mut self, record: Record) {
        match record {
            Record::Open { .. } => self.open(record),
            Record::Ended(end) => self.ended(end),
            Record::Keys { sealed } => self.keys = Some(sealed),
            Record::Lookup { path, pinned } => {
                self.lookups.insert(path, pinned);
            }
            Record::Secret { key, secret } => {
                self.secrets.insert(key, secret);
            }
            Record::Outputs { values } => self.outputs = values,
            Record::Begin { .. } => self.begin(record),
            Record::Made { birth, id } => self.made(birth, id),
            Record::Done {
                birth,
                id,
                outputs,
                took_s,
            } => {
                if let Some(id) = id {
                    self.made(birth, id);
                }
                self.done(birth, outputs, took_s);
            }
            Record::Deleted { birth } => {
                self.open.remove(&birth);
                self.objects.remove(&birth);
            }
            Record::Forgotten { birth } => {
                let born = self.birth(birth);
                self.released
                    .extend(born.map(|born| born.token(&self.lineage)));
                self.open.remove(&birth);
                self.objects.remove(&birth);
            }
            Record::Undone { birth } => self.undone(birth),
            Record::Broken { birth, why } => {
                self.settle(birth);
                if let Some(object) = self.objects.get_mut(&birth) {
                    object.stage = Stage::Broken(why);
                }
            }
            Record::Refreshed {
                birth,
                inputs,
                outputs,
            } => self.refreshed(birth, inputs, outputs),
            Record::Moved {
                birth,
                path,
                deps,
                soft_deps,
            } => self.moved(birth, path, deps, soft_deps),
            Record::Ruled {
                birth,
                protect,
                retain,
            } => {
                if let Some(object) = self.objects.get_mut(&birth) {
                    (object.protect, object.retain) = (protect, retain);
                }
            }
            Record::Imported { .. } => self.imported(record),
        }
    }

    fn open(&mut self, record: Record) {
        let Record::Open {
            run,
            program,
            plan,
            command,
            who,
            at,
            ..
        } = record
        else {
            return;
        };
        self.ended(End::only(Ending::Interrupted));
        self.running = Some(Begun {
            run,
            command,
            who,
            at,
            program: program.clone(),
        });
        self.program = program.or(self.program.take());
        self.plans.extend(plan);
        let surplus = self.plans.len().saturating_sub(PLANS_KEPT);
        self.plans.drain(..surplus);
    }

    fn ended(&mut self, end: End) {
        let Some(begun) = self.running.take() else {
            return;
        };
        let serial = self.serial + 1;
        self.history.push(Past { serial, begun, end });
        let surplus = self.history.len().saturating_sub(KEPT);
        self.history.drain(..surplus);
    }

    fn begin(&mut self, record: Record) {
        let Record::Begin {
            birth,
            action,
            path,
            ty,
            body,
            deps,
            soft_deps,
            replaces,
            protect,
            retain,
        } = record
        else {
            return;
        };
        if action == Action::Create {
            self.next_ordinal = self.next_ordinal.max(birth.ordinal + 1);
        }
        if let Some(replaced) = replaces.and_then(|id| self.objects.get_mut(&id)) {
            replaced.old = true;
        }
        let intent = Intent {
            action,
            path,
            ty,
            body,
            deps,
            soft_deps,
            replaces,
            protect,
            retain,
        };
        self.open.insert(birth, intent);
    }

    fn undone(&mut self, birth: BirthId) {
        let Some(intent) = self.open.remove(&birth) else {
            return;
        };
        match intent.action {
            Action::Update => {
                if let Some(object) = self.objects.get_mut(&birth) {
                    object.unsure = true;
                }
            }
            // Nothing has taken the old object's place after all.
            Action::Create => {
                if let Some(replaced) = intent.replaces.and_then(|id| self.objects.get_mut(&id)) {
                    replaced.old = false;
                }
            }
            Action::Delete => {}
        }
    }

    fn made(&mut self, birth: BirthId, id: String) {
        let Some(intent) = self.open.get(&birth) else {
            return;
        };
        let object = Object {
            path: intent.path.clone(),
            born_at: None,
            ty: intent.ty.clone(),
            id,
            stage: Stage::Coming,
            inputs: intent.body.json.clone(),
            sealed: intent.body.sealed.clone(),
            outputs: Body::empty().json,
            sealed_outputs: BTreeMap::new(),
            deps: intent.deps.clone(),
            soft_deps: intent.soft_deps.clone(),
            old: false,
            protect: intent.protect,
            retain: intent.retain,
            unsure: false,
        };
        self.open.remove(&birth);
        self.objects.insert(birth, object);
    }

    /// The request of an open update becomes what the object is.
    fn settle(&mut self, birth: BirthId) {
        let Some(intent) = self.open.remove(&birth) else {
            return;
        };
        if let Some(object) = self.objects.get_mut(&birth) {
            object.inputs = intent.body.json;
            object.sealed = intent.body.sealed;
            object.stand_at(intent.path);
            object.deps = intent.deps;
            object.soft_deps = intent.soft_deps;
            object.protect = intent.protect;
            object.retain = intent.retain;
            object.unsure = false;
        }
    }

    fn done(&mut self, birth: BirthId, outputs: Body, took_s: Option<u32>) {
        let updated = self.open.contains_key(&birth);
        self.settle(birth);
        let Some(object) = self.objects.get_mut(&birth) else {
            return;
        };
        object.stage = Stage::Ready;
        object.outputs = outputs.json;
        object.sealed_outputs = outputs.sealed;
        if let (false, Some(took)) = (updated, took_s) {
            self.durations.insert(object.ty.clone(), took);
        }
    }

    fn refreshed(&mut self, birth: BirthId, inputs: Option<Body>, outputs: Option<Body>) {
        let Some(object) = self.objects.get_mut(&birth) else {
            return;
        };
        if let Some(inputs) = inputs {
            object.inputs = inputs.json;
            object.sealed = inputs.sealed;
        }
        if let Some(outputs) = outputs {
            object.outputs = outputs.json;
            object.sealed_outputs = outputs.sealed;
        }
    }

    fn moved(
        &mut self,
        birth: BirthId,
        path: NodePath,
        deps: Vec<BirthId>,
        soft_deps: Vec<BirthId>,
    ) {
        let Some(object) = self.objects.get_mut(&birth) else {
            return;
        };
        object.stand_at(path);
        object.deps = deps;
        object.soft_deps = soft_deps;
    }

    fn imported(&mut self, record: Record) {
        let Record::Imported {
            birth,
            path,
            ty,
            id,
            inputs,
            outputs,
        } = record
        else {
            return;
        };
        let object = Object {
            path,
            born_at: None,
            ty,
            id,
            stage: Stage::Ready,
            inputs: inputs.json,
            sealed: inputs.sealed,
            outputs: outputs.json,
            sealed_outputs: outputs.sealed,
            deps: Vec::new(),
            soft_deps: Vec::new(),
            old: false,
            protect: false,
            retain: false,
            unsure: false,
        };
        self.objects.insert(birth, object);
    }
}
