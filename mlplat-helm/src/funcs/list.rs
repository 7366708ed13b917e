//! Lists. Every function gives a new list; none changes its argument.

use super::args::int;
use super::call::{Call, truth};
use super::fault::Fault;
use super::function::{Function, Group, row};
use super::number::to_int64;
use crate::value::{IntKind, Kind, List, ListKind, Param, Value, deep_equal};

use Param::{Any, Int};

pub(super) static ROWS: &[Function] = &[
    row("list", Group::List, &[], "A list of the arguments", list)
        .many(Any)
        .keeps(),
    row("tuple", Group::List, &[], "See `list`", list)
        .many(Any)
        .keeps(),
    row(
        "append",
        Group::List,
        &[Any, Any],
        "With an element at the end",
        push,
    )
    .keeps(),
    row("push", Group::List, &[Any, Any], "See `append`", push).keeps(),
    row("mustAppend", Group::List, &[Any, Any], "See `append`", push).keeps(),
    row("mustPush", Group::List, &[Any, Any], "See `append`", push).keeps(),
    row(
        "prepend",
        Group::List,
        &[Any, Any],
        "With an element at the start",
        prepend,
    )
    .keeps(),
    row(
        "mustPrepend",
        Group::List,
        &[Any, Any],
        "See `prepend`",
        prepend,
    )
    .keeps(),
    row("first", Group::List, &[Any], "The first element", first).keeps(),
    row("mustFirst", Group::List, &[Any], "See `first`", first).keeps(),
    row("last", Group::List, &[Any], "The last element", last).keeps(),
    row("mustLast", Group::List, &[Any], "See `last`", last).keeps(),
    row("rest", Group::List, &[Any], "All but the first", rest).keeps(),
    row("mustRest", Group::List, &[Any], "See `rest`", rest).keeps(),
    row("initial", Group::List, &[Any], "All but the last", initial).keeps(),
    row("mustInitial", Group::List, &[Any], "See `initial`", initial).keeps(),
    row("reverse", Group::List, &[Any], "In reverse order", reverse).keeps(),
    row("mustReverse", Group::List, &[Any], "See `reverse`", reverse).keeps(),
    row("uniq", Group::List, &[Any], "Without repetitions", uniq),
    row("mustUniq", Group::List, &[Any], "See `uniq`", uniq),
    row(
        "without",
        Group::List,
        &[Any],
        "Without the given elements",
        without,
    )
    .many(Any),
    row("mustWithout", Group::List, &[Any], "See `without`", without).many(Any),
    row(
        "has",
        Group::List,
        &[Any, Any],
        "Whether the element is in the list",
        has,
    ),
    row("mustHas", Group::List, &[Any, Any], "See `has`", has),
    row(
        "slice",
        Group::List,
        &[Any],
        "The elements from start to end",
        slice,
    )
    .many(Any)
    .keeps(),
    row("mustSlice", Group::List, &[Any], "See `slice`", slice)
        .many(Any)
        .keeps(),
    row("concat", Group::List, &[], "All lists as one", concat)
        .many(Any)
        .keeps(),
    row(
        "compact",
        Group::List,
        &[Any],
        "Without empty elements",
        compact,
    )
    .keeps(),
    row("mustCompact", Group::List, &[Any], "See `compact`", compact).keeps(),
    row(
        "chunk",
        Group::List,
        &[Int, Any],
        "In lists of a size",
        chunk,
    )
    .keeps(),
    row("mustChunk", Group::List, &[Int, Any], "See `chunk`", chunk).keeps(),
];

const NIL_TYPE: &str = "runtime error: invalid memory address or nil pointer dereference";

/// The elements of a slice, or the fault that sprig makes of anything else.
fn items(call: &Call<'_>, value: &Value, verb: &str) -> Result<Vec<Value>, Fault> {
    let items = match value {
        Value::List(list) => list.items().to_vec(),
        Value::Bytes(bytes, taints) => {
            let each = |byte: &u8| Value::Int((*byte).into(), IntKind::Uint8, taints.clone());
            bytes.iter().map(each).collect()
        }
        Value::Object(object) if object.kind() == Kind::Slice => object
            .entries()
            .into_iter()
            .map(|(_, value)| value)
            .collect(),
        Value::Nil | Value::Missing => return Err(NIL_TYPE.into()),
        other => {
            let kind = other.kind().name();
            return Err(format!("Cannot {verb} type {kind}").into());
        }
    };
    call.charge(items.len())?;
    Ok(items)
}

fn list(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    call.charge(args.len())?;
    Ok(Value::from(args.to_vec()))
}

fn push(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let mut all = items(call, &args[0], "push on")?;
    all.push(args[1].clone());
    Ok(Value::from(all))
}

fn prepend(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let mut all = items(call, &args[0], "prepend on")?;
    all.insert(0, args[1].clone());
    Ok(Value::from(all))
}

fn first(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let all = items(call, &args[0], "find first on")?;
    Ok(all.first().cloned().unwrap_or_default())
}

fn last(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let all = items(call, &args[0], "find last on")?;
    Ok(all.last().cloned().unwrap_or_default())
}

fn rest(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let all = items(call, &args[0], "find rest on")?;
    Ok(Value::from(all.into_iter().skip(1).collect::<Vec<_>>()))
}

fn initial(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let mut all = items(call, &args[0], "find initial on")?;
    all.pop();
    Ok(Value::from(all))
}

fn reverse(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let mut all = items(call, &args[0], "find reverse on")?;
    all.reverse();
    Ok(Value::from(all))
}

fn contains(call: &Call<'_>, all: &[Value], wanted: &Value) -> Result<bool, Fault> {
    call.charge(all.len())?;
    let is_container = |v: &Value| matches!(v, Value::List(_) | Value::Map(_));
    for item in all {
        if is_container(item) && is_container(wanted) {
            call.charge_value(item)?;
        }
        if deep_equal(item, wanted)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn uniq(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let mut kept: Vec<Value> = Vec::new();
    for item in items(call, &args[0], "find uniq on")? {
        if !contains(call, &kept, &item)? {
            kept.push(item);
        }
    }
    Ok(Value::from(kept))
}

fn without(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let mut kept = Vec::new();
    for item in items(call, &args[0], "find without on")? {
        if !contains(call, &args[1..], &item)? {
            kept.push(item);
        }
    }
    Ok(Value::from(kept))
}

fn has(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    if args[1].is_nil() {
        return Ok(Value::from(false));
    }
    let all = items(call, &args[1], "find has on")?;
    Ok(Value::from(contains(call, &all, &args[0])?))
}

fn slice(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let kind = match &args[0] {
        Value::List(list) => list.kind(),
        Value::Nil | Value::Missing => return Err(NIL_TYPE.into()),
        Value::Bytes(..) => ListKind::Any,
        other => {
            let kind = other.kind().name();
            return Err(format!("list should be type of slice or array but {kind}").into());
        }
    };
    let all = items(call, &args[0], "slice")?;
    if all.is_empty() {
        return Ok(Value::Nil);
    }
    let length = i64::try_from(all.len()).unwrap_or(i64::MAX);
    for index in &args[1..] {
        call.refuse(index, "a position of `slice`")?;
    }
    let start = args.get(1).map_or(0, to_int64);
    let end = args.get(2).map_or(length, to_int64);
    if start < 0 || end < start || end > length {
        return Err("reflect.Value.Slice: slice index out of bounds".into());
    }
    let at = |number: i64| usize::try_from(number).unwrap_or(0);
    Ok(Value::List(List::new(
        kind,
        all[at(start)..at(end)].to_vec(),
    )))
}

fn concat(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let mut all = Vec::new();
    for arg in args {
        if !arg.is_nil() && arg.kind() != Kind::Slice {
            let kind = arg.kind().name();
            return Err(format!("Cannot concat type {kind} as list").into());
        }
        all.extend(items(call, arg, "concat")?);
    }
    Ok(Value::from(all))
}

fn compact(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let mut kept = Vec::new();
    for item in items(call, &args[0], "compact on")? {
        if truth(call.context, &item, "`compact`")? {
            kept.push(item);
        }
    }
    Ok(Value::from(kept))
}

fn chunk(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let all = items(call, &args[1], "chunk")?;
    let Some(size) = usize::try_from(int(&args[0])).ok().filter(|size| *size > 0) else {
        return Err("runtime error: makeslice: len out of range".into());
    };
    let lists = all
        .chunks(size)
        .map(|part| Value::from(part.to_vec()))
        .collect();
    Ok(Value::List(List::new(
        ListKind::Named("[][]interface {}"),
        lists,
    )))
}
