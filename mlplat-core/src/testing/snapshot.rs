//! A program as a stable, short value: for `insta` and for reading.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use serde_json::Value;

use crate::graph::{GENERATED, Graph, NodeView};

/// What a program says, without source lines and without what the engine
/// makes up. Serializes in order of path; as text it is a line for each node
/// and one for each of its inputs.
///
/// ```text
/// artifacts/bucket  s3.Bucket
///     VersioningStatus  Enabled
/// output s3-bucket-path  s3://<artifacts/bucket.BucketName>
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Snapshot {
    /// The nodes, by path.
    pub nodes: BTreeMap<String, NodeSnapshot>,
    /// The declared outputs, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub outputs: BTreeMap<String, Value>,
}

/// One node of a snapshot.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NodeSnapshot {
    /// Its type: `s3.Bucket`.
    #[serde(rename = "type")]
    pub ty: String,
    /// Its inputs, without generated names and without the tag `Name`, which
    /// repeats the path.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub inputs: BTreeMap<String, Value>,
    /// It may not be deleted or replaced.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub protected: bool,
    /// It stays when it leaves the program.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub retained: bool,
}

impl Snapshot {
    /// The nodes at and below a path (all for an empty one), with the outputs
    /// of the stack when it is the whole.
    pub(super) fn of(graph: &Graph, within: &str) -> Self {
        let inside = |view: &NodeView<'_>| {
            let rest = view.path().as_str().strip_prefix(within);
            within.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let nodes = graph.views().filter(inside);
        let outputs = graph.outputs().iter().filter(|_| within.is_empty());
        Self {
            nodes: nodes
                .map(|view| (view.path().to_string(), NodeSnapshot::of(view)))
                .collect(),
            outputs: outputs
                .map(|output| (output.name.clone(), graph.shown(&output.expr)))
                .collect(),
        }
    }
}

impl NodeSnapshot {
    fn of(view: NodeView<'_>) -> Self {
        let mut inputs = BTreeMap::new();
        for (field, mut value) in view.inputs() {
            if field == "Tags"
                && let Some(tags) = value.as_object_mut()
            {
                tags.remove("Name");
            }
            let empty = match &value {
                Value::Object(members) => members.is_empty(),
                Value::Array(items) => items.is_empty(),
                Value::String(text) => text == GENERATED,
                _ => false,
            };
            if !empty {
                inputs.insert(field.to_owned(), value);
            }
        }
        let rules = &view.node().rules;
        Self {
            ty: view.ty().to_owned(),
            inputs,
            protected: rules.protect,
            retained: rules.retain,
        }
    }
}

impl fmt::Display for Snapshot {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        for (path, node) in &self.nodes {
            let protected = if node.protected { "  protected" } else { "" };
            let retained = if node.retained { "  retained" } else { "" };
            writeln!(out, "{path}  {}{protected}{retained}", node.ty)?;
            for (field, value) in &node.inputs {
                writeln!(out, "    {field}  {}", text(value))?;
            }
        }
        for (name, value) in &self.outputs {
            writeln!(out, "output {name}  {}", text(value))?;
        }
        Ok(())
    }
}
