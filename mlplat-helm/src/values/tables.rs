//! Merging of two tables, the heart of coalescing.

use super::error::ValuesError;
use crate::value::{Map, Value, deep_copy};

/// Whether nulls delete (coalescing, at the end) or stay (merging, on the way).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nulls {
    /// A null in the stronger table removes the key.
    Delete,
    /// Nulls are values like others.
    Keep,
}

/// Fills `strong` from `weak`: what is in `strong` stays, tables are merged key by key.
///
/// `strong` is changed in place and may share tables with `weak` afterwards, as in helm.
pub(super) fn merge_tables(strong: &Map, weak: &Map, nulls: Nulls) -> Result<(), ValuesError> {
    if strong.is_same(weak) {
        return Ok(());
    }
    for (key, weak_value) in weak.entries() {
        match strong.get(&key) {
            Some(value) if value.is_nil() && nulls == Nulls::Delete => {
                strong.remove(&key);
            }
            None => strong.set(key, weak_value)?,
            Some(Value::Map(inner)) => {
                if let Value::Map(weak_inner) = &weak_value {
                    merge_tables(&inner, weak_inner, nulls)?;
                }
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// A map that shares nothing with the given one.
pub(super) fn copy(map: &Map) -> Result<Map, ValuesError> {
    match deep_copy(&Value::Map(map.clone()))? {
        Value::Map(copy) => Ok(copy),
        _ => Ok(Map::default()),
    }
}

/// The table at a dotted path.
pub(super) fn table_at(map: &Map, path: &str) -> Option<Map> {
    let mut table = map.clone();
    for name in path.split('.') {
        table = match table.get(name)? {
            Value::Map(inner) => inner,
            _ => return None,
        };
    }
    Some(table)
}

/// The value at a dotted path, unless it is a table.
pub(super) fn value_at(map: &Map, path: &str) -> Option<Value> {
    let (table, key) = match path.rsplit_once('.') {
        Some((parent, key)) => (table_at(map, parent)?, key),
        None => (map.clone(), path),
    };
    table.get(key).filter(|value| value.as_map().is_none())
}
