//! Walks over whole values: containment, taints, equality, copies, dropping.
//!
//! A value cannot contain itself (`Map::set` sees to that), so each walk ends.
//! It can be deep, though: a loop of `list $x` nests as often as it runs. The
//! walks that only look (`reaches`, `deep_taints`, dropping) therefore keep
//! their own stack on the heap; those that build or compare recurse and give
//! up, with [`TooDeep`], below [`MAX_DEPTH`] levels.

use std::collections::HashSet;
use std::error::Error;
use std::fmt;

use super::list::List;
use super::map::Map;
use super::scalar::Value;
use super::taint::Taints;
use crate::stack::grow;

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

/// The number of values that a value contains, itself counted, and how deep
/// they are nested; shared ones count as often as they occur.
///
/// Stops counting once `most` is exceeded: a value in which every level holds
/// the next one twice has more than could ever be counted.
pub(crate) fn measure(value: &Value, most: u64) -> (u64, usize) {
    let (mut count, mut deepest) = (0, 0);
    let mut stack = vec![(value.clone(), 1)];
    while let Some((value, depth)) = stack.pop() {
        count += 1;
        deepest = deepest.max(depth);
        if count > most {
            break;
        }
        match &value {
            Value::List(list) => {
                count += list
                    .items()
                    .iter()
                    .filter(|item| !is_container(item))
                    .count() as u64;
                let inner = list.items().iter().filter(|item| is_container(item));
                stack.extend(inner.map(|item| (item.clone(), depth + 1)));
            }
            Value::Map(map) => {
                let table = map.table();
                count += table.values().filter(|item| !is_container(item)).count() as u64;
                let inner = table.values().filter(|item| is_container(item));
                stack.extend(inner.map(|item| (item.clone(), depth + 1)));
            }
            Value::Object(object) => stack.push((object.data(), depth + 1)),
            _ => {}
        }
    }
    (count, deepest)
}

fn is_container(value: &Value) -> bool {
    matches!(value, Value::List(_) | Value::Map(_))
}

/// Whether `value` is or contains the very map `target`.
///
/// Looks at each shared container once, however often it occurs.
pub(super) fn reaches(value: &Value, target: &Map) -> bool {
    if !is_container(value) {
        return false;
    }
    // Objects hold plain data of their own, never a template's map.
    let mut seen = HashSet::new();
    let mut stack = vec![value.clone()];
    while let Some(value) = stack.pop() {
        match &value {
            Value::Map(map) if map.is_same(target) => return true,
            Value::Map(map) if seen.insert(map.address()) => {
                let table = map.table();
                stack.extend(table.values().filter(|v| is_container(v)).cloned());
            }
            Value::List(list) if seen.insert(list.address()) => {
                stack.extend(list.items().iter().filter(|v| is_container(v)).cloned());
            }
            _ => {}
        }
    }
    false
}

/// The union of all taints in the value and what it contains.
#[must_use]
pub fn deep_taints(value: &Value) -> Taints {
    let mut all = value.taints();
    let mut seen = HashSet::new();
    let mut stack = Vec::new();
    let mut next = Some(value.clone());
    while let Some(value) = next {
        match &value {
            Value::List(list) if seen.insert(list.address()) => {
                list.items().iter().for_each(|item| all.add(&item.taints()));
                stack.extend(list.items().iter().filter(|v| has_inner(v)).cloned());
            }
            Value::Map(map) if seen.insert(map.address()) => {
                let table = map.table();
                table.values().for_each(|item| all.add(&item.taints()));
                stack.extend(table.values().filter(|v| has_inner(v)).cloned());
            }
            Value::Object(object) => stack.push(object.data()),
            _ => {}
        }
        next = stack.pop();
    }
    all
}

fn has_inner(value: &Value) -> bool {
    matches!(value, Value::List(_) | Value::Map(_) | Value::Object(_))
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
            let items = list
                .items()
                .iter()
                .map(|item| grow(|| copy_at(item, depth + 1)));
            Value::List(List::new(list.kind(), items.collect::<Result<_, _>>()?))
        }
        Value::Map(map) => {
            let mut table = map.table().clone();
            for slot in table.values_mut() {
                *slot = grow(|| copy_at(slot, depth + 1))?;
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
        if !grow(|| equal_at(x, y, depth + 1))? {
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
        if ka != kb || !grow(|| equal_at(x, y, depth + 1))? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Drops values without recursion, however deep they are nested.
pub(super) fn drop_all(mut stack: Vec<Value>) {
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
