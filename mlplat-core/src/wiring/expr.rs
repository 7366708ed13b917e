//! Inspectable expressions: the untyped half of an [`Output`](super::Output).

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use super::{Form, SecretSource};

/// The number of a node within one graph. Nodes are numbered in the order in
/// which a program adds them, so an expression can only point backwards:
/// cycles cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    /// The position in [`Graph::nodes`](crate::graph::Graph::nodes).
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A value that may depend on nodes. Cheap to clone.
#[derive(Clone)]
pub enum Expr {
    /// A value that is known now.
    Literal(Value),
    /// An output of a node.
    Attr {
        /// The node.
        node: NodeId,
        /// The name of the output.
        output: &'static str,
    },
    /// The n-th element of a list.
    Item(Arc<Expr>, usize),
    /// The parts, as text, one after the other.
    Concat(Arc<[Expr]>),
    /// A list.
    List(Arc<[Expr]>),
    /// A map. Absent members are left out.
    Map(Arc<BTreeMap<String, Expr>>),
    /// The text of a JSON document.
    Json(Arc<Expr>),
    /// A text in another form: percent-encoded, hashed.
    Formed(Form, Arc<Expr>),
    /// A secret: provided from outside or generated, never shown.
    Secret(Arc<SecretSource>),
    /// The physical name that is generated for the node in whose inputs this
    /// stands.
    GeneratedName,
}

impl Expr {
    /// A literal string.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Literal(Value::String(text.into()))
    }

    /// A list of expressions.
    #[must_use]
    pub fn list(items: impl IntoIterator<Item = Expr>) -> Self {
        Self::List(items.into_iter().collect())
    }

    /// A map of expressions.
    #[must_use]
    pub fn map(members: impl IntoIterator<Item = (String, Expr)>) -> Self {
        Self::Map(Arc::new(members.into_iter().collect()))
    }

    /// The concatenation of parts.
    #[must_use]
    pub fn concat(parts: impl IntoIterator<Item = Expr>) -> Self {
        Self::Concat(parts.into_iter().collect())
    }

    /// Calls `visit` on every node that the value depends on, in order of
    /// appearance, with the output that is used.
    pub fn visit_attrs(&self, visit: &mut dyn FnMut(NodeId, &'static str)) {
        match self {
            Self::Literal(_) | Self::Secret(_) | Self::GeneratedName => {}
            Self::Attr { node, output } => visit(*node, output),
            Self::Item(inner, _) | Self::Json(inner) | Self::Formed(_, inner) => {
                inner.visit_attrs(visit);
            }
            Self::Concat(parts) | Self::List(parts) => {
                for part in parts.iter() {
                    part.visit_attrs(visit);
                }
            }
            Self::Map(members) => {
                for member in members.values() {
                    member.visit_attrs(visit);
                }
            }
        }
    }

    /// Calls `visit` on every secret in the value.
    pub fn visit_secrets(&self, visit: &mut dyn FnMut(&Arc<SecretSource>)) {
        match self {
            Self::Secret(source) => visit(source),
            Self::Literal(_) | Self::Attr { .. } | Self::GeneratedName => {}
            Self::Item(inner, _) | Self::Json(inner) | Self::Formed(_, inner) => {
                inner.visit_secrets(visit);
            }
            Self::Concat(parts) | Self::List(parts) => {
                for part in parts.iter() {
                    part.visit_secrets(visit);
                }
            }
            Self::Map(members) => {
                for member in members.values() {
                    member.visit_secrets(visit);
                }
            }
        }
    }
}

/// Shows structure and references; a secret prints as `<secret>`.
impl fmt::Debug for Expr {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(value) => write!(out, "{value}"),
            Self::Attr { node, output } => write!(out, "<#{}.{output}>", node.0),
            Self::Item(inner, index) => write!(out, "{inner:?}[{index}]"),
            Self::Concat(parts) => out.debug_tuple("concat").field(parts).finish(),
            Self::List(items) => out.debug_list().entries(items.iter()).finish(),
            Self::Map(members) => out.debug_map().entries(members.iter()).finish(),
            Self::Json(inner) => write!(out, "json({inner:?})"),
            Self::Formed(form, inner) => write!(out, "{form}({inner:?})"),
            Self::Secret(_) => out.write_str("<secret>"),
            Self::GeneratedName => out.write_str("<generated name>"),
        }
    }
}
