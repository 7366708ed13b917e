//! Maps. `set`, `unset` and the merges change their first argument, which is
//! what charts use them for.

use std::rc::Rc;

use super::args::{map, strval, text};
use super::call::Call;
use super::fault::Fault;
use super::function::{Function, Group, row};
use super::merge::merge;
use super::text::text_list;
use crate::value::{Map, MapKind, Param, Str, Table, Value, deep_copy};

use Param::{Any, Text};

pub(super) static ROWS: &[Function] = &[
    row(
        "dict",
        Group::Dict,
        &[],
        "A map of keys and values in turn",
        dict,
    )
    .many(Any)
    .keeps(),
    row(
        "get",
        Group::Dict,
        &[Param::Map, Text],
        "The value of a key, or an empty text",
        get,
    )
    .keeps(),
    row(
        "set",
        Group::Dict,
        &[Param::Map, Text, Any],
        "Sets a key in place",
        set,
    )
    .keeps(),
    row(
        "unset",
        Group::Dict,
        &[Param::Map, Text],
        "Removes a key in place",
        unset,
    )
    .keeps(),
    row(
        "hasKey",
        Group::Dict,
        &[Param::Map, Text],
        "Whether the key is there",
        has_key,
    )
    .keeps(),
    row(
        "pluck",
        Group::Dict,
        &[Text],
        "The values of a key in several maps",
        pluck,
    )
    .many(Param::Map)
    .keeps(),
    row("keys", Group::Dict, &[], "All keys; here sorted", keys)
        .many(Param::Map)
        .keeps(),
    row(
        "values",
        Group::Dict,
        &[Param::Map],
        "All values; here sorted by key",
        values,
    )
    .keeps(),
    row(
        "pick",
        Group::Dict,
        &[Param::Map],
        "A map of some keys",
        pick,
    )
    .many(Text)
    .keeps(),
    row(
        "omit",
        Group::Dict,
        &[Param::Map],
        "A map without some keys",
        omit,
    )
    .many(Text)
    .keeps(),
    row(
        "merge",
        Group::Dict,
        &[Param::Map],
        "Fills the first map in place",
        |call, a| merge_all(call, a, false),
    )
    .many(Param::Map)
    .keeps(),
    row(
        "mustMerge",
        Group::Dict,
        &[Param::Map],
        "See `merge`",
        |call, a| merge_all(call, a, false),
    )
    .many(Param::Map)
    .keeps(),
    row(
        "mergeOverwrite",
        Group::Dict,
        &[Param::Map],
        "Overwrites the first in place",
        |call, a| merge_all(call, a, true),
    )
    .many(Param::Map)
    .keeps(),
    row(
        "mustMergeOverwrite",
        Group::Dict,
        &[Param::Map],
        "See `mergeOverwrite`",
        |call, a| merge_all(call, a, true),
    )
    .many(Param::Map)
    .keeps(),
    row(
        "deepCopy",
        Group::Dict,
        &[Any],
        "A copy that shares nothing",
        copy,
    )
    .keeps(),
    row("mustDeepCopy", Group::Dict, &[Any], "See `deepCopy`", copy).keeps(),
    row(
        "dig",
        Group::Dict,
        &[],
        "The value at a path of keys, or a default",
        dig,
    )
    .many(Any)
    .keeps(),
];

fn dict(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    call.charge(args.len())?;
    let mut table = Table::new();
    for pair in args.chunks(2) {
        call.refuse(&pair[0], "a key of `dict`")?;
        let key = strval(&pair[0])?.to_shared();
        let value = pair.get(1).cloned().unwrap_or_else(|| Value::from(""));
        table.insert(key, value);
    }
    Ok(Value::Map(Map::from_table(MapKind::Any, table)))
}

fn key(call: &Call<'_>, value: &Value) -> Result<Rc<str>, Fault> {
    let what = "a key";
    call.refuse(value, what)?;
    Ok(match value {
        Value::Str(text) => text.to_shared(),
        _ => "".into(),
    })
}

fn get(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let key = key(call, &args[1])?;
    let found = map(&args[0]).and_then(|map| map.get(&key));
    Ok(found.unwrap_or_else(|| Value::from("")))
}

fn set(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let key = key(call, &args[1])?;
    let Some(map) = map(&args[0]) else {
        return Err("assignment to entry in nil map".into());
    };
    if matches!(args[2], Value::List(_) | Value::Map(_)) {
        call.charge_value(&args[2])?;
    }
    map.set(key, args[2].clone())?;
    Ok(args[0].clone())
}

fn unset(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let key = key(call, &args[1])?;
    if let Some(map) = map(&args[0]) {
        map.remove(&key);
    }
    Ok(args[0].clone())
}

fn has_key(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let key = key(call, &args[1])?;
    Ok(Value::from(
        map(&args[0]).is_some_and(|map| map.contains_key(&key)),
    ))
}

fn pluck(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let key = key(call, &args[0])?;
    let maps = args[1..].iter().filter_map(map);
    Ok(Value::from(
        maps.filter_map(|map| map.get(&key)).collect::<Vec<_>>(),
    ))
}

fn keys(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let mut all = Vec::new();
    for map in args.iter().filter_map(map) {
        call.charge(map.len())?;
        all.extend(map.table().keys().map(|key| Str::from(Rc::clone(key))));
    }
    Ok(text_list(all))
}

fn values(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let Some(map) = map(&args[0]) else {
        return Ok(Value::from(Vec::new()));
    };
    call.charge(map.len())?;
    let values = map.table().values().cloned().collect::<Vec<_>>();
    Ok(Value::from(values))
}

fn pick(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let mut table = Table::new();
    for name in &args[1..] {
        let key = key(call, name)?;
        if let Some(value) = map(&args[0]).and_then(|map| map.get(&key)) {
            table.insert(key, value);
        }
    }
    Ok(Value::Map(Map::from_table(MapKind::Any, table)))
}

fn omit(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let mut table = map(&args[0])
        .map(|map| map.table().clone())
        .unwrap_or_default();
    call.charge(table.len())?;
    for name in &args[1..] {
        table.remove(&key(call, name)?);
    }
    Ok(Value::Map(Map::from_table(MapKind::Any, table)))
}

fn merge_all(call: &Call<'_>, args: &[Value], overwrite: bool) -> Result<Value, Fault> {
    let Some(target) = map(&args[0]) else {
        // A nil map is a copy of its own in Go: it is filled and returned.
        let fresh = Value::new_map();
        let mut all = vec![fresh];
        all.extend_from_slice(&args[1..]);
        return merge_all(call, &all, overwrite);
    };
    for source in args[1..].iter().filter_map(map) {
        merge(call, target, source, overwrite, 0)?;
    }
    Ok(args[0].clone())
}

fn copy(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    if args[0].is_nil() {
        return Err("reflect: call of reflect.Value.Type on zero Value".into());
    }
    call.charge_value(&args[0])?;
    Ok(deep_copy(&args[0])?)
}

/// Why Go's type assertion fails.
fn not_a(wanted: &str, value: &Value) -> Fault {
    let found = match value {
        Value::Nil | Value::Missing => "nil",
        other => other.type_name(),
    };
    format!("interface conversion: interface {{}} is {found}, not {wanted}").into()
}

fn dig(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let [path @ .., default, start] = args else {
        return Err("dig needs at least three arguments".into());
    };
    if path.is_empty() {
        return Err("dig needs at least three arguments".into());
    }
    let wanted = "map[string]interface {}";
    let is_plain = |value: &Value| matches!(value, Value::Map(m) if m.kind() == MapKind::Any);
    if !is_plain(start) {
        return Err(not_a(wanted, start));
    }
    let mut step = start.clone();
    for name in path {
        if !matches!(name, Value::Str(_)) {
            return Err(not_a("string", name));
        }
    }
    for name in path {
        call.refuse(name, "a key of `dig`")?;
        if !is_plain(&step) {
            return Err(not_a(wanted, &step));
        }
        match step.field(&text(name)) {
            Some(value) => step = value,
            None => return Ok(default.clone()),
        }
    }
    Ok(step)
}
