//! Look-ups and existing objects, answered before planning where possible.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use crate::graph::{Graph, Node, NodeKind};
use crate::plan::{Env, Evaluator, NodeOutputs, SecretBook, canonical_text};
use crate::provider::{ProviderError, Providers, Target};
use crate::state::{Pinned, Record, Stage, State};
use crate::wiring::NodeId;

/// What was found out, and what of it is new to the state.
pub(crate) struct Answers {
    pub(crate) known: HashMap<NodeId, Map<String, Value>>,
    pub(crate) pins: Vec<Record>,
}

/// Outputs as the state knows them, and answers as they come in.
struct Known(RefCell<Vec<Option<NodeOutputs>>>);

impl Env for Known {
    fn outputs(&self, node: NodeId) -> Option<NodeOutputs> {
        self.0.borrow().get(node.index()).cloned().flatten()
    }
}

/// Asks what is not pinned. A question that depends on something unknown, or
/// that nobody can answer now, stays open until the deployment comes to it.
///
/// # Errors
/// When a provider refuses an answer for good.
pub(crate) async fn answer(
    graph: &Graph,
    state: &State,
    providers: &Providers,
    secrets: &SecretBook,
    renew: bool,
) -> Result<Answers, (String, ProviderError)> {
    let mut answers = Answers {
        known: HashMap::new(),
        pins: Vec::new(),
    };
    if graph
        .nodes()
        .iter()
        .all(|node| matches!(node.kind, NodeKind::Resource))
    {
        return Ok(answers);
    }
    let env = Known(RefCell::new(known_outputs(graph, state)));
    for id in graph.order() {
        let node = graph.node(*id);
        let inputs = {
            let evaluator = Evaluator {
                graph,
                env: &env,
                secrets,
            };
            question(&evaluator, node)
        };
        let Some(inputs) = inputs else { continue };
        let outputs = match &node.kind {
            NodeKind::Resource => continue,
            NodeKind::Lookup => {
                look_up(node, &inputs, state, providers, renew, &mut answers.pins).await
            }
            NodeKind::Existing(_) => read(node, &inputs, providers).await,
        };
        let outputs = outputs.map_err(|error| (node.path.to_string(), error))?;
        let known = NodeOutputs {
            known: outputs.clone().into(),
            ..NodeOutputs::default()
        };
        if let Some(slot) = env.0.borrow_mut().get_mut(id.index()) {
            *slot = Some(known);
        }
        answers.known.insert(*id, outputs);
    }
    Ok(answers)
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
    let inputs = evaluator.inputs(node, "").ok()?;
    inputs
        .iter()
        .map(|(name, value)| Some((name.clone(), value.expose()?)))
        .collect()
}

async fn look_up(
    node: &Node,
    inputs: &Map<String, Value>,
    state: &State,
    providers: &Providers,
    renew: bool,
    pins: &mut Vec<Record>,
) -> Result<Map<String, Value>, ProviderError> {
    let text = canonical_text(&Value::Object(inputs.clone()));
    let pinned = state
        .lookups
        .get(&node.path)
        .filter(|pinned| pinned.inputs == text && !renew);
    if let Some(outputs) = pinned.and_then(|pinned| serde_json::from_str(pinned.outputs.get()).ok())
    {
        return Ok(outputs);
    }
    let outputs = providers
        .reader(node.ty.name)?
        .look_up(node.ty, inputs)
        .await?;
    let answer = canonical_text(&Value::Object(outputs.clone()));
    pins.push(Record::Lookup {
        path: node.path.clone(),
        pinned: Pinned {
            inputs: text,
            outputs: serde_json::value::RawValue::from_string(answer).unwrap_or_default(),
        },
    });
    Ok(outputs)
}

async fn read(
    node: &Node,
    inputs: &Map<String, Value>,
    providers: &Providers,
) -> Result<Map<String, Value>, ProviderError> {
    let id = inputs.get("Id").and_then(Value::as_str).unwrap_or_default();
    let target = Target {
        ty: node.ty,
        id: id.to_owned(),
        inputs: Map::new(),
        token: String::new(),
    };
    Ok(providers.reader(node.ty.name)?.read(&target).await?.outputs)
}

fn known_outputs(graph: &Graph, state: &State) -> Vec<Option<NodeOutputs>> {
    let current: BTreeMap<_, _> = state.current();
    let each = graph.nodes().iter().map(|node| {
        let object = state.objects.get(current.get(&node.path)?)?;
        if object.stage != Stage::Ready {
            return None;
        }
        let known: Map<String, Value> = serde_json::from_str(object.outputs.get()).ok()?;
        Some(NodeOutputs {
            known: known.into(),
            ..NodeOutputs::default()
        })
    });
    each.collect()
}
