//! The planner: from program, memory and reality to a plan.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::change::{Change, Counts, Plan, Planned, Reason, Rule};
use super::diff::{self, Base};
use super::eval::{Env, Evaluator, NodeOutputs};
use super::render::{self, SecretBook};
use super::steps::{self, Claim, Freed, NoOrder};
use super::{Val, canonical_text, estimate};
use crate::facts::{OutputLife, Scope, Type};
use crate::graph::{Graph, Node, NodeKind};
use crate::path::NodePath;
use crate::problem::{Problem, Problems};
use crate::provider::{Observed, Owned, Status};
use crate::state::{Birth, BirthId, Body, Object, Record, Stage, State};
use crate::wiring::NodeId;

/// What a direct look at an object showed.
#[derive(Debug, Clone)]
pub enum Sight {
    /// It is proven not to exist.
    Gone,
    /// It is there.
    Seen(Box<Observed>),
}

/// Everything a plan is made from.
pub struct Inputs<'a> {
    /// The program.
    pub graph: &'a Graph,
    /// The memory.
    pub state: &'a State,
    /// Reality, for the objects that were looked at.
    pub sights: &'a BTreeMap<BirthId, Sight>,
    /// Answers to look-ups, and outputs of existing objects.
    pub answers: &'a HashMap<NodeId, Map<String, Value>>,
    /// Clear texts of secrets.
    pub secrets: &'a SecretBook,
    /// The facts of types that the program may no longer have.
    pub types: &'a dyn Fn(&str) -> Option<&'static Type>,
    /// Only these subtrees, with what they need; empty for everything.
    pub only: &'a [NodePath],
    /// Objects with our tag that the state does not know.
    pub orphans: &'a [Owned],
}

/// Makes a plan.
///
/// # Errors
/// A protected object that would go, a value that cannot be had, keys that
/// would have to be exchanged in place.
pub fn plan(inputs: &Inputs<'_>) -> Result<Plan, Problems> {
    let mut forced: BTreeMap<NodePath, String> = BTreeMap::new();
    let mut along: BTreeSet<NodeId> = BTreeSet::new();
    loop {
        let round = Round::run(inputs, &forced, &along)?;
        let holders = round.holders_outside();
        if !holders.is_empty() {
            along.extend(holders);
            continue;
        }
        let claims = round.claims();
        let learned = &inputs.state.durations;
        let weight = |planned: &Planned, kind| {
            estimate::weight(planned, kind, (inputs.types)(&planned.ty), learned)
        };
        match steps::build(inputs.graph, inputs.state, &round.planned, &claims, &weight) {
            Ok(steps) => {
                round.check_protection()?;
                return Ok(round.finish(steps));
            }
            Err(NoOrder::Promote(promoted)) => {
                let more: Vec<_> = promoted
                    .into_iter()
                    .map(|(at, cause)| (round.planned[at].path.clone(), round.cause(cause)))
                    .collect();
                along.extend(more.iter().filter_map(|(path, _)| inputs.graph.find(path)));
                forced.extend(more);
            }
            Err(NoOrder::Swap(members)) => return Err(round.swap(&members).into()),
        }
    }
}

/// One pass over the program with a set of nodes that have to go first.
struct Round<'a> {
    inputs: &'a Inputs<'a>,
    forced: &'a BTreeMap<NodePath, String>,
    current: BTreeMap<&'a NodePath, BirthId>,
    env: Outputs,
    referenced: Vec<bool>,
    in_scope: Vec<bool>,
    planned: Vec<Planned>,
    refreshed: Vec<Record>,
    /// What each entry will claim or holds, for unique keys.
    keys: Keys,
    problems: Problems,
    next_ordinal: u32,
    answers: HashMap<NodeId, Map<String, Value>>,
}

/// Unique keys by the group in which they may clash.
#[derive(Default)]
struct Keys {
    held: HashMap<String, Vec<(usize, Freed, Vec<Value>)>>,
    claimed: Vec<(usize, Key)>,
}

/// A unique key whose parts are all known.
#[derive(Clone, PartialEq)]
struct Key {
    /// Only keys of one group can clash.
    group: String,
    /// Ranges, which clash where they overlap; without any, the same group is
    /// the same key.
    ranges: Vec<Value>,
}

/// The outputs of all nodes as far as they are known.
struct Outputs(RefCell<Vec<Option<NodeOutputs>>>);

impl Env for Outputs {
    fn outputs(&self, node: NodeId) -> Option<NodeOutputs> {
        self.0.borrow().get(node.index()).cloned().flatten()
    }
}

impl<'a> Round<'a> {
    fn run(
        inputs: &'a Inputs<'a>,
        forced: &'a BTreeMap<NodePath, String>,
        along: &BTreeSet<NodeId>,
    ) -> Result<Self, Problems> {
        let count = inputs.graph.nodes().len();
        let mut round = Self {
            inputs,
            forced,
            current: inputs.state.current(),
            env: Outputs(RefCell::new(vec![None; count])),
            referenced: referenced(inputs.graph),
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

    fn node(&mut self, id: NodeId, standing: &mut BTreeSet<BirthId>) {
        let node = self.inputs.graph.node(id);
        if !matches!(node.kind, NodeKind::Resource) {
            // A question about something that will change has no answer yet.
            let settled = self.is_settled(node);
            let answer = self.inputs.answers.get(&id).filter(|_| settled).cloned();
            self.answers
                .extend(answer.clone().map(|answer| (id, answer)));
            self.set_outputs(id, answer.map(plain_outputs));
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
    fn is_settled(&self, node: &Node) -> bool {
        let evaluator = Evaluator {
            graph: self.inputs.graph,
            env: &self.env,
            secrets: self.inputs.secrets,
        };
        let inputs = evaluator.inputs(node, None);
        inputs.is_ok_and(|inputs| inputs.values().all(Val::is_known))
    }

    /// The object that stands for a node, at its path or at an earlier one.
    fn object_of(&self, node: &Node) -> (Option<BirthId>, Option<NodePath>) {
        if let Some(birth) = self.current.get(&node.path) {
            return (Some(*birth), None);
        }
        let earlier = node
            .moved_from
            .iter()
            .find_map(|path| Some((*self.current.get(path)?, path.clone())));
        earlier.map_or((None, None), |(birth, path)| (Some(birth), Some(path)))
    }

    fn create(
        &mut self,
        node: &Node,
        id: NodeId,
        reasons: Vec<Reason>,
    ) -> Result<Planned, Problem> {
        let birth = self.next_birth(&node.path);
        let inputs = self.evaluate(node, &birth)?;
        self.set_outputs(id, None);
        self.claim(node.ty, &inputs);
        Ok(Planned {
            birth: Some(birth),
            reasons,
            ..entry(node, id, Change::Create)
        })
    }

    fn made_again(&mut self, node: &Node, id: NodeId, birth: BirthId) -> Result<Planned, Problem> {
        self.refreshed.push(Record::Deleted { birth });
        let because = "it was deleted outside".to_owned();
        self.create(node, id, vec![whole(Rule::Gone, because)])
    }

    fn compare(&mut self, node: &Node, id: NodeId, birth: BirthId) -> Result<Planned, Problem> {
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
        let base = Base::new(node.ty, remembered, seen);
        let place = born.id.to_string();
        let keyring = self.inputs.secrets.keyring();
        let rendered = |name: &str, value: &Val| {
            let one = BTreeMap::from([(name.to_owned(), value.clone())]);
            let body = render::render_body(&one, &place, keyring, None)?;
            let value: Map<String, Value> = serde_json::from_str(body.json.get()).ok()?;
            value.into_iter().next().map(|(_, value)| value)
        };
        let mut reasons = diff::fields(node.ty, &base, &wanted, &rendered, &node.rules);
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
    fn unchanged(
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
    fn note_rules(&mut self, node: &Node, birth: BirthId, object: &Object) {
        let (protect, retain) = (node.rules.protect, node.rules.retain);
        if (object.protect, object.retain) != (protect, retain) {
            self.refreshed.push(Record::Ruled {
                birth,
                protect,
                retain,
            });
        }
    }

    fn has_to_go(&self, node: &Node, object: &Object, seen: Option<&Observed>) -> Option<Reason> {
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

    fn decide(
        &mut self,
        node: &Node,
        id: NodeId,
        birth: BirthId,
        object: &Object,
        mut reasons: Vec<Reason>,
        wanted: &BTreeMap<String, Val>,
    ) -> Result<Planned, Problem> {
        let replaces = |rule| {
            matches!(
                rule,
                Rule::Replace
                    | Rule::ReplaceIfChanged
                    | Rule::DriftReplace
                    | Rule::Broken
                    | Rule::Forced
            )
        };
        if reasons.iter().any(|reason| replaces(reason.rule)) {
            return self.replace(node, id, birth, object, reasons);
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
        let changed: Vec<&str> = reasons.iter().map(|reason| reason.field.as_str()).collect();
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

    fn replace(
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

    fn evaluate(&self, node: &Node, birth: &Birth) -> Result<BTreeMap<String, Val>, Problem> {
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

    fn next_birth(&mut self, path: &NodePath) -> Birth {
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

    fn set_outputs(&mut self, id: NodeId, outputs: Option<NodeOutputs>) {
        if let Some(slot) = self.env.0.get_mut().get_mut(id.index()) {
            *slot = outputs;
        }
    }

    /// The outputs of an object that stays, without those that change with
    /// the changed fields. Not read when nobody asks for them.
    fn object_outputs(&self, birth: BirthId, id: NodeId, changed: &[&str]) -> Option<NodeOutputs> {
        if !self.referenced[id.index()] {
            return None;
        }
        let object = self.inputs.state.objects.get(&birth)?;
        let mut known = known_outputs(object)?;
        if let Some(Sight::Seen(seen)) = self.inputs.sights.get(&birth) {
            let plain = seen
                .outputs
                .iter()
                .filter(|(name, _)| !is_secret(id, name, self.inputs.graph));
            known.extend(plain.map(|(name, value)| (name.clone(), value.clone())));
        }
        let ty = self.inputs.graph.node(id).ty;
        let secret = open_secret_outputs(object, birth, self.inputs.secrets);
        let changing = ty.outputs.iter().filter(|output| match output.life {
            OutputLife::ChangesWith(fields) => fields.iter().any(|field| changed.contains(field)),
            OutputLife::Fixed | OutputLife::Drifts => false,
        });
        Some(NodeOutputs {
            known: Arc::new(known),
            secret: Arc::new(secret),
            changing: Arc::new(changing.map(|output| output.name).collect()),
        })
    }

    /// Notes what reality showed and the state did not know.
    fn refresh(&mut self, birth: BirthId, object: &Object, base: &Base, seen: Option<&Observed>) {
        let inputs = (!base.drifted.is_empty()).then(|| body(&base.inputs, &object.sealed));
        let outputs = seen.and_then(|seen| {
            let mut outputs = known_outputs(object)?;
            let before = outputs.clone();
            for (name, value) in &seen.outputs {
                if !object
                    .sealed_outputs
                    .keys()
                    .any(|place| place.ends_with(&format!("|{name}")))
                {
                    outputs.insert(name.clone(), value.clone());
                }
            }
            (outputs != before && object.stage == Stage::Ready)
                .then(|| body(&outputs, &object.sealed_outputs))
        });
        if inputs.is_some() || outputs.is_some() {
            self.refreshed.push(Record::Refreshed {
                birth,
                inputs,
                outputs,
            });
        }
    }

    /// Objects without a node.
    fn leftovers(&mut self, standing: &BTreeSet<BirthId>) {
        let state = self.inputs.state;
        let taken = closure_of_deletes(self.inputs, standing);
        for (birth, object) in &state.objects {
            if standing.contains(birth)
                || taken.as_ref().is_some_and(|taken| !taken.contains(birth))
            {
                continue;
            }
            let gone = matches!(self.inputs.sights.get(birth), Some(Sight::Gone));
            let (change, rule, because) = match (object.old, gone, object.retain) {
                (_, true, _) => (Change::Forget, Rule::Gone, "it was deleted outside"),
                (true, ..) => (
                    Change::Delete,
                    Rule::Superseded,
                    "another object has taken its place",
                ),
                (.., true) => (
                    Change::Forget,
                    Rule::NotInProgram,
                    "it is no longer in the program, and is retained",
                ),
                _ => (
                    Change::Delete,
                    Rule::NotInProgram,
                    "it is no longer in the program",
                ),
            };
            if let Ok(inputs) = remembered(object) {
                self.hold(object, &inputs);
            }
            self.planned.push(Planned {
                path: object.path.clone(),
                ty: object.ty.clone(),
                change,
                reasons: vec![whole(rule, because.to_owned())],
                node: None,
                object: Some(*birth),
                birth: None,
                delete_first: false,
                moved_from: None,
                source: None,
                orphan: None,
            });
        }
    }

    /// Objects with our tag that nobody remembers.
    fn orphans(&mut self) {
        for orphan in self.inputs.orphans {
            self.planned.push(Planned {
                path: NodePath::root(),
                ty: orphan.ty.clone(),
                change: Change::Orphan,
                reasons: vec![whole(
                    Rule::NotInProgram,
                    format!("{} carries this stack's tag and is in no state", orphan.id),
                )],
                node: None,
                object: None,
                birth: None,
                delete_first: false,
                moved_from: None,
                source: None,
                orphan: Some(orphan.clone()),
            });
        }
    }

    fn claim(&mut self, ty: &Type, inputs: &BTreeMap<String, Val>) {
        let at = self.planned.len();
        let keys = keys_of(ty, &known_part(inputs));
        let claimed = keys.into_iter().map(|key| (at, key));
        self.keys.claimed.extend(claimed);
    }

    /// The keys that an object holds until its entry removes it.
    fn hold(&mut self, object: &Object, inputs: &Map<String, Value>) {
        let Some(ty) = (self.inputs.types)(&object.ty) else {
            return;
        };
        let known = |field: &str| inputs.get(field).cloned();
        self.keep_keys(keys_of(ty, &known), Freed::ByRemoval);
    }

    /// The keys that an object holds until its entry updates it.
    fn hold_until_updated(
        &mut self,
        ty: &Type,
        old: &Map<String, Value>,
        new: &BTreeMap<String, Val>,
    ) {
        let kept = keys_of(ty, &known_part(new));
        let known = |field: &str| old.get(field).cloned();
        let mut freed = keys_of(ty, &known);
        freed.retain(|key| !kept.contains(key));
        self.keep_keys(freed, Freed::ByUpdate);
    }

    fn keep_keys(&mut self, keys: Vec<Key>, freed: Freed) {
        let at = self.planned.len();
        for Key { group, ranges } in keys {
            let held = self.keys.held.entry(group).or_default();
            held.push((at, freed, ranges));
        }
    }

    /// Which bring has to wait for which step, for the sake of a key.
    fn claims(&self) -> Vec<Claim> {
        let mut claims = Vec::new();
        for (claimer, key) in &self.keys.claimed {
            let held = self.keys.held.get(&key.group).into_iter().flatten();
            for (holder, freed, ranges) in held {
                if holder != claimer && ranges_clash(ranges, &key.ranges) {
                    claims.push(Claim {
                        holder: *holder,
                        freed: *freed,
                        claimer: *claimer,
                    });
                }
            }
        }
        claims
    }

    /// With `only`: nodes outside whose objects hold one that will go. They
    /// have to let go, so they come along.
    fn holders_outside(&self) -> Vec<NodeId> {
        if self.inputs.only.is_empty() {
            return Vec::new();
        }
        let goes: BTreeSet<BirthId> = self
            .planned
            .iter()
            .filter(|planned| matches!(planned.change, Change::Replace | Change::Delete))
            .filter_map(|planned| planned.object)
            .collect();
        let holds = |birth: &BirthId| {
            let object = self.inputs.state.objects.get(birth);
            object.is_some_and(|object| object.deps.iter().any(|dep| goes.contains(dep)))
        };
        let outside = self.planned.iter().filter_map(|planned| {
            let node = planned.node?;
            let object = planned.object.filter(holds)?;
            (!self.in_scope[node.index()] && !goes.contains(&object)).then_some(node)
        });
        outside.collect()
    }

    fn cause(&self, at: usize) -> String {
        let planned = &self.planned[at];
        if let Some(earlier) = self.forced.get(&planned.path) {
            return format!("{} has to go first; {earlier}", planned.path);
        }
        let field = planned
            .reasons
            .iter()
            .find(|reason| !reason.field.is_empty());
        let what = field.map_or_else(String::new, |reason| {
            format!(", whose {} changes", reason.field)
        });
        format!("it holds {}{what}, which cannot exist twice", planned.path)
    }

    fn swap(&self, members: &[usize]) -> Problem {
        let names: Vec<_> = members
            .iter()
            .map(|at| self.planned[*at].path.to_string())
            .collect();
        Problem::new(
            "key-swap",
            format!("{} would exchange unique keys", names.join(", ")),
            "change one of them first, deploy, then the other",
        )
    }

    fn check_protection(&self) -> Result<(), Problems> {
        let mut problems = Problems::default();
        for planned in &self.planned {
            let goes = matches!(planned.change, Change::Replace | Change::Delete);
            let by_node = planned
                .node
                .is_some_and(|id| self.inputs.graph.node(id).rules.protect);
            let by_state = planned.node.is_none()
                && planned
                    .object
                    .and_then(|birth| self.inputs.state.objects.get(&birth))
                    .is_some_and(|object| object.protect);
            if goes && (by_node || by_state) {
                problems.push(protected(planned));
            }
        }
        problems.into_result()
    }

    fn finish(self, steps: super::StepGraph) -> Plan {
        let mut counts = Counts::default();
        for planned in &self.planned {
            let resource = planned
                .node
                .is_none_or(|id| matches!(self.inputs.graph.node(id).kind, NodeKind::Resource));
            if resource {
                counts.add(planned.change);
            }
        }
        let estimate = estimate::critical_path(&steps);
        Plan {
            lineage: self.inputs.state.lineage.clone(),
            serial: self.inputs.state.serial,
            program: self.inputs.graph.program_hash().to_owned(),
            planned: self.planned,
            counts,
            steps,
            estimate,
            refreshed: self.refreshed,
            answers: self.answers,
        }
    }
}

fn protected(planned: &Planned) -> Problem {
    let why: Vec<_> = planned
        .reasons
        .iter()
        .map(|reason| match (&*reason.field, &*reason.because) {
            ("", because) => because.to_owned(),
            (field, _) => format!("{field} changes and cannot be changed in place"),
        })
        .collect();
    let mut problem = Problem::new(
        "protected",
        format!("it is protected, and the plan would {} it", planned.change),
        "undo the change, or take `.protect()` away and deploy that first",
    )
    .on(&planned.path)
    .because(why.join("; "));
    problem.source = planned.source;
    problem
}

fn entry(node: &Node, id: NodeId, change: Change) -> Planned {
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

fn whole(rule: Rule, because: String) -> Reason {
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
fn unsure(object: &Object, ty: &Type, wanted: &BTreeMap<String, Val>) -> Vec<Reason> {
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

fn remembered(object: &Object) -> Result<Map<String, Value>, Problem> {
    serde_json::from_str(object.inputs.get()).map_err(|_| {
        Problem::new(
            "bad-state",
            "its stored inputs are no JSON object",
            "restore the state from a backup",
        )
    })
}

fn known_outputs(object: &Object) -> Option<Map<String, Value>> {
    serde_json::from_str(object.outputs.get()).ok()
}

fn plain_outputs(known: Map<String, Value>) -> NodeOutputs {
    NodeOutputs {
        known: Arc::new(known),
        ..NodeOutputs::default()
    }
}

fn is_secret(id: NodeId, output: &str, graph: &Graph) -> bool {
    graph
        .node(id)
        .ty
        .output(output)
        .is_some_and(|fact| fact.secret)
}

/// The clear texts of an object's secret outputs.
pub(crate) fn open_secret_outputs(
    object: &Object,
    birth: BirthId,
    secrets: &SecretBook,
) -> BTreeMap<String, crate::wiring::Plain> {
    let place = format!("{birth}|outputs|");
    let each = object.sealed_outputs.iter().filter_map(|(at, sealed)| {
        let name = at.strip_prefix(&place)?;
        let plain = secrets.keyring().open(at, sealed).ok()?;
        Some((name.to_owned(), plain))
    });
    each.collect()
}

fn body(members: &Map<String, Value>, sealed: &BTreeMap<String, String>) -> Body {
    let text = canonical_text(&Value::Object(members.clone()));
    Body {
        json: serde_json::value::RawValue::from_string(text).unwrap_or_default(),
        sealed: sealed.clone(),
    }
}

fn known_part(inputs: &BTreeMap<String, Val>) -> impl Fn(&str) -> Option<Value> {
    |field: &str| match inputs.get(field) {
        Some(Val::Known(value)) => Some(value.clone()),
        _ => None,
    }
}

/// The unique keys of an object whose parts are all known.
fn keys_of(ty: &Type, known: &dyn Fn(&str) -> Option<Value>) -> Vec<Key> {
    let keys = ty.unique.iter().filter_map(|unique| {
        let mut group = format!("{}|{}", ty.name, unique.code);
        if let Scope::Parent(field) | Scope::OverlapIn(field) = unique.scope {
            group.push_str(&format!("|{}", known(field)?));
        }
        let parts: Option<Vec<Value>> = unique.fields.iter().map(|field| known(field)).collect();
        let mut ranges = parts?;
        if !matches!(unique.scope, Scope::OverlapIn(_)) {
            for part in ranges.drain(..) {
                group.push_str(&format!("|{part}"));
            }
        }
        Some(Key { group, ranges })
    });
    keys.collect()
}

/// Whether two keys of one group are the same, or overlap.
fn ranges_clash(one: &[Value], other: &[Value]) -> bool {
    one.iter()
        .zip(other)
        .all(|(one, other)| diff::overlap(one, other))
}

/// Which nodes' outputs are asked for by anybody.
fn referenced(graph: &Graph) -> Vec<bool> {
    let mut referenced = vec![false; graph.nodes().len()];
    let mut mark = |id: NodeId, _: &'static str| {
        if let Some(slot) = referenced.get_mut(id.index()) {
            *slot = true;
        }
    };
    for node in graph.nodes() {
        for expr in node.inputs.values() {
            expr.visit_attrs(&mut mark);
        }
        if let NodeKind::Existing(id) = &node.kind {
            id.visit_attrs(&mut mark);
        }
    }
    for output in graph.outputs() {
        output.expr.visit_attrs(&mut mark);
    }
    referenced
}

/// The nodes of the asked subtrees, those that have to come along, and
/// everything they need.
fn in_scope(graph: &Graph, only: &[NodePath], along: &BTreeSet<NodeId>) -> Vec<bool> {
    let mut wanted: Vec<bool> = graph
        .nodes()
        .iter()
        .map(|node| only.is_empty() || only.iter().any(|path| node.path.is_within(path)))
        .collect();
    for id in along {
        wanted[id.index()] = true;
    }
    for id in graph.order().iter().rev() {
        if wanted[id.index()] {
            for earlier in &graph.node(*id).after {
                wanted[earlier.index()] = true;
            }
        }
    }
    wanted
}

/// With `only`: the objects below it that have no node, and everything without
/// a node that stands on them. `None` for everything.
fn closure_of_deletes(
    inputs: &Inputs<'_>,
    standing: &BTreeSet<BirthId>,
) -> Option<BTreeSet<BirthId>> {
    if inputs.only.is_empty() {
        return None;
    }
    let objects = &inputs.state.objects;
    let mut taken: BTreeSet<BirthId> = objects
        .iter()
        .filter(|(_, object)| inputs.only.iter().any(|path| object.path.is_within(path)))
        .map(|(birth, _)| *birth)
        .collect();
    loop {
        let more: Vec<BirthId> = objects
            .iter()
            .filter(|(birth, object)| {
                let stands_on = object
                    .deps
                    .iter()
                    .chain(&object.soft_deps)
                    .any(|dep| taken.contains(dep));
                stands_on && !taken.contains(birth) && !standing.contains(birth)
            })
            .map(|(birth, _)| *birth)
            .collect();
        if more.is_empty() {
            return Some(taken);
        }
        taken.extend(more);
    }
}
