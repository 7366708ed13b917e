//! Sets of field paths, the unit in which ownership is counted.
//!
//! A path is a chain of [`PathElement`]s from the root of an object: a field name, the key of an item in an
//! associative list, the value of an item in a set, or an index. A [`FieldSet`] is a tree of them. A node may be a
//! *member* (the path that ends there is in the set), may have children, or both: owning `spec` as such is
//! different from owning fields below it.
//!
//! On the wire (`metadata.managedFields[].fieldsV1`) a set is a JSON object whose keys carry the kind of element as
//! a prefix (`f:`, `k:`, `v:`, `i:`) and in which `"."` marks a member that has children too.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

/// One step of a path.
///
/// Keys and set values are kept as canonical JSON text (keys sorted), so that elements can be ordered and compared
/// without a notion of order on JSON values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum PathElement {
    /// A field of a structure or an entry of a map.
    Field(String),
    /// An item of an associative list, by its key fields as a JSON object.
    Key(String),
    /// An item of a set, by its value as JSON.
    Value(String),
    /// An item of a list by position.
    Index(u64),
}

impl PathElement {
    /// The element for an item whose key fields have these values.
    #[must_use]
    pub fn key(fields: &BTreeMap<&str, Value>) -> Self {
        let body: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}:{value}", Value::from(*name)))
            .collect();
        Self::Key(format!("{{{}}}", body.join(",")))
    }

    fn encode(&self) -> String {
        match self {
            Self::Field(name) => format!("f:{name}"),
            Self::Key(key) => format!("k:{key}"),
            Self::Value(value) => format!("v:{value}"),
            Self::Index(index) => format!("i:{index}"),
        }
    }

    fn decode(text: &str) -> Option<Self> {
        let (tag, rest) = text.split_once(':')?;
        match tag {
            "f" => Some(Self::Field(rest.to_owned())),
            "k" => match serde_json::from_str(rest).ok()? {
                Value::Object(map) => Some(Self::key(
                    &map.iter()
                        .map(|(name, value)| (name.as_str(), value.clone()))
                        .collect(),
                )),
                _ => None,
            },
            "v" => Some(Self::Value(
                serde_json::from_str::<Value>(rest).ok()?.to_string(),
            )),
            "i" => rest.parse().ok().map(Self::Index),
            _ => None,
        }
    }
}

/// The form used in conflict messages: `.spec`, `[name="web"]`, `[="finalizer"]`, `[0]`.
impl fmt::Display for PathElement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) => write!(f, ".{name}"),
            Self::Key(key) => {
                let map: Map<String, Value> = serde_json::from_str(key).unwrap_or_default();
                let pairs: BTreeMap<_, _> = map.iter().collect();
                let body: Vec<String> = pairs
                    .iter()
                    .map(|(name, value)| format!("{name}={value}"))
                    .collect();
                write!(f, "[{}]", body.join(","))
            }
            Self::Value(value) => write!(f, "[={value}]"),
            Self::Index(index) => write!(f, "[{index}]"),
        }
    }
}

/// A set of paths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldSet {
    nodes: BTreeMap<PathElement, Node>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Node {
    member: bool,
    below: FieldSet,
}

impl Node {
    fn is_empty(&self) -> bool {
        !self.member && self.below.is_empty()
    }
}

impl FieldSet {
    /// Whether no path is in the set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Adds one path. The empty path (the object itself) is not a thing that can be owned and is ignored.
    pub fn insert(&mut self, path: &[PathElement]) {
        let Some((first, rest)) = path.split_first() else {
            return;
        };
        let node = self.nodes.entry(first.clone()).or_default();
        if rest.is_empty() {
            node.member = true;
        } else {
            node.below.insert(rest);
        }
    }

    /// Whether the path that consists of this element alone is in the set.
    #[must_use]
    pub fn has(&self, element: &PathElement) -> bool {
        self.nodes.get(element).is_some_and(|node| node.member)
    }

    /// The part of the set below an element, if any.
    #[must_use]
    pub fn below(&self, element: &PathElement) -> Option<&Self> {
        self.nodes
            .get(element)
            .map(|node| &node.below)
            .filter(|set| !set.is_empty())
    }

    /// Removes one path, leaving what is below it.
    pub fn remove(&mut self, path: &[PathElement]) {
        let Some((first, rest)) = path.split_first() else {
            return;
        };
        let Some(node) = self.nodes.get_mut(first) else {
            return;
        };
        if rest.is_empty() {
            node.member = false;
        } else {
            node.below.remove(rest);
        }
        if node.is_empty() {
            self.nodes.remove(first);
        }
    }

    /// Paths in either set.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut out = self.clone();
        out.absorb(other);
        out
    }

    fn absorb(&mut self, other: &Self) {
        for (element, theirs) in &other.nodes {
            let node = self.nodes.entry(element.clone()).or_default();
            node.member |= theirs.member;
            node.below.absorb(&theirs.below);
        }
    }

    /// Paths in this set and not in the other. A member of the other set does not take what is below it along.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        self.combine(
            other,
            |mine, theirs| mine && !theirs,
            Self::difference,
            true,
        )
    }

    /// Paths in both sets.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.combine(
            other,
            |mine, theirs| mine && theirs,
            Self::intersection,
            false,
        )
    }

    fn combine(
        &self,
        other: &Self,
        member: impl Fn(bool, bool) -> bool,
        below: impl Fn(&Self, &Self) -> Self,
        keep_alone: bool,
    ) -> Self {
        let mut nodes = BTreeMap::new();
        for (element, mine) in &self.nodes {
            let node = match other.nodes.get(element) {
                Some(theirs) => Node {
                    member: member(mine.member, theirs.member),
                    below: below(&mine.below, &theirs.below),
                },
                None if keep_alone => mine.clone(),
                None => continue,
            };
            if !node.is_empty() {
                nodes.insert(element.clone(), node);
            }
        }
        Self { nodes }
    }

    /// Every path, members of one level before what is below them.
    #[must_use]
    pub fn paths(&self) -> Vec<Vec<PathElement>> {
        let mut out = Vec::new();
        self.collect(&mut Vec::new(), &mut out);
        out
    }

    fn collect(&self, prefix: &mut Vec<PathElement>, out: &mut Vec<Vec<PathElement>>) {
        for (element, node) in self.nodes.iter().filter(|(_, node)| node.member) {
            let _ = node;
            out.push(prefix.iter().chain([element]).cloned().collect());
        }
        for (element, node) in &self.nodes {
            prefix.push(element.clone());
            node.below.collect(prefix, out);
            prefix.pop();
        }
    }

    /// Calls `visit` for every element of this level with its part below, and makes the element a member where
    /// `visit` says so. Used to count a structure as owned by whoever owns a field of it.
    #[must_use]
    pub(crate) fn with_members(
        &self,
        mut visit: impl FnMut(&PathElement, &Self) -> (bool, Self),
    ) -> Self {
        let nodes = self.nodes.iter().map(|(element, node)| {
            if node.below.is_empty() {
                return (element.clone(), node.clone());
            }
            let (member, below) = visit(element, &node.below);
            (
                element.clone(),
                Node {
                    member: node.member || member,
                    below,
                },
            )
        });
        Self {
            nodes: nodes.collect(),
        }
    }

    /// The `fieldsV1` form.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut out = Map::new();
        for (element, node) in &self.nodes {
            let mut below = match node.below.to_json() {
                Value::Object(map) => map,
                _ => Map::new(),
            };
            if node.member && !node.below.is_empty() {
                below.insert(".".to_owned(), Value::Object(Map::new()));
            }
            out.insert(element.encode(), Value::Object(below));
        }
        Value::Object(out)
    }

    /// Reads the `fieldsV1` form; `None` when an element is malformed.
    #[must_use]
    pub fn from_json(value: &Value) -> Option<Self> {
        let mut nodes = BTreeMap::new();
        for (name, below) in value.as_object()? {
            if name == "." {
                continue;
            }
            let map = below.as_object()?;
            let node = Node {
                member: map.is_empty() || map.contains_key("."),
                below: Self::from_json(below)?,
            };
            nodes.insert(PathElement::decode(name)?, node);
        }
        Some(Self { nodes })
    }
}

/// A path in the form of conflict messages.
#[must_use]
pub fn display_path(path: &[PathElement]) -> String {
    path.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn wire_form_round_trips() {
        let wire = json!({
            "f:metadata": {"f:finalizers": {".": {}, "v:\"a/b\"": {}}},
            "f:spec": {"f:containers": {"k:{\"name\":\"web\"}": {".": {}, "f:image": {}}}, "f:replicas": {}},
        });
        let set = FieldSet::from_json(&wire).unwrap();
        assert_eq!(set.to_json(), wire);
        let shown: Vec<String> = set.paths().iter().map(|path| display_path(path)).collect();
        assert_eq!(
            shown,
            [
                ".metadata.finalizers",
                ".metadata.finalizers[=\"a/b\"]",
                ".spec.replicas",
                ".spec.containers[name=\"web\"]",
                ".spec.containers[name=\"web\"].image",
            ]
        );
    }

    #[test]
    fn difference_keeps_what_is_below_a_removed_member() {
        let mine = FieldSet::from_json(&json!({"f:a": {".": {}, "f:b": {}}})).unwrap();
        let theirs = FieldSet::from_json(&json!({"f:a": {}})).unwrap();
        assert_eq!(
            mine.difference(&theirs).to_json(),
            json!({"f:a": {"f:b": {}}})
        );
        assert_eq!(mine.intersection(&theirs).to_json(), json!({"f:a": {}}));
        assert_eq!(mine.difference(&theirs).union(&theirs), mine);
    }
}
