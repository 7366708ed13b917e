//! A YAML document after go-yaml's resolution and helm's conversion to JSON.

use indexmap::IndexMap;

/// One value of a document. Keys are strings, aliases and merge keys are expanded, and numbers
/// still have the kind that go-yaml gave them.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Node {
    /// `null`, `~` or nothing at all.
    #[default]
    Null,
    /// A YAML 1.1 boolean.
    Bool(bool),
    /// An integer that fits 64 signed bits.
    Int(i64),
    /// An integer that needs 64 unsigned bits.
    Uint(u64),
    /// Any other number; never NaN or infinite.
    Float(f64),
    /// Text.
    Str(String),
    /// A list.
    Seq(Vec<Node>),
    /// A map in document order; of equal keys the last one counts.
    Map(IndexMap<String, Node>),
}

impl Node {
    /// The entry of a map, `None` for a missing key and for anything that is not a map.
    pub fn get(&self, key: &str) -> Option<&Node> {
        match self {
            Node::Map(entries) => entries.get(key),
            _ => None,
        }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Node::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The entries of a map.
    pub fn as_map(&self) -> Option<&IndexMap<String, Node>> {
        match self {
            Node::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The name that Go's JSON decoder gives to this kind of value in its messages.
    pub fn json_kind(&self) -> &'static str {
        match self {
            Node::Null => "null",
            Node::Bool(_) => "bool",
            Node::Int(_) | Node::Uint(_) | Node::Float(_) => "number",
            Node::Str(_) => "string",
            Node::Seq(_) => "array",
            Node::Map(_) => "object",
        }
    }

    /// The same value for `serde_json`; integers stay integers.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match self {
            Node::Null => Json::Null,
            Node::Bool(flag) => Json::Bool(*flag),
            Node::Int(number) => Json::from(*number),
            Node::Uint(number) => Json::from(*number),
            // A finite float always has a JSON number.
            Node::Float(number) => Json::from(*number),
            Node::Str(text) => Json::String(text.clone()),
            Node::Seq(items) => Json::Array(items.iter().map(Node::to_json).collect()),
            Node::Map(entries) => Json::Object(
                entries
                    .iter()
                    .map(|(key, value)| (key.clone(), value.to_json()))
                    .collect(),
            ),
        }
    }
}
