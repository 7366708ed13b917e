//! Walks over whole values: containment, taints, equality, copies, dropping.
//!
//! A value cannot contain itself (`Map::set` sees to that), so each walk ends.
//! It can be deep, though: a loop of `list $x` nests as often as it runs. The
//! walks that only look (`reaches`, `deep_taints`, dropping) therefore keep
//! their own stack on the heap; those that build or compare recurse and give
//! up, with [`TooDeep`], below [`MAX_DEPTH`] levels.

use std::error::Error;
use std::fmt;

use super::list::List;
use super::map::Map;
use super::scalar::Value;
use super::taint::Taints;

/// How deep a value may be nested for the walks that recurse, printing and
/// writing YAML and JSON among them.
pub(crate) const MAX_DEPTH: usize = 512;

/// A map would contain itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CycleError;

impl fmt::Display for CycleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the map would contain itself")
    }
}

impl Error for CycleError {}

/// A value is nested too deep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooDeep;

impl fmt::Display for TooDeep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the value is nested more than {MAX_DEPTH} levels deep")
    }
}

impl Error for TooDeep {}

impl From<TooDeep> for String {
    fn from(error: TooDeep) -> Self {
        error.to_string()
    }
}

impl From<CycleError> for String {
    fn from(error: CycleError) -> Self {
        error.to_string()
    }
}

/// Calls `look` for the value and all that it contains, until it says false.
fn visit(value: &Value, mut look: impl FnMut(&Value) -> bool) -> bool {
    let mut stack = Vec::new();
    let mut next = Some(value.clone());
    while let Some(value) = next {
        if !look(&value) {
            return false;
        }
        match &value {
            Value::List(list) => stack.extend(list.items().iter().cloned()),
            Value::Map(map) => stack.extend(map.table().values().cloned()),
            Value::Object(object) => stack.push(object.data()),
            _ => {}
        }
        next = stack.pop();
    }
    true
}

/// Whether `value` is or contains the very map `target`.
pub(super) fn reaches(value: &Value, target: &Map) -> bool {
    if !matches!(value, Value::List(_) | Value::Map(_)) {
        return false;
    }
    // Objects hold plain data of their own, never a template's map.
    let mut stack = vec![value.clone()];
    while let Some(value) = stack.pop() {
        let is_container = |v: &&Value| matches!(v, Value::List(_) | Value::Map(_));
        match &value {
            Value::Map(map) if map.is_same(target) => return true,
            Value::Map(map) => stack.extend(map.table().values().filter(is_container).cloned()),
            Value::List(list) => stack.extend(list.items().iter().filter(is_container).cloned()),
            _ => {}
        }
    }
    false
}

/// The union of all taints in the value and what it contains.
#[must_use]
pub fn deep_taints(value: &Value) -> Taints {
    let mut all = Taints::default();
    match value {
        Value::List(_) | Value::Map(_) | Value::Object(_) => {
            visit(value, |inner| {
                all.add(&inner.taints());
                true
            });
        }
        scalar => all = scalar.taints(),
    }
    all
}

/// A copy that shares no map with the original, as sprig's `deepCopy` makes.
///
/// # Errors
///
/// [`TooDeep`].
pub fn deep_copy(value: &Value) -> Result<Value, TooDeep> {
    copy_at(value, 0)
}

fn copy_at(value: &Value, depth: usize) -> Result<Value, TooDeep> {
    if depth > MAX_DEPTH {
        return Err(TooDeep);
    }
    Ok(match value {
        Value::List(list) => {
            let items = list.items().iter().map(|item| copy_at(item, depth + 1));
            Value::List(List::new(list.kind(), items.collect::<Result<_, _>>()?))
        }
        Value::Map(map) => {
            let mut table = map.table().clone();
            for slot in table.values_mut() {
                *slot = copy_at(slot, depth + 1)?;
            }
            Value::Map(Map::from_table(map.kind(), table))
        }
        other => other.clone(),
    })
}

/// Go's `reflect.DeepEqual`: same types and same contents.
///
/// # Errors
///
/// [`TooDeep`].
pub fn deep_equal(a: &Value, b: &Value) -> Result<bool, TooDeep> {
    equal_at(a, b, 0)
}

fn equal_at(a: &Value, b: &Value, depth: usize) -> Result<bool, TooDeep> {
    if depth > MAX_DEPTH {
        return Err(TooDeep);
    }
    Ok(match (a, b) {
        (a, b) if a.is_nil() && b.is_nil() => true,
        (Value::Bool(a, _), Value::Bool(b, _)) => a == b,
        (Value::Int(a, ka, _), Value::Int(b, kb, _)) => a == b && ka == kb,
        (Value::Float(a, _), Value::Float(b, _)) => a == b,
        (Value::Str(a), Value::Str(b)) => a == b,
        (Value::Bytes(a, _), Value::Bytes(b, _)) => a == b,
        (Value::List(a), Value::List(b)) => {
            a.kind() == b.kind() && items_equal(a.items(), b.items(), depth)?
        }
        (Value::Map(a), Value::Map(b)) => a.is_same(b) || maps_equal(a, b, depth)?,
        (Value::Object(x), Value::Object(y)) => {
            x.type_name() == y.type_name() && equal_at(&x.data(), &y.data(), depth + 1)?
        }
        _ => false,
    })
}

fn items_equal(a: &[Value], b: &[Value], depth: usize) -> Result<bool, TooDeep> {
    if a.len() != b.len() {
        return Ok(false);
    }
    for (x, y) in a.iter().zip(b) {
        if !equal_at(x, y, depth + 1)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn maps_equal(a: &Map, b: &Map, depth: usize) -> Result<bool, TooDeep> {
    let (ta, tb) = (a.table(), b.table());
    if a.kind() != b.kind() || ta.len() != tb.len() {
        return Ok(false);
    }
    for ((ka, x), (kb, y)) in ta.iter().zip(tb.iter()) {
        if ka != kb || !equal_at(x, y, depth + 1)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Drops values without recursion, however deep they are nested.
pub(super) fn drop_all(mut stack: Vec<Value>) {
    let is_container = |v: &Value| matches!(v, Value::List(_) | Value::Map(_));
    if !stack.iter().any(is_container) {
        return;
    }
    while let Some(mut value) = stack.pop() {
        let inner = match &mut value {
            Value::List(list) => list.take_unique(),
            Value::Map(map) => map.take_unique(),
            _ => None,
        };
        stack.extend(inner.unwrap_or_default());
    }
}
