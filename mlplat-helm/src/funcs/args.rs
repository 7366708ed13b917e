//! Arguments, after the executor checked their types.

use std::borrow::Cow;

use crate::gofmt::sprint_one;
use crate::value::{Map, Str, TooDeep, Value};

/// The text of a `string` parameter.
pub(super) fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Str(text) => text.to_text(),
        _ => Cow::Borrowed(""),
    }
}

/// A `string` parameter with its spans.
pub(super) fn string(value: &Value) -> Str {
    match value {
        Value::Str(text) => text.clone(),
        _ => Str::from(""),
    }
}

/// The bytes of a `string` parameter.
pub(super) fn bytes(value: &Value) -> &[u8] {
    match value {
        Value::Str(text) => text.as_bytes(),
        _ => &[],
    }
}

/// An `int` parameter.
pub(super) fn int(value: &Value) -> i64 {
    match value {
        Value::Int(number, _, _) => *number,
        _ => 0,
    }
}

/// A `float64` parameter.
pub(super) fn float(value: &Value) -> f64 {
    match value {
        Value::Float(number, _) => *number,
        _ => 0.0,
    }
}

/// A `map[string]interface {}` parameter; nil has no entries.
pub(super) fn map(value: &Value) -> Option<&Map> {
    value.as_map()
}

/// Sprig's `strval`: the text of any value.
pub(super) fn strval(value: &Value) -> Result<Str, TooDeep> {
    match value {
        Value::Str(text) => Ok(text.clone()),
        Value::Bytes(bytes, taints) => Ok(Str::tainted(Str::from_bytes(bytes.to_vec()), taints)),
        other => sprint_one(other),
    }
}
