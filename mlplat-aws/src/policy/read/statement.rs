//! Statements of a document, as data.

use mlplat_core::Graph;
use mlplat_core::graph::NodeView;
use serde::Serialize;
use serde_json::Value;

use super::arn::written_out;
use super::wild::{fits, fits_action};
use crate::policy::Effect;

/// One statement of a policy document of the program.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Permission {
    /// Who: the path of a role of the program, or as the document says it:
    /// `Service: eks.amazonaws.com`, `*`.
    pub principal: String,
    /// Whether it permits or forbids.
    pub allows: bool,
    /// The actions, with wildcards.
    pub actions: Vec<String>,
    /// All actions but these; empty when [`Permission::actions`] says which.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub except_actions: Vec<String>,
    /// The ARNs, with wildcards and references. Empty in a trust policy.
    pub resources: Vec<String>,
    /// All resources but these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub except_resources: Vec<String>,
    /// The conditions as the document has them; null without.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub condition: Value,
    /// The path of the node that says so.
    pub at: String,
}

/// The statements of the document in a field of a node.
pub(super) fn statements(node: NodeView<'_>, field: &str) -> Vec<Value> {
    let text = node.text(field).unwrap_or_default();
    let document: Value = serde_json::from_str(&text).unwrap_or_default();
    match &document["Statement"] {
        Value::Array(statements) => statements.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    }
}

impl Permission {
    /// A statement of a document at a node, for a principal.
    pub(super) fn read(
        graph: &Graph,
        statement: &Value,
        principal: String,
        at: NodeView<'_>,
    ) -> Self {
        let arns = |key: &str| {
            let texts = texts(&statement[key]).into_iter();
            texts.map(|text| written_out(graph, &text)).collect()
        };
        Self {
            principal,
            allows: statement["Effect"] == "Allow",
            actions: texts(&statement["Action"]),
            except_actions: texts(&statement["NotAction"]),
            resources: arns("Resource"),
            except_resources: arns("NotResource"),
            condition: statement["Condition"].clone(),
            at: at.path().to_string(),
        }
    }

    /// Whether it speaks of an action on a resource.
    #[must_use]
    pub fn covers(&self, action: &str, resource: &str) -> bool {
        let of_action = if self.except_actions.is_empty() {
            self.actions.iter().any(|one| fits_action(one, action))
        } else {
            !self
                .except_actions
                .iter()
                .any(|one| fits_action(one, action))
        };
        let of_resource = if self.except_resources.is_empty() {
            self.resources.iter().any(|one| fits(one, resource))
        } else {
            !self.except_resources.iter().any(|one| fits(one, resource))
        };
        of_action && of_resource
    }

    /// Whether it holds under conditions only.
    #[must_use]
    pub fn is_conditional(&self) -> bool {
        !self.condition.is_null()
    }

    /// Whether it permits or forbids.
    #[must_use]
    pub fn effect(&self) -> Effect {
        if self.allows {
            Effect::Allow
        } else {
            Effect::Deny
        }
    }
}

/// `s3:GetObject, s3:PutObject on arn:.../*, when ...`
impl std::fmt::Display for Permission {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let effect = if self.allows { "may" } else { "may not" };
        let list = |some: &[String], but: &[String], all: &str| match but {
            [] => some.join(", "),
            but => format!("{all} but {}", but.join(", ")),
        };
        let actions = list(&self.actions, &self.except_actions, "everything");
        write!(out, "{effect} {actions}")?;
        if !(self.resources.is_empty() && self.except_resources.is_empty()) {
            let on = list(&self.resources, &self.except_resources, "all");
            write!(out, " on {on}")?;
        }
        if self.is_conditional() {
            write!(out, " when {}", self.condition)?;
        }
        Ok(())
    }
}

/// A single text like a list of one.
pub(super) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items
            .iter()
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    }
}
