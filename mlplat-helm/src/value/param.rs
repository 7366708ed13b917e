//! The Go types that functions and methods ask for.

use super::list::ListKind;
use super::map::MapKind;
use super::scalar::{IntKind, Value};

/// The type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Param {
    /// `interface {}`: anything.
    Any,
    /// Go's `reflect.Value`, which template builtins take: anything, and the
    /// difference between nil and no value is kept.
    Reflect,
    /// `string`
    Text,
    /// `int`
    Int,
    /// `uint32`
    Uint32,
    /// `float64`
    Float,
    /// `bool`
    Bool,
    /// `map[string]interface {}`
    Map,
    /// `[]interface {}`
    List,
    /// A named struct, such as `time.Time`.
    Object(&'static str),
}

impl Param {
    /// Go's name of the type.
    #[must_use]
    pub fn type_name(self) -> &'static str {
        match self {
            Self::Any => "interface {}",
            Self::Reflect => "reflect.Value",
            Self::Text => "string",
            Self::Int => "int",
            Self::Uint32 => "uint32",
            Self::Float => "float64",
            Self::Bool => "bool",
            Self::Map => "map[string]interface {}",
            Self::List => "[]interface {}",
            Self::Object(name) => name,
        }
    }

    /// Whether nil is a value of the type.
    pub(crate) fn takes_nil(self) -> bool {
        matches!(self, Self::Any | Self::Reflect | Self::Map | Self::List)
    }

    /// Whether a value that is not nil can be assigned to the type.
    pub(crate) fn takes(self, value: &Value) -> bool {
        match (self, value) {
            (Self::Any | Self::Reflect, _)
            | (Self::Text, Value::Str(_))
            | (Self::Int, Value::Int(_, IntKind::Int, _))
            | (Self::Float, Value::Float(..))
            | (Self::Bool, Value::Bool(..)) => true,
            (Self::Map, Value::Map(map)) => map.kind() != MapKind::Text,
            (Self::List, Value::List(list)) => list.kind() == ListKind::Any,
            (Self::Object(name), Value::Object(object)) => {
                object.type_name().trim_start_matches('*') == name
            }
            _ => false,
        }
    }
}
