//! From documents to values: helm's `fromYaml`, `fromYamlArray` and values files.

use std::rc::Rc;

use super::{Limits, Node, TaintedLeaf, YamlError, parse_spanned};
use crate::value::{List, ListKind, Map, MapKind, Str, Table, Taints, Value};

/// The value that helm makes of a document: every number a `float64`.
#[must_use]
pub fn to_value(node: &Node) -> Value {
    value(node, &[], 0)
}

/// Reads a text into a map as `fromYaml` does. Scalars that opaque spans of the text touch carry
/// their taints.
///
/// # Errors
///
/// The text that helm puts under the key `Error`.
///
/// ```
/// use mlplat_helm::{value::Str, yaml::read_map};
/// assert_eq!(read_map(&Str::from("a: 1")).unwrap().get("a").unwrap().kind().name(), "float64");
/// assert!(read_map(&Str::from("[]")).unwrap_err().contains("array"));
/// ```
pub fn read_map(text: &Str) -> Result<Map, String> {
    let (node, leaves) = document(text)?;
    match value(&node, &refs(&leaves), 0) {
        Value::Map(map) => Ok(map),
        Value::Nil => Ok(Map::default()),
        _ => Err(mismatch(&node, "map[string]interface {}")),
    }
}

/// Reads a text into a list as `fromYamlArray` does.
///
/// # Errors
///
/// The text that helm returns as the only element.
pub fn read_list(text: &Str) -> Result<List, String> {
    let (node, leaves) = document(text)?;
    match value(&node, &refs(&leaves), 0) {
        Value::List(list) => Ok(list),
        Value::Nil => Ok(List::new(ListKind::Any, Vec::new())),
        _ => Err(mismatch(&node, "[]interface {}")),
    }
}

fn document(text: &Str) -> Result<(Node, Vec<TaintedLeaf>), String> {
    if text.as_str().is_none() {
        return Err("error converting YAML to JSON: yaml: invalid leading UTF-8 octet".to_owned());
    }
    parse_spanned(text, Limits::default()).map_err(|error| match error {
        YamlError::NotFinite(_) | YamlError::Key(_) => {
            format!("error converting YAML to JSON: {error}")
        }
        error => format!("error converting YAML to JSON: yaml: {error}"),
    })
}

fn mismatch(node: &Node, wanted: &str) -> String {
    format!(
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {} into Go value \
         of type {wanted}",
        node.json_kind()
    )
}

fn refs(leaves: &[TaintedLeaf]) -> Vec<&TaintedLeaf> {
    leaves.iter().collect()
}

/// Converts a node at `depth`; `leaves` are the tainted ones at or below it.
fn value(node: &Node, leaves: &[&TaintedLeaf], depth: usize) -> Value {
    match node {
        Node::Null => Value::Nil,
        Node::Bool(truth) => Value::from(*truth).with_taints(&own(leaves, depth)),
        #[expect(clippy::cast_precision_loss, reason = "encoding/json reads a float64")]
        Node::Int(number) => Value::from(*number as f64).with_taints(&own(leaves, depth)),
        #[expect(clippy::cast_precision_loss, reason = "encoding/json reads a float64")]
        Node::Uint(number) => Value::from(*number as f64).with_taints(&own(leaves, depth)),
        Node::Float(number) => Value::from(*number).with_taints(&own(leaves, depth)),
        Node::Str(text) => Value::from(text.as_str()).with_taints(&own(leaves, depth)),
        Node::Seq(items) => Value::from(
            items
                .iter()
                .enumerate()
                .map(|(at, item)| value(item, &below(leaves, depth, &at.to_string()), depth + 1))
                .collect::<Vec<_>>(),
        ),
        Node::Map(entries) => {
            let table: Table = entries
                .iter()
                .map(|(key, item)| {
                    let inner = below(leaves, depth, key);
                    (Rc::from(key.as_str()), value(item, &inner, depth + 1))
                })
                .collect();
            Value::Map(Map::from_table(MapKind::Any, table))
        }
    }
}

fn own(leaves: &[&TaintedLeaf], depth: usize) -> Taints {
    let mut taints = Taints::default();
    for leaf in leaves.iter().filter(|leaf| leaf.path.len() == depth) {
        taints.add(&leaf.taints);
    }
    taints
}

fn below<'a>(leaves: &[&'a TaintedLeaf], depth: usize, step: &str) -> Vec<&'a TaintedLeaf> {
    leaves
        .iter()
        .filter(|leaf| leaf.path.get(depth).is_some_and(|own| own == step))
        .copied()
        .collect()
}
