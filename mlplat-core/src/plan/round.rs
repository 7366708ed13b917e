//! One pass over the program: each node and each object gets its change.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value};

use super::Val;
use super::certain;
use super::change::{Change, Planned, Reason, Rule};
use super::diff::{self, Base};
use super::document;
use super::eval::{Env, Evaluator, NodeOutputs};
use super::keys::Keys;
use super::known::referenced;
use super::planner::{Inputs, Sight};
use super::render;
use super::scope::in_scope;
use crate::facts::Type;
use crate::graph::{Node, NodeKind};
use crate::path::NodePath;
use crate::problem::{Problem, Problems};
use crate::provider::{Observed, Status};
use crate::state::{Birth, BirthId, Object, Record, Stage};
use crate::wiring::NodeId;

/// One pass over the program with a set of nodes that have to go first.
pub(super) struct Round<'a> {
    pub(super) inputs: &'a Inputs<'a>,
    pub(super) forced: &'a BTreeMap<NodePath, String>,
    pub(super) current: HashMap<&'a NodePath, BirthId>,
    pub(super) env: Outputs,
    pub(super) referenced: Vec<bool>,
    /// Nodes whose object will be another one for certain.
    pub(super) anew: BTreeSet<NodeId>,
    pub(super) in_scope: Vec<bool>,
    pub(super) planned: Vec<Planned>,
    pub(super) refreshed: Vec<Record>,
    /// What each entry will claim or holds, for unique keys.
    pub(super) keys: Keys,
    pub(super) problems: Problems,
    pub(super) next_ordinal: u32,
    pub(super) answers: HashMap<NodeId, NodeOutputs>,
}

/// The outputs of all nodes as far as they are known.
pub(super) struct Outputs(RefCell<Vec<Option<NodeOutputs>>>);

impl Env for Outputs {
    fn outputs(&self, node: NodeId) -> Option<NodeOutputs> {
        self.0.borrow().get(node.index()).cloned().flatten()
    }
}

impl<'a> Round<'a> {
    pub(super) fn run(
        inputs: &'a Inputs<'a>,
        forced: &'a BTreeMap<NodePath, String>,
        along: &BTreeSet<NodeId>,
    ) -> Result<Self, Problems> {
        let count = inputs.graph.nodes().len();
        let mut round = Self {
            inputs,
            forced,
            // Asked once for each node, and never in order.
            current: inputs.state.standing().collect(),
            env: Outputs(RefCell::new(vec![None; count])),
            referenced: referenced(inputs.graph),
            anew: BTreeSet::new(),
            in_scope: in_scope(inputs.graph, inputs.only, along),
            planned: Vec::with_capacity(count),
            refreshed: Vec::new(),
            keys: Keys::default(),
            problems: Problems::default(),
            next_ordinal: inputs.state.next_ordinal,
            answers: HashMap::new(),
        };
        let mut standing: BTreeSet<BirthId> = BTreeSet::new();
        for id in inputs.graph.order() {
            round.node(*id, &mut standing);
        }
        round.leftovers(&standing);
        round.orphans();
        std::mem::take(&mut round.problems).into_result()?;
        Ok(round)
    }

    pub(super) fn node(&mut self, id: NodeId, standing: &mut BTreeSet<BirthId>) {
        let node = self.inputs.graph.node(id);
        if !matches!(node.kind, NodeKind::Resource) {
            // A question about something that will change has no answer yet.
            let settled = self.is_settled(node);
            let answer = self.inputs.answers.get(&id).filter(|_| settled).cloned();
            self.answers
                .extend(answer.clone().map(|answer| (id, answer)));
            self.set_outputs(id, answer);
            self.planned.push(entry(node, id, Change::Keep));
            return;
        }
        let (object, moved_from) = self.object_of(node);
        standing.extend(object);
        if !self.in_scope[id.index()] {
            let outputs = object.and_then(|birth| self.object_outputs(birth, id, &[]));
            self.set_outputs(id, outputs);
            self.planned.push(Planned {
                object,
                ..entry(node, id, Change::Keep)
            });
            return;
        }
        let gone =
            object.is_some_and(|birth| matches!(self.inputs.sights.get(&birth), Some(Sight::Gone)));
        let planned = match object {
            Some(birth) if gone => self.made_again(node, id, birth),
            Some(birth) => self.compare(node, id, birth),
            None => self.create(node, id, Vec::new()),
        };
        match planned {
            Ok(mut planned) => {
                if planned.change == Change::Keep && moved_from.is_some() {
                    planned.change = Change::Move;
                }
                planned.moved_from = moved_from;
                self.planned.push(planned);
            }
            Err(problem) => self.problems.push(problem.on(&node.path).at(node.at.outer)),
        }
    }

    /// Whether everything that a question depends on is known.
    pub(super) fn is_settled(&self, node: &Node) -> bool {
        let evaluator = Evaluator {
            graph: self.inputs.graph,
            env: &self.env,
            secrets: self.inputs.secrets,
        };
        let inputs = evaluator.inputs(node, None);
        inputs.is_ok_and(|inputs| inputs.values().all(Val::is_known))
    }

    /// The object that stands for a node, at its path or at an earlier one.
    pub(super) fn object_of(&self, node: &Node) -> (Option<BirthId>, Option<NodePath>) {
        if let Some(birth) = self.current.get(&node.path) {
            return (Some(*birth), None);
        }
        let earlier = node
            .moved_from
            .iter()
            .find_map(|path| Some((*self.current.get(path)?, path.clone())));
        earlier.map_or((None, None), |(birth, path)| (Some(birth), Some(path)))
    }

    pub(super) fn create(
        &mut self,
        node: &Node,
        id: NodeId,
        reasons: Vec<Reason>,
    ) -> Result<Planned, Problem> {
        let birth = self.next_birth(&node.path);
        let inputs = self.evaluate(node, &birth)?;
        self.set_outputs(id, None);
        self.anew.insert(id);
        self.claim(node.ty, &inputs);
        Ok(Planned {
            birth: Some(birth),
            reasons,
            ..entry(node, id, Change::Create)
        })
    }

    pub(super) fn made_again(
        &mut self,
        node: &Node,
        id: NodeId,
        birth: BirthId,
    ) -> Result<Planned, Problem> {
        self.refreshed.push(Record::Deleted { birth });
        let because = "it was deleted outside".to_owned();
        self.create(node, id, vec![whole(Rule::Gone, because)])
    }

    pub(super) fn compare(
        &mut self,
        node: &Node,
        id: NodeId,
        birth: BirthId,
    ) -> Result<Planned, Problem> {
        let state = self.inputs.state;
        let (Some(object), Some(born)) = (state.objects.get(&birth), state.birth(birth)) else {
            return self.create(node, id, Vec::new());
        };
        if object.ty != node.ty.name {
            let because = format!("{} became {}", object.ty, node.ty.name);
            return self.replace(node, id, birth, object, vec![whole(Rule::Replace, because)]);
        }
        let wanted = self.evaluate(node, &born)?;
        let seen = match self.inputs.sights.get(&birth) {
            Some(Sight::Seen(seen)) => Some(&**seen),
            _ => None,
        };
        if seen.is_none() && self.unchanged(node, object, &wanted, &born) {
            self.note_rules(node, birth, object);
            self.set_outputs(id, self.object_outputs(birth, id, &[]));
            return Ok(Planned {
                object: Some(birth),
                ..entry(node, id, Change::Keep)
            });
        }
        let remembered = remembered(object)?;
        let place = born.id.to_string();
        let keyring = self.inputs.secrets.keyring();
        let digested = |name: &str, remembered: &Value, shown: Value| {
            render::digest_like(remembered, shown, &format!("{place}|{name}"), keyring)
        };
        let base = Base::new(node.ty, remembered, seen, &digested);
        let rendered = |name: &str, value: &Val| render::render_field(name, value, &place, keyring);
        let mut reasons = diff::fields(node.ty, &base, &wanted, &rendered, &node.rules);
        certain::settle(self.inputs.graph, node, &self.anew, &mut reasons);
        reasons.extend(unsure(object, node.ty, &wanted));
        self.refresh(birth, object, &base, seen);
        self.note_rules(node, birth, object);
        if let Some(why) = self.has_to_go(node, object, seen) {
            reasons.insert(0, why);
        }
        for reason in &mut reasons {
            reason.source = Some(node.at.outer);
        }
        self.decide(node, id, birth, object, reasons, &wanted)
    }

    /// Whether program and memory agree to the byte, without reading either.
    pub(super) fn unchanged(
        &self,
        node: &Node,
        object: &Object,
        wanted: &BTreeMap<String, Val>,
        born: &Birth,
    ) -> bool {
        let settled = object.stage == Stage::Ready && !object.unsure;
        if !settled || self.forced.contains_key(&node.path) {
            return false;
        }
        let keyring = self.inputs.secrets.keyring();
        render::render_body(wanted, &born.id.to_string(), keyring, None)
            .is_some_and(|body| body.json.get() == object.inputs.get())
    }

    /// Protection is remembered with the object: it has to hold when the node
    /// is no longer in the program.
    pub(super) fn note_rules(&mut self, node: &Node, birth: BirthId, object: &Object) {
        let (protect, retain) = (node.rules.protect, node.rules.retain);
        if (object.protect, object.retain) != (protect, retain) {
            self.refreshed.push(Record::Ruled {
                birth,
                protect,
                retain,
            });
        }
    }

    pub(super) fn has_to_go(
        &self,
        node: &Node,
        object: &Object,
        seen: Option<&Observed>,
    ) -> Option<Reason> {
        if let Some(cause) = self.forced.get(&node.path) {
            return Some(whole(Rule::Forced, cause.clone()));
        }
        let because = match (&object.stage, seen.map(|seen| &seen.status)) {
            (Stage::Broken(why), _) => format!("its creation ended: {why}"),
            (_, Some(Status::Failed(why))) => format!("it has failed: {why}"),
            // A deletion that began, here or outside, cannot be called back.
            (_, Some(Status::Leaving(_))) => "it is being deleted".to_owned(),
            _ => return None,
        };
        Some(whole(Rule::Broken, because))
    }

    pub(super) fn decide(
        &mut self,
        node: &Node,
        id: NodeId,
        birth: BirthId,
        object: &Object,
        mut reasons: Vec<Reason>,
        wanted: &BTreeMap<String, Val>,
    ) -> Result<Planned, Problem> {
        if reasons.iter().any(|reason| reason.rule.replaces()) {
            return self.replace(node, id, birth, object, reasons);
        }
        if let Some(problem) = diff::step_down(node.ty, &reasons) {
            return Err(problem);
        }
        if object.stage == Stage::Coming {
            let because = "its creation was interrupted and goes on".to_owned();
            reasons.push(whole(Rule::Resume, because));
        }
        let change = match reasons.as_slice() {
            [] => Change::Keep,
            [only] if only.rule == Rule::Resume => Change::Create,
            _ => Change::Update,
        };
        let changed: Vec<&str> = reasons
            .iter()
            .map(|reason| document::field_of(&reason.field))
            .collect();
        let outputs = match object.stage {
            Stage::Ready => self.object_outputs(birth, id, &changed),
            _ => None,
        };
        self.set_outputs(id, outputs);
        if change == Change::Update {
            self.claim(node.ty, wanted);
            self.hold_until_updated(node.ty, &remembered(object)?, wanted);
        }
        Ok(Planned {
            object: Some(birth),
            reasons,
            ..entry(node, id, change)
        })
    }

    pub(super) fn replace(
        &mut self,
        node: &Node,
        id: NodeId,
        object: BirthId,
        old: &Object,
        reasons: Vec<Reason>,
    ) -> Result<Planned, Problem> {
        let birth = self.next_birth(&node.path);
        let inputs = self.evaluate(node, &birth)?;
        let old_inputs = remembered(old)?;
        if reasons
            .iter()
            .any(|reason| reason.rule != Rule::ReplaceIfChanged && reason.rule.replaces())
        {
            self.anew.insert(id);
        }
        let clash = diff::same_key(node.ty, &old_inputs, &inputs).is_some();
        self.set_outputs(id, None);
        self.claim(node.ty, &inputs);
        self.hold(old, &old_inputs);
        Ok(Planned {
            object: Some(object),
            birth: Some(birth),
            delete_first: clash || self.forced.contains_key(&node.path),
            reasons,
            ..entry(node, id, Change::Replace)
        })
    }

    pub(super) fn evaluate(
        &self,
        node: &Node,
        birth: &Birth,
    ) -> Result<BTreeMap<String, Val>, Problem> {
        let evaluator = Evaluator {
            graph: self.inputs.graph,
            env: &self.env,
            secrets: self.inputs.secrets,
        };
        let born = Some((birth, self.inputs.state.lineage.as_str()));
        evaluator.inputs(node, born).map_err(|(field, why)| {
            Problem::new(
                "no-value",
                format!("{field} has no value: {why}"),
                "wire it to something that has one",
            )
        })
    }

    pub(super) fn next_birth(&mut self, path: &NodePath) -> Birth {
        let id = BirthId {
            serial: self.inputs.state.serial + 1,
            ordinal: self.next_ordinal,
        };
        self.next_ordinal += 1;
        Birth {
            id,
            path: path.clone(),
        }
    }

    pub(super) fn set_outputs(&mut self, id: NodeId, outputs: Option<NodeOutputs>) {
        if let Some(slot) = self.env.0.get_mut().get_mut(id.index()) {
            *slot = outputs;
        }
    }
}

pub(super) fn entry(node: &Node, id: NodeId, change: Change) -> Planned {
    Planned {
        path: node.path.clone(),
        ty: node.ty.name.to_owned(),
        change,
        reasons: Vec::new(),
        node: Some(id),
        object: None,
        birth: None,
        delete_first: false,
        moved_from: None,
        source: Some(node.at.outer),
        orphan: None,
    }
}

pub(super) fn whole(rule: Rule, because: String) -> Reason {
    Reason {
        field: String::new(),
        old: None,
        new: None,
        rule,
        source: None,
        because,
    }
}

/// An update without an answer: what cannot be read is sent again.
pub(super) fn unsure(object: &Object, ty: &Type, wanted: &BTreeMap<String, Val>) -> Vec<Reason> {
    if !object.unsure {
        return Vec::new();
    }
    let unread = ty
        .fields
        .iter()
        .filter(|field| field.secret || field.change == crate::facts::OnChange::WriteOnly);
    unread
        .filter_map(|field| {
            let value = wanted.get(field.name)?;
            Some(Reason {
                field: field.name.to_owned(),
                old: None,
                new: Some(value.to_string()),
                rule: Rule::WriteOnly,
                source: None,
                because: "an update of it had no answer".to_owned(),
            })
        })
        .collect()
}

pub(super) fn remembered(object: &Object) -> Result<Map<String, Value>, Problem> {
    serde_json::from_str(object.inputs.get()).map_err(|_| {
        Problem::new(
            "bad-state",
            "its stored inputs are no JSON object",
            "restore the state from a backup",
        )
    })
}
