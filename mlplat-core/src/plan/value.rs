//! Values that may be partly unknown or secret.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::wiring::Plain;

/// The value of an expression, as far as it is known. `List` and `Map` hold
/// at least one part that is unknown or secret; everything else is `Known`.
#[derive(Clone)]
pub enum Val {
    /// Known, and no secret.
    Known(Value),
    /// Not known before a deployment; shown as what it will come from.
    Unknown(Arc<str>),
    /// Known, and never shown.
    Secret(Plain),
    /// A list with unknown or secret parts.
    List(Vec<Val>),
    /// A map with unknown or secret parts.
    Map(BTreeMap<String, Val>),
}

impl Val {
    /// A list, collapsed when every part is known.
    #[must_use]
    pub fn list(items: Vec<Val>) -> Self {
        if items.iter().all(|item| matches!(item, Self::Known(_))) {
            let known = items.into_iter().filter_map(Val::into_known);
            return Self::Known(Value::Array(known.collect()));
        }
        Self::List(items)
    }

    /// A map, collapsed when every member is known.
    #[must_use]
    pub fn map(members: BTreeMap<String, Val>) -> Self {
        if members
            .values()
            .all(|member| matches!(member, Self::Known(_)))
        {
            let known = members
                .into_iter()
                .filter_map(|(key, value)| value.into_known().map(|value| (key, value)));
            return Self::Known(Value::Object(known.collect()));
        }
        Self::Map(members)
    }

    fn into_known(self) -> Option<Value> {
        match self {
            Self::Known(value) => Some(value),
            _ => None,
        }
    }

    /// Whether no part is unknown.
    #[must_use]
    pub fn is_known(&self) -> bool {
        match self {
            Self::Known(_) | Self::Secret(_) => true,
            Self::Unknown(_) => false,
            Self::List(items) => items.iter().all(Self::is_known),
            Self::Map(members) => members.values().all(Self::is_known),
        }
    }

    /// The value with its secrets in clear, when nothing is unknown.
    #[must_use]
    pub fn expose(&self) -> Option<Value> {
        match self {
            Self::Known(value) => Some(value.clone()),
            Self::Unknown(_) => None,
            Self::Secret(plain) => Some(Value::String(plain.expose().to_owned())),
            Self::List(items) => items.iter().map(Self::expose).collect(),
            Self::Map(members) => {
                let each = members
                    .iter()
                    .map(|(key, value)| value.expose().map(|value| (key.clone(), value)));
                each.collect::<Option<Map<_, _>>>().map(Value::Object)
            }
        }
    }
}

/// How a value is shown: unknown parts as `<node.Output>`, secrets as
/// `<secret>`, the rest as JSON; a string on its own without quotes.
impl fmt::Display for Val {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(Value::String(text)) => out.write_str(text),
            Self::Known(value) => write!(out, "{value}"),
            Self::Unknown(text) => out.write_str(text),
            Self::Secret(_) => out.write_str("<secret>"),
            Self::List(items) => {
                out.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.write_str(",")?;
                    }
                    nested(item, out)?;
                }
                out.write_str("]")
            }
            Self::Map(members) => {
                out.write_str("{")?;
                for (index, (key, value)) in members.iter().enumerate() {
                    if index > 0 {
                        out.write_str(",")?;
                    }
                    write!(out, "{key:?}:")?;
                    nested(value, out)?;
                }
                out.write_str("}")
            }
        }
    }
}

/// Inside a list or map, strings keep their quotes.
fn nested(value: &Val, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    match value {
        Val::Known(value) => write!(out, "{value}"),
        other => fmt::Display::fmt(other, out),
    }
}

impl fmt::Debug for Val {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}
