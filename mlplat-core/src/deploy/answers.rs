//! Look-ups and existing objects, answered before planning where possible.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use super::error::EngineError;
use super::limits::Patient;
use super::others::NOT_DEPLOYED;
use super::unread;
use crate::graph::{Graph, Node, NodeKind};
use crate::plan::{
    Env, Evaluator, NodeOutputs, SecretBook, canonical_text, open_body, open_secret_outputs,
    render_body,
};
use crate::provider::{ProviderError, Target};
use crate::state::{Body, Pinned, Record, Stage, State};
use crate::wiring::NodeId;
use crate::world::World;

/// What was found out, and what of it is new to the state.
pub(crate) struct Answers {
    pub(crate) known: HashMap<NodeId, NodeOutputs>,
    pub(crate) pins: Vec<Record>,
}

/// Outputs as the state knows them, and answers as they come in.
struct Known(RefCell<Vec<Option<NodeOutputs>>>);

impl Env for Known {
    fn outputs(&self, node: NodeId) -> Option<NodeOutputs> {
        self.0.borrow().get(node.index()).cloned().flatten()
    }
}

/// What answering works with.
pub(crate) struct Asking<'a> {
    pub(crate) graph: &'a Graph,
    pub(crate) state: &'a State,
    pub(crate) patient: Patient<'a>,
    pub(crate) secrets: &'a SecretBook,
    /// Ask pinned questions again.
    pub(crate) renew: bool,
}

impl Asking<'_> {
    /// Asks what is not pinned. A question that depends on something unknown,
    /// or that nobody can answer now, stays open until the deployment comes to
    /// it.
    ///
    /// # Errors
    /// When a provider refuses an answer for good.
    pub(crate) async fn run(&self) -> Result<Answers, EngineError> {
        let mut answers = Answers {
            known: HashMap::new(),
            pins: Vec::new(),
        };
        let asks = |node: &Node| !matches!(node.kind, NodeKind::Resource);
        if !self.graph.nodes().iter().any(asks) {
            return Ok(answers);
        }
        let env = Known(RefCell::new(known_outputs(
            self.graph,
            self.state,
            self.secrets,
        )));
        for id in self.graph.order() {
            let node = self.graph.node(*id);
            if !asks(node) {
                continue;
            }
            let inputs = {
                let evaluator = Evaluator {
                    graph: self.graph,
                    env: &env,
                    secrets: self.secrets,
                };
                question(&evaluator, node)
            };
            let Some(inputs) = inputs else { continue };
            let outputs = match &node.kind {
                NodeKind::Resource => continue,
                NodeKind::Lookup => self.look_up(node, &inputs, &mut answers.pins).await,
                NodeKind::Existing(_) => self.read(node, &inputs).await,
            };
            let outputs = match outputs {
                Ok(outputs) => outputs,
                // Answered when the deployment comes to it, or refused then.
                Err(error) if error.code == NOT_DEPLOYED => continue,
                Err(error) => {
                    let id = inputs.get("Id").and_then(Value::as_str);
                    return Err(unread::asked(node, id.unwrap_or_default(), error));
                }
            };
            if let Some(slot) = env.0.borrow_mut().get_mut(id.index()) {
                *slot = Some(outputs.clone());
            }
            answers.known.insert(*id, outputs);
        }
        Ok(answers)
    }

    async fn look_up(
        &self,
        node: &Node,
        inputs: &Map<String, Value>,
        pins: &mut Vec<Record>,
    ) -> Result<NodeOutputs, ProviderError> {
        let text = canonical_text(&Value::Object(inputs.clone()));
        let pinned = self.state.lookups.get(&node.path);
        let pinned = pinned.filter(|pinned| pinned.inputs == text && !self.renew);
        if let Some(answer) = pinned.and_then(|pinned| self.pinned(node, pinned)) {
            return Ok(answer);
        }
        let reader = self.patient.providers.reader(node.ty.name)?;
        let asking = || reader.look_up(node.ty, inputs);
        let outputs = self.patient.look(node.ty, asking).await?;
        let answer = NodeOutputs::given(node.ty, outputs);
        let world = self.patient.world;
        pins.push(pin(node, text, &answer, self.secrets, world));
        Ok(answer)
    }

    /// A pinned answer; `None` when it does not open, or is not one to what is
    /// asked now: an output may be new to the program.
    fn pinned(&self, node: &Node, pinned: &Pinned) -> Option<NodeOutputs> {
        let place = place(node);
        let keyring = self.secrets.keyring();
        let opened = open_body(&pinned.outputs, &pinned.sealed, &place, keyring).ok()?;
        let whole = node
            .ty
            .outputs
            .iter()
            .all(|output| opened.contains_key(output.name));
        whole.then(|| NodeOutputs::given(node.ty, opened))
    }

    async fn read(
        &self,
        node: &Node,
        inputs: &Map<String, Value>,
    ) -> Result<NodeOutputs, ProviderError> {
        let id = inputs.get("Id").and_then(Value::as_str).unwrap_or_default();
        let target = Target {
            ty: node.ty,
            id: id.to_owned(),
            inputs: Map::new(),
            token: String::new(),
        };
        let reader = self.patient.providers.reader(node.ty.name)?;
        let seen = self.patient.look(node.ty, || reader.read(&target)).await?;
        Ok(NodeOutputs::given(node.ty, seen.outputs))
    }
}

/// Where the secrets of an answer are sealed for.
fn place(node: &Node) -> String {
    format!("lookup|{}", node.path)
}

/// The record that pins an answer, its secrets sealed.
pub(crate) fn pin(
    node: &Node,
    question: String,
    answer: &NodeOutputs,
    secrets: &SecretBook,
    world: &dyn World,
) -> Record {
    let keyring = secrets.keyring();
    let body = render_body(&answer.values(), &place(node), keyring, Some(world));
    let body = body.unwrap_or_else(Body::empty);
    Record::Lookup {
        path: node.path.clone(),
        pinned: Pinned {
            inputs: question,
            outputs: body.json,
            sealed: body.sealed,
        },
    }
}

/// The inputs of a question, when they are all known.
fn question(evaluator: &Evaluator<'_>, node: &Node) -> Option<Map<String, Value>> {
    if let NodeKind::Existing(id) = &node.kind {
        let id = evaluator
            .value(id)
            .ok()
            .filter(crate::plan::Val::is_known)?;
        return Some(Map::from_iter([(
            "Id".to_owned(),
            Value::String(id.to_string()),
        )]));
    }
    let inputs = evaluator.inputs(node, None).ok()?;
    inputs
        .iter()
        .map(|(name, value)| Some((name.clone(), value.expose()?)))
        .collect()
}

fn known_outputs(graph: &Graph, state: &State, secrets: &SecretBook) -> Vec<Option<NodeOutputs>> {
    let current: BTreeMap<_, _> = state.current();
    let each = graph.nodes().iter().map(|node| {
        let birth = *current.get(&node.path)?;
        let object = state.objects.get(&birth)?;
        if object.stage != Stage::Ready {
            return None;
        }
        let known: Map<String, Value> = serde_json::from_str(object.outputs.get()).ok()?;
        Some(NodeOutputs {
            known: known.into(),
            secret: open_secret_outputs(object, birth, secrets).into(),
            ..NodeOutputs::default()
        })
    });
    each.collect()
}
