//! What is known of the outputs of objects that stay, and what a look at them
//! taught.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::canonical_text;
use super::diff::Base;
use super::eval::NodeOutputs;
use super::planner::Sight;
use super::render::SecretBook;
use super::round::Round;
use crate::facts::{OutputLife, Type};
use crate::graph::{Graph, NodeKind};
use crate::provider::{Observed, Status};
use crate::state::{BirthId, Body, Object, Record, Stage};
use crate::wiring::NodeId;

impl Round<'_> {
    /// The outputs of an object that stays, without those that change with
    /// the changed fields. Not read when nobody asks for them.
    pub(super) fn object_outputs(
        &self,
        birth: BirthId,
        id: NodeId,
        changed: &[&str],
    ) -> Option<NodeOutputs> {
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
    pub(super) fn refresh(
        &mut self,
        birth: BirthId,
        object: &Object,
        base: &Base,
        seen: Option<&Observed>,
    ) {
        let inputs = base.taught().map(|inputs| body(&inputs, &object.sealed));
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
}

/// Whether a look at an object taught nothing: it is ready, its fields and
/// outputs are as remembered. `inputs` are the remembered ones, opened. An
/// object with secrets is compared by the planner, which has their digests.
pub(crate) fn taught_nothing(
    ty: &Type,
    object: &Object,
    inputs: &Map<String, Value>,
    seen: &Observed,
) -> bool {
    let settled = object.stage == Stage::Ready
        && !object.unsure
        && object.sealed.is_empty()
        && object.sealed_outputs.is_empty()
        && object.id == seen.id
        && matches!(seen.status, Status::Ready);
    settled
        && known_outputs(object).is_some_and(|known| {
            seen.outputs
                .iter()
                .all(|(name, value)| known.get(name) == Some(value))
        })
        // Without secrets there are no digests to compare by.
        && Base::new(ty, inputs.clone(), Some(seen), &|_, _, shown| shown)
            .drifted
            .is_empty()
}

pub(super) fn known_outputs(object: &Object) -> Option<Map<String, Value>> {
    serde_json::from_str(object.outputs.get()).ok()
}

pub(super) fn is_secret(id: NodeId, output: &str, graph: &Graph) -> bool {
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

pub(super) fn body(members: &Map<String, Value>, sealed: &BTreeMap<String, String>) -> Body {
    let text = canonical_text(&Value::Object(members.clone()));
    Body {
        json: serde_json::value::RawValue::from_string(text).unwrap_or_default(),
        sealed: sealed.clone(),
    }
}

/// Which nodes' outputs are asked for by anybody.
pub(super) fn referenced(graph: &Graph) -> Vec<bool> {
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
