//! The declared outputs of a stack: kept at the end of each run, shown later.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::engine::Engine;
use super::error::EngineError;
use crate::graph::Graph;
use crate::plan::{self, Env, Evaluator, SecretBook, Val, open_body};
use crate::state::Body;

/// A declared output of the stack, as of the last deployment.
#[derive(Clone)]
pub struct StackOutput {
    /// Its value.
    pub value: Value,
    /// Whether it is secret, and not to be shown unasked.
    pub secret: bool,
}

impl Engine {
    /// The declared outputs, as of the last deployment. A secret's value stays
    /// sealed and is left out (`null`), so no key is needed.
    ///
    /// # Errors
    /// As the store says.
    pub async fn outputs(&self) -> Result<BTreeMap<String, StackOutput>, EngineError> {
        self.stored_outputs(false).await
    }

    /// The declared outputs, as of the last deployment, with the secrets in
    /// clear.
    ///
    /// # Errors
    /// As the store says; when the secrets do not open.
    pub async fn opened_outputs(&self) -> Result<BTreeMap<String, StackOutput>, EngineError> {
        self.stored_outputs(true).await
    }

    async fn stored_outputs(
        &self,
        open: bool,
    ) -> Result<BTreeMap<String, StackOutput>, EngineError> {
        let Some(state) = self.state().await? else {
            return Ok(BTreeMap::new());
        };
        let mut outputs = BTreeMap::new();
        for (name, body) in &state.outputs {
            let secret = !body.sealed.is_empty();
            let members = if secret && !open {
                Map::new()
            } else if secret {
                let keyring = self.keyring(&state)?;
                open_body(&body.json, &body.sealed, &output_place(name), &keyring)?
            } else {
                serde_json::from_str(body.json.get()).unwrap_or_default()
            };
            let value = members.get("value").cloned().unwrap_or_default();
            outputs.insert(name.clone(), StackOutput { value, secret });
        }
        Ok(outputs)
    }

    /// The stack's outputs, as far as they have a value now.
    pub(super) fn resolve_outputs(
        &self,
        graph: &Graph,
        env: &dyn Env,
        secrets: &SecretBook,
    ) -> BTreeMap<String, Body> {
        let evaluator = Evaluator {
            graph,
            env,
            secrets,
        };
        let mut outputs = BTreeMap::new();
        for output in graph.outputs() {
            let Ok(value) = evaluator.value(&output.expr) else {
                continue;
            };
            let mut members = BTreeMap::from([("value".to_owned(), value)]);
            if let Some(of) = output.of {
                members.insert("type".to_owned(), Val::Known(of.into()));
            }
            let place = output_place(&output.name);
            if let Some(body) =
                plan::render_body(&members, &place, secrets.keyring(), Some(&*self.world))
            {
                outputs.insert(output.name.clone(), body);
            }
        }
        outputs
    }
}

/// Where the secrets of a declared output are sealed for.
pub(super) fn output_place(name: &str) -> String {
    format!("output|{name}")
}
