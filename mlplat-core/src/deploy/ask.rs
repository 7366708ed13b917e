//! Questions that were still open when the plan was made.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::answers::pin;
use super::request::clear;
use super::run::Run;
use super::step::{At, Stop};
use super::unread;
use crate::graph::{Node, NodeKind};
use crate::plan::NodeOutputs;
use crate::provider::{ErrorKind, ProviderError, Target};
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
            .look(at, node.ty, || provider.look_up(node.ty, &clear))
            .await
            .map_err(|error| self.gave_up(at, &unread::advised(node, "", &error)))?;
        let answer = NodeOutputs::given(node.ty, outputs);
        let question = crate::plan::canonical_text(&Value::Object(clear));
        let pin = pin(node, question, &answer, self.secrets, self.world);
        self.ledger.commit(vec![pin]).await?;
        self.put_outputs(id, answer);
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
        if !value.is_known() {
            let what = format!("its id still is {value}");
            let error = ProviderError::new(ErrorKind::Bug, "StillUnknown", what);
            return Err(at.failed(&error));
        }
        let target = Target {
            ty: node.ty,
            id: value.to_string(),
            inputs: Map::new(),
            token: String::new(),
        };
        let provider = self.provider(at, node.ty)?;
        let seen = self
            .look(at, node.ty, || provider.read(&target))
            .await
            .map_err(|error| self.gave_up(at, &unread::advised(node, &target.id, &error)))?;
        self.set_outputs(id, seen.outputs, BTreeMap::new());
        Ok(())
    }
}
