//! Questions that were still open when the plan was made.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::request::clear;
use super::run::Run;
use super::step::{At, Stop};
use crate::graph::{Node, NodeKind};
use crate::provider::Target;
use crate::state::{Pinned, Record};
use crate::wiring::NodeId;

impl Run<'_> {
    pub(super) async fn ask(&self, at: At<'_>, node: &Node, id: NodeId) -> Result<(), Stop> {
        if self.evaluator().env.outputs(id).is_some() {
            return Ok(());
        }
        let inputs = self.wanted(at, node, None)?;
        let clear = clear(at, &inputs)?;
        let provider = self.provider(at, node.ty)?;
        let outputs = self
            .call(at, node.ty, || provider.look_up(node.ty, &clear))
            .await
            .map_err(|error| self.gave_up(at, &error))?;
        let pinned = Pinned {
            inputs: crate::plan::canonical_text(&Value::Object(clear)),
            outputs: raw(&outputs),
        };
        let path = node.path.clone();
        self.ledger
            .commit(vec![Record::Lookup { path, pinned }])
            .await?;
        self.set_outputs(id, outputs, BTreeMap::new());
        Ok(())
    }

    pub(super) async fn read_existing(
        &self,
        at: At<'_>,
        node: &Node,
        id: NodeId,
    ) -> Result<(), Stop> {
        if self.evaluator().env.outputs(id).is_some() {
            return Ok(());
        }
        let NodeKind::Existing(expr) = &node.kind else {
            return Ok(());
        };
        let value = self
            .evaluator()
            .value(expr)
            .map_err(|why| at.refused("NoValue", why.to_string()))?;
        let target = Target {
            ty: node.ty,
            id: value.to_string(),
            inputs: Map::new(),
            token: String::new(),
        };
        let provider = self.provider(at, node.ty)?;
        let seen = self
            .call(at, node.ty, || provider.read(&target))
            .await
            .map_err(|error| self.gave_up(at, &error))?;
        self.set_outputs(id, seen.outputs, BTreeMap::new());
        Ok(())
    }
}

pub(super) fn raw(members: &Map<String, Value>) -> Box<serde_json::value::RawValue> {
    let text = crate::plan::canonical_text(&Value::Object(members.clone()));
    serde_json::value::RawValue::from_string(text).unwrap_or_default()
}
