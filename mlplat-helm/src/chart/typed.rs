//! Fields of YAML documents with the rules of Go's JSON decoder.
//!
//! Field names match without regard to case, the exact one first; where a string is expected,
//! numbers and booleans become one; anything else of the wrong kind is an error; null leaves the
//! default.

use crate::yaml::{Node, float_text};

/// The wrong kind of value, in Go's words.
pub(super) type Mismatch = String;

/// The value of a field.
pub(super) fn field<'a>(node: &'a Node, name: &str) -> Option<&'a Node> {
    let entries = node.as_map()?;
    let value = entries.get(name).or_else(|| {
        entries
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    });
    value.filter(|value| **value != Node::Null)
}

pub(super) fn mismatch(node: &Node, place: &str, wanted: &str) -> Mismatch {
    format!(
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {} into Go struct \
         field {place} of type {wanted}",
        node.json_kind()
    )
}

/// A string field, empty when absent.
pub(super) fn text(node: &Node, name: &str, place: &str) -> Result<String, Mismatch> {
    match field(node, name) {
        None => Ok(String::new()),
        Some(value) => as_text(value).ok_or_else(|| mismatch(value, &join(place, name), "string")),
    }
}

/// A scalar as the string that `sigs.k8s.io/yaml` makes of it for a string field.
pub(super) fn as_text(node: &Node) -> Option<String> {
    match node {
        Node::Null => Some(String::new()),
        Node::Bool(flag) => Some(flag.to_string()),
        Node::Int(number) => Some(number.to_string()),
        Node::Uint(number) => Some(number.to_string()),
        // It formats with the precision of a 32-bit float.
        Node::Float(number) => Some(float_text(shorten(*number))),
        Node::Str(text) => Some(text.clone()),
        Node::Seq(_) | Node::Map(_) => None,
    }
}

/// The 64-bit float with the shortest digits that a 32-bit one of the same value has.
fn shorten(number: f64) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the loss is what Go does here"
    )]
    let narrow = number as f32;
    narrow.to_string().parse().unwrap_or(number)
}

pub(super) fn flag(node: &Node, name: &str, place: &str) -> Result<bool, Mismatch> {
    match field(node, name) {
        None => Ok(false),
        Some(Node::Bool(flag)) => Ok(*flag),
        Some(value) => Err(mismatch(value, &join(place, name), "bool")),
    }
}

/// A list field, empty when absent.
pub(super) fn list<'a>(
    node: &'a Node,
    name: &str,
    place: &str,
    wanted: &str,
) -> Result<&'a [Node], Mismatch> {
    match field(node, name) {
        None => Ok(&[]),
        Some(Node::Seq(items)) => Ok(items),
        Some(value) => Err(mismatch(value, &join(place, name), wanted)),
    }
}

pub(super) fn texts(node: &Node, name: &str, place: &str) -> Result<Vec<String>, Mismatch> {
    list(node, name, place, "[]string")?
        .iter()
        .map(|item| as_text(item).ok_or_else(|| mismatch(item, &join(place, name), "string")))
        .collect()
}

pub(super) fn join(place: &str, name: &str) -> String {
    format!("{place}.{name}")
}
