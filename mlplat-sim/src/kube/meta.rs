//! Reading and writing the common metadata of objects kept as JSON.

use serde_json::{Map, Value};

/// The finalizer with which a foreground deletion waits for dependents.
pub(crate) const FOREGROUND: &str = "foregroundDeletion";
/// The finalizer with which a deletion waits until dependents are let go.
pub(crate) const ORPHAN: &str = "orphan";

/// A text field of `metadata`; empty when absent.
pub(crate) fn text<'a>(object: &'a Value, field: &str) -> &'a str {
    object["metadata"][field].as_str().unwrap_or_default()
}

/// `metadata.name`.
pub(crate) fn name(object: &Value) -> &str {
    text(object, "name")
}

/// `metadata.uid`.
pub(crate) fn uid(object: &Value) -> &str {
    text(object, "uid")
}

/// `metadata.generation`; 0 when absent.
pub(crate) fn generation(object: &Value) -> i64 {
    object["metadata"]["generation"]
        .as_i64()
        .unwrap_or_default()
}

/// Whether the object is going away.
pub(crate) fn deleting(object: &Value) -> bool {
    object["metadata"]["deletionTimestamp"].is_string()
}

/// `metadata.finalizers`.
pub(crate) fn finalizers(object: &Value) -> Vec<&str> {
    object["metadata"]["finalizers"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

/// Replaces `metadata.finalizers`; none removes the field.
pub(crate) fn set_finalizers(object: &mut Value, finalizers: &[&str]) {
    let value =
        (!finalizers.is_empty()).then(|| finalizers.iter().copied().map(Value::from).collect());
    set(object, "finalizers", value);
}

/// Sets or removes a field of `metadata`.
pub(crate) fn set(object: &mut Value, field: &str, value: Option<Value>) {
    let metadata = of_mut(object);
    match value {
        Some(value) => {
            metadata.insert(field.to_owned(), value);
        }
        None => {
            metadata.remove(field);
        }
    }
}

/// Makes a field of `metadata` what it is in another object, present or absent.
pub(crate) fn copy(from: &Value, to: &mut Value, field: &str) {
    set(to, field, from["metadata"].get(field).cloned());
}

/// The metadata, made if absent or not an object.
pub(crate) fn of_mut(object: &mut Value) -> &mut Map<String, Value> {
    child_mut(map_mut(object), "metadata")
}

/// A field that is an object, made if absent or of another form.
pub(crate) fn child_mut<'a>(
    map: &'a mut Map<String, Value>,
    field: &str,
) -> &'a mut Map<String, Value> {
    map_mut(map.entry(field.to_owned()).or_insert(Value::Null))
}

/// The value as an object; anything else is replaced by an empty one.
pub(crate) fn map_mut(value: &mut Value) -> &mut Map<String, Value> {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    match value {
        Value::Object(map) => map,
        // Made an object two lines above.
        _ => unreachable!("the value was just made an object"),
    }
}

/// The text entries of an object-valued field of metadata, such as labels.
pub(crate) fn entries<'a>(
    object: &'a Value,
    field: &str,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    let map = object["metadata"][field].as_object().into_iter().flatten();
    map.filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)))
}
