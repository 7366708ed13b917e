//! Reading a frozen program: its nodes with inputs that show where they come
//! from.
//!
//! A value that only a deployment will know is shown as what it comes from,
//! `<network/vpc.VpcId>`, wherever it stands: alone, in a list, in the middle
//! of a text, in a JSON document, which stays one. Secrets are `<secret>`, a
//! name that the engine will choose is `<generated name>`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Graph, Node};
use crate::path::NodePath;
use crate::plan::{canonical, canonical_text};
use crate::problem::{Problem, Source};
use crate::wiring::{Expr, NodeId};

/// What is shown in place of a name that the engine will choose.
pub(crate) const GENERATED: &str = "<generated name>";

/// One node of a frozen program, to be read.
#[derive(Clone, Copy)]
pub struct NodeView<'a> {
    graph: &'a Graph,
    id: NodeId,
}

/// An output of a node, used in an input of another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// The node that gives it.
    pub path: NodePath,
    /// The name of the output.
    pub output: &'static str,
}

/// As it is shown in inputs: `<network/vpc.VpcId>`.
impl std::fmt::Display for Reference {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "<{}.{}>", self.path, self.output)
    }
}

impl Graph {
    /// Every node, to be read, in the order in which they were added.
    pub fn views(&self) -> impl Iterator<Item = NodeView<'_>> {
        let each = (0u32..).map(NodeId).take(self.nodes().len());
        each.map(|id| NodeView { graph: self, id })
    }

    /// Every node of a type (`ec2.NatGateway`), in the order in which they
    /// were added.
    pub fn of_type<'a>(&'a self, ty: &'a str) -> impl Iterator<Item = NodeView<'a>> {
        self.views().filter(move |view| view.ty() == ty)
    }

    /// The node at a path.
    #[must_use]
    pub fn at(&self, path: &str) -> Option<NodeView<'_>> {
        let id = self.find(&path.parse().ok()?)?;
        Some(NodeView { graph: self, id })
    }

    /// A value as it is shown: known parts as they are, the rest as what it
    /// will come from.
    #[must_use]
    pub fn shown(&self, expr: &Expr) -> Value {
        match expr {
            Expr::Literal(value) => value.clone(),
            Expr::Attr { node, output } => Value::String(self.reference(*node, output).to_string()),
            Expr::Item(inner, index) => item(self.shown(inner), *index),
            Expr::Concat(parts) => {
                let parts = parts.iter().map(|part| text(&self.shown(part)));
                Value::String(parts.collect())
            }
            Expr::List(items) => items.iter().map(|item| self.shown(item)).collect(),
            Expr::Map(members) => {
                let each = members
                    .iter()
                    .map(|(key, value)| (key.clone(), self.shown(value)));
                Value::Object(each.collect::<Map<_, _>>())
            }
            Expr::Json(inner) => Value::String(canonical_text(&self.shown(inner))),
            Expr::Formed(form, inner) => {
                Value::String(format!("{form}({})", text(&self.shown(inner))))
            }
            Expr::Secret(_) => Value::from("<secret>"),
            Expr::GeneratedName => Value::from(GENERATED),
        }
    }

    fn reference(&self, node: NodeId, output: &'static str) -> Reference {
        Reference {
            path: self.node(node).path.clone(),
            output,
        }
    }
}

/// `<azs.Names>` at 2 is `<azs.Names[2]>`.
fn item(list: Value, index: usize) -> Value {
    match list {
        Value::Array(mut items) if index < items.len() => items.swap_remove(index),
        list => {
            let list = text(&list);
            let inner = list.strip_suffix('>').unwrap_or(&list);
            let close = if inner.len() < list.len() { ">" } else { "" };
            Value::String(format!("{inner}[{index}]{close}"))
        }
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

impl<'a> NodeView<'a> {
    /// The node itself.
    #[must_use]
    pub fn node(self) -> &'a Node {
        self.graph.node(self.id)
    }

    /// The program that it is part of.
    #[must_use]
    pub fn graph(self) -> &'a Graph {
        self.graph
    }

    /// Its number.
    #[must_use]
    pub fn id(self) -> NodeId {
        self.id
    }

    /// Its place in the stack.
    #[must_use]
    pub fn path(self) -> &'a NodePath {
        &self.node().path
    }

    /// The name of its type: `ec2.VPC`.
    #[must_use]
    pub fn ty(self) -> &'static str {
        self.node().ty.name
    }

    /// The line in the program that added it.
    #[must_use]
    pub fn source(self) -> Source {
        self.node().at.outer
    }

    /// An input as it is shown, in the canonical form of its field; `None`
    /// when the program does not set it.
    #[must_use]
    pub fn get(self, field: &str) -> Option<Value> {
        let expr = self.node().inputs.get(field)?;
        let value = match self.node().ty.field(field) {
            Some(fact) if fact.secret => Value::from("<secret>"),
            Some(fact) => canonical(fact.canon, self.graph.shown(expr)),
            None => self.graph.shown(expr),
        };
        (!value.is_null()).then_some(value)
    }

    /// An input as text, when it is set and is one.
    #[must_use]
    pub fn text(self, field: &str) -> Option<String> {
        match self.get(field)? {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// Whether an input is the literal `true`.
    #[must_use]
    pub fn is_on(self, field: &str) -> bool {
        self.get(field) == Some(Value::Bool(true))
    }

    /// All inputs that the program sets, as they are shown.
    #[must_use]
    pub fn inputs(self) -> BTreeMap<&'a str, Value> {
        let fields = self.node().inputs.keys();
        fields
            .filter_map(|field| Some((field.as_str(), self.get(field)?)))
            .collect()
    }

    /// The outputs of other nodes that an input is made of, in order of
    /// appearance.
    #[must_use]
    pub fn references(self, field: &str) -> Vec<Reference> {
        let mut references = Vec::new();
        if let Some(expr) = self.node().inputs.get(field) {
            expr.visit_attrs(&mut |node, output| {
                references.push(self.graph.reference(node, output));
            });
        }
        references
    }

    /// How others show an output of this node: `<network/vpc.VpcId>`.
    #[must_use]
    pub fn output(self, name: &str) -> String {
        format!("<{}.{name}>", self.path())
    }

    /// A problem of this node, with its path and line.
    #[must_use]
    pub fn problem(
        self,
        code: &'static str,
        what: impl Into<String>,
        fix: impl Into<String>,
    ) -> Problem {
        Problem::new(code, what, fix)
            .on(self.path())
            .at(self.source())
    }
}

/// Path and type: `network/vpc (ec2.VPC)`.
impl std::fmt::Debug for NodeView<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} ({})", self.path(), self.ty())
    }
}
