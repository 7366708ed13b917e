//! The value itself: its cases, Go's kind and type names, truth.

use std::rc::Rc;

use super::list::{List, ListKind};
use super::map::{Map, MapKind};
use super::object::Object;
use super::taint::Taints;
use super::text::Str;

/// The integer types that a template can meet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IntKind {
    /// `int`: literals, `len`, `int`, `atoi`.
    #[default]
    Int,
    /// `int64`: sprig's arithmetic, `--set` numbers.
    Int64,
    /// `int32`: characters of a string.
    Int32,
    /// `uint8`: elements of bytes.
    Uint8,
    /// `uint`: what a YAML or method value may be.
    Uint,
    /// `uint64`: the parts of a semantic version.
    Uint64,
    /// `time.Duration`, an `int64` of nanoseconds with a text form.
    Duration,
    /// `time.Month`, an `int` with a text form.
    Month,
    /// `time.Weekday`, an `int` with a text form.
    Weekday,
}

impl IntKind {
    /// Go's name of the type.
    #[must_use]
    pub fn type_name(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Int64 => "int64",
            Self::Int32 => "int32",
            Self::Uint8 => "uint8",
            Self::Uint => "uint",
            Self::Uint64 => "uint64",
            Self::Duration => "time.Duration",
            Self::Month => "time.Month",
            Self::Weekday => "time.Weekday",
        }
    }

    /// Go's kind: the type below the name.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self {
            Self::Int | Self::Month | Self::Weekday => Kind::Int,
            Self::Int64 | Self::Duration => Kind::Int64,
            Self::Int32 => Kind::Int32,
            Self::Uint8 => Kind::Uint8,
            Self::Uint => Kind::Uint,
            Self::Uint64 => Kind::Uint64,
        }
    }

    /// Whether the type has no sign; the value is then kept as the same bits.
    #[must_use]
    pub fn is_unsigned(self) -> bool {
        matches!(self, Self::Uint8 | Self::Uint | Self::Uint64)
    }
}

/// Go's `reflect.Kind`, as `kindOf` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each case is Go's kind of the same name")]
pub enum Kind {
    Invalid,
    Bool,
    Int,
    Int32,
    Int64,
    Uint,
    Uint8,
    Uint64,
    Float64,
    String,
    Slice,
    Map,
    Struct,
    Ptr,
}

impl Kind {
    /// The name that `kindOf` prints.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Uint => "uint",
            Self::Uint8 => "uint8",
            Self::Uint64 => "uint64",
            Self::Float64 => "float64",
            Self::String => "string",
            Self::Slice => "slice",
            Self::Map => "map",
            Self::Struct => "struct",
            Self::Ptr => "ptr",
        }
    }
}

/// What an `interface{}` holds while a template runs.
///
/// ```
/// use mlplat_helm::value::Value;
/// let port = Value::from(8080.0);
/// assert_eq!(port.kind().name(), "float64");
/// assert!(port.is_true());
/// assert!(!Value::Nil.is_true());
/// ```
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// No value at all, Go's zero `reflect.Value`: the result of a pipeline
    /// whose value is nil, a variable that holds one. Reading a field of it
    /// gives `Missing` again. Data never contains it.
    Missing,
    /// A nil `interface{}`: YAML's `null`, or what a key that is not there
    /// reads as. Reading a field of it is an error.
    #[default]
    Nil,
    /// `true` or `false`.
    Bool(bool, Taints),
    /// An integer and its Go type.
    Int(i64, IntKind, Taints),
    /// A `float64`, which is what every number of a values file is.
    Float(f64, Taints),
    /// A string.
    Str(Str),
    /// A `[]uint8`.
    Bytes(Rc<[u8]>, Taints),
    /// A slice.
    List(List),
    /// A map with string keys.
    Map(Map),
    /// A struct, or a named type with methods.
    Object(Rc<dyn Object>),
}

impl Value {
    /// An `int`.
    #[must_use]
    pub fn int(number: i64) -> Self {
        Self::Int(number, IntKind::Int, Taints::default())
    }

    /// An `int64`, as `--set` makes from digits.
    #[must_use]
    pub fn int64(number: i64) -> Self {
        Self::Int(number, IntKind::Int64, Taints::default())
    }

    /// An empty `map[string]interface {}`.
    #[must_use]
    pub fn new_map() -> Self {
        Self::Map(Map::default())
    }

    /// A `[]string`.
    #[must_use]
    pub fn strings(items: impl IntoIterator<Item = impl Into<Str>>) -> Self {
        let items = items.into_iter().map(|item| Self::Str(item.into()));
        Self::List(List::new(ListKind::Text, items.collect()))
    }

    /// An object.
    #[must_use]
    pub fn object(object: impl Object + 'static) -> Self {
        Self::Object(Rc::new(object))
    }

    /// Whether this is nil or no value at all.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        matches!(self, Self::Nil | Self::Missing)
    }

    /// The text of a string that is UTF-8.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => text.as_str(),
            _ => None,
        }
    }

    /// The map, if this is one.
    #[must_use]
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The elements, if this is a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(list) => Some(list.items()),
            _ => None,
        }
    }

    /// An entry of a map or a field of an object.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<Self> {
        match self {
            Self::Map(map) => map.get(name),
            Self::Object(object) => object.field(name),
            _ => None,
        }
    }

    /// Go's kind of the value.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Missing | Self::Nil => Kind::Invalid,
            Self::Bool(..) => Kind::Bool,
            Self::Int(_, kind, _) => kind.kind(),
            Self::Float(..) => Kind::Float64,
            Self::Str(_) => Kind::String,
            Self::Bytes(..) | Self::List(_) => Kind::Slice,
            Self::Map(_) => Kind::Map,
            Self::Object(object) => object.kind(),
        }
    }

    /// Go's name of the value's type, as `%T` prints it.
    #[must_use]
    pub fn type_name(&self) -> &str {
        match self {
            Self::Missing | Self::Nil => "<nil>",
            Self::Bool(..) => "bool",
            Self::Int(_, kind, _) => kind.type_name(),
            Self::Float(..) => "float64",
            Self::Str(_) => "string",
            Self::Bytes(..) => "[]uint8",
            Self::List(list) => list.kind().type_name(),
            Self::Map(map) => map.kind().type_name(),
            Self::Object(object) => object.type_name(),
        }
    }

    /// Go's truth of the value: not false, zero, empty or nil.
    #[must_use]
    pub fn is_true(&self) -> bool {
        match self {
            Self::Missing | Self::Nil => false,
            Self::Bool(truth, _) => *truth,
            Self::Int(number, _, _) => *number != 0,
            Self::Float(number, _) => *number != 0.0,
            Self::Str(text) => !text.is_empty(),
            Self::Bytes(bytes, _) => !bytes.is_empty(),
            Self::List(list) => !list.items().is_empty(),
            Self::Map(map) => !map.is_empty(),
            Self::Object(object) => object.is_true(),
        }
    }

    /// The taints of a scalar; a container's own set is empty (see
    /// [`deep_taints`](super::deep_taints)).
    #[must_use]
    pub fn taints(&self) -> Taints {
        match self {
            Self::Bool(_, taints)
            | Self::Int(_, _, taints)
            | Self::Float(_, taints)
            | Self::Bytes(_, taints) => taints.clone(),
            Self::Str(text) => text.taints(),
            _ => Taints::default(),
        }
    }

    /// The scalar with `taints` added; on a string they cover all of it.
    /// Containers and nil come back as they are.
    #[must_use]
    pub fn with_taints(self, taints: &Taints) -> Self {
        if taints.is_empty() {
            return self;
        }
        match self {
            Self::Bool(truth, own) => Self::Bool(truth, own.union(taints)),
            Self::Int(number, kind, own) => Self::Int(number, kind, own.union(taints)),
            Self::Float(number, own) => Self::Float(number, own.union(taints)),
            Self::Bytes(bytes, own) => Self::Bytes(bytes, own.union(taints)),
            Self::Str(text) => Self::Str(Str::tainted(text, taints)),
            other => other,
        }
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Bool(truth, Taints::default())
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Float(number, Taints::default())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Str(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Str(text.into())
    }
}

impl From<Rc<str>> for Value {
    fn from(text: Rc<str>) -> Self {
        Self::Str(text.into())
    }
}

impl From<Str> for Value {
    fn from(text: Str) -> Self {
        Self::Str(text)
    }
}

impl From<Vec<Self>> for Value {
    fn from(items: Vec<Self>) -> Self {
        Self::List(items.into())
    }
}

impl From<List> for Value {
    fn from(list: List) -> Self {
        Self::List(list)
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Self::Map(map)
    }
}

/// An empty map of a named Go type, such as `chartutil.Values`.
impl From<MapKind> for Value {
    fn from(kind: MapKind) -> Self {
        Self::Map(Map::new(kind))
    }
}
