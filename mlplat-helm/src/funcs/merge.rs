//! Merging maps in place, as mergo 1.0.1 does for sprig.
//!
//! Maps are merged key by key; anything else is replaced where the target has
//! nothing or, when overwriting, always. What moves over is shared, not
//! copied: a map of the source that becomes part of the target is the same
//! map.

use super::call::Call;
use super::fault::Fault;
use crate::stack::grow;
use crate::value::{MAX_DEPTH, Map, TooDeep, Value};

/// Merges `source` into `target`.
pub(super) fn merge(
    call: &Call<'_>,
    target: &Map,
    source: &Map,
    overwrite: bool,
    depth: usize,
) -> Result<(), Fault> {
    if depth > MAX_DEPTH {
        return Err(TooDeep.into());
    }
    if target.is_same(source) {
        return Ok(());
    }
    let entries = source.entries();
    call.charge(entries.len())?;
    for (key, new) in entries {
        let old = target.get(&key);
        if new.is_nil() {
            if overwrite {
                target.set(key, new)?;
            }
            continue;
        }
        if let (Value::Map(new), Some(Value::Map(old))) = (&new, &old) {
            grow(|| merge(call, old, new, overwrite, depth + 1))?;
        }
        let is_filled = old.as_ref().is_some_and(|old| !is_empty(old));
        let both = |test: fn(&Value) -> bool| test(&new) && old.as_ref().is_some_and(test);
        if is_filled && both(|value| matches!(value, Value::Map(_))) {
            continue;
        }
        if overwrite || !is_filled {
            if matches!(new, Value::Map(_) | Value::List(_)) {
                call.charge_value(&new)?;
            }
            target.set(key, new)?;
        }
    }
    Ok(())
}

fn is_empty(value: &Value) -> bool {
    match value {
        // A struct is never empty; every other value is when it is not true.
        Value::Object(_) => false,
        other => !other.is_true(),
    }
}
