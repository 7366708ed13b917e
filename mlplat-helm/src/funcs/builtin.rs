//! Go's own functions, comparisons apart.

use super::args::string;
use super::call::{Call, truth};
use super::escape::{html_escape, js_escape};
use super::fault::Fault;
use super::function::{Function, Group, row};
use super::url::query_escape;
use crate::gofmt::{sprint, sprintf};
use crate::value::{IntKind, Kind, MapKind, Param, Str, Value};

use Param::{Any, Reflect, Text};

pub(super) static ROWS: &[Function] = &[
    row(
        "and",
        Group::Logic,
        &[Reflect],
        "The first argument that is false, or the last",
        never,
    )
    .many(Reflect)
    .keeps(),
    row(
        "or",
        Group::Logic,
        &[Reflect],
        "The first argument that is true, or the last",
        never,
    )
    .many(Reflect)
    .keeps(),
    row(
        "not",
        Group::Logic,
        &[Reflect],
        "Whether the argument is false",
        not,
    )
    .keeps(),
    row(
        "len",
        Group::Data,
        &[Reflect],
        "The number of elements or bytes",
        len,
    )
    .keeps(),
    row(
        "index",
        Group::Data,
        &[Reflect],
        "The element at a key or position, repeatedly",
        index,
    )
    .many(Reflect)
    .keeps(),
    row(
        "call",
        Group::Data,
        &[Reflect],
        "Calls a value that is a function",
        call,
    )
    .many(Reflect)
    .keeps(),
    row("print", Group::Text, &[], "The arguments as text", print)
        .many(Any)
        .keeps(),
    row(
        "println",
        Group::Text,
        &[],
        "The arguments, spaced, and a line end",
        println,
    )
    .many(Any)
    .keeps(),
    row(
        "printf",
        Group::Text,
        &[Text],
        "The arguments by a format",
        printf,
    )
    .many(Any)
    .keeps(),
    row(
        "html",
        Group::Text,
        &[],
        "The arguments, escaped for HTML",
        html,
    )
    .many(Any)
    .spreads(),
    row(
        "js",
        Group::Text,
        &[],
        "The arguments, escaped for JavaScript",
        js,
    )
    .many(Any)
    .spreads(),
    row(
        "urlquery",
        Group::Url,
        &[],
        "The arguments, escaped for a query",
        urlquery,
    )
    .many(Any)
    .spreads(),
];

/// `and` and `or` are the executor's.
fn never(_: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    Ok(args.last().cloned().unwrap_or_default())
}

fn not(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    Ok(Value::from(!truth(call.context, &args[0], "`not`")?))
}

/// Go's name for a value's type where `fmt` would say `<nil>`.
fn type_of(value: &Value) -> &str {
    value.type_name()
}

fn len(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    // The number of elements is known, whatever they are.
    if matches!(args[0], Value::Str(_) | Value::Bytes(..)) {
        call.refuse(&args[0], "`len`")?;
    }
    let length = match &args[0] {
        Value::Nil => return Err("len of nil pointer".into()),
        Value::Missing => {
            return Err("reflect: call of reflect.Value.Type on zero Value".into());
        }
        Value::Str(text) => text.len(),
        Value::Bytes(bytes, _) => bytes.len(),
        Value::List(list) => list.items().len(),
        Value::Map(map) => map.len(),
        Value::Object(object) if matches!(object.kind(), Kind::Map | Kind::Slice) => {
            object.entries().len()
        }
        other => return Err(format!("len of type {}", type_of(other)).into()),
    };
    Ok(Value::int(i64::try_from(length).unwrap_or(i64::MAX)))
}

fn index(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let mut item = args[0].clone();
    if item.is_nil() {
        return Err("index of untyped nil".into());
    }
    for key in &args[1..] {
        call.refuse(key, "the key of `index`")?;
        item = index_one(&item, key)?;
    }
    Ok(item)
}

fn index_one(item: &Value, key: &Value) -> Result<Value, Fault> {
    match item {
        Value::Missing | Value::Nil => Err("index of nil pointer".into()),
        Value::List(list) => {
            let at = position(key, list.items().len())?;
            element(list.items().get(at).cloned())
        }
        Value::Str(text) => {
            let at = position(key, text.len())?;
            let byte = text.as_bytes().get(at);
            let byte = byte.map(|b| Value::Int((*b).into(), IntKind::Uint8, text.taints()));
            element(byte)
        }
        Value::Bytes(bytes, taints) => {
            let at = position(key, bytes.len())?;
            let byte = bytes.get(at);
            let byte = byte.map(|b| Value::Int((*b).into(), IntKind::Uint8, taints.clone()));
            element(byte)
        }
        Value::Map(map) => {
            let name = map_key(key)?;
            let found = map.get(&name);
            Ok(found.unwrap_or_else(|| match map.kind() {
                MapKind::Text => Value::from(""),
                _ => Value::Nil,
            }))
        }
        Value::Object(object) if object.kind() == Kind::Map => {
            let name = map_key(key)?;
            Ok(object.field(&name).unwrap_or_default())
        }
        Value::Object(object) if object.kind() == Kind::Slice => {
            let items = object.entries();
            let at = position(key, items.len())?;
            element(items.into_iter().nth(at).map(|(_, value)| value))
        }
        other => Err(format!("can't index item of type {}", type_of(other)).into()),
    }
}

fn map_key(key: &Value) -> Result<String, Fault> {
    match key {
        Value::Str(text) => Ok(text.to_text().into_owned()),
        Value::Missing | Value::Nil => Err("value is nil; should be of type string".into()),
        other => Err(format!("value has type {}; should be string", type_of(other)).into()),
    }
}

/// Go lets the length itself pass here, and fails when it takes the element.
fn element(found: Option<Value>) -> Result<Value, Fault> {
    found.ok_or_else(|| "reflect: slice index out of range".into())
}

fn position(key: &Value, length: usize) -> Result<usize, Fault> {
    match key {
        Value::Int(number, _, _) => match usize::try_from(*number) {
            Ok(at) if at <= length => Ok(at),
            _ => Err(format!("index out of range: {number}").into()),
        },
        Value::Missing | Value::Nil => Err("cannot index slice/array with nil".into()),
        other => Err(format!("cannot index slice/array with type {}", type_of(other)).into()),
    }
}

/// Stands in the message for the expression that was to be called, which only
/// the executor knows.
pub(crate) const CALLEE: &str = "\u{0}callee";

fn call(_: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    match &args[0] {
        Value::Missing | Value::Nil => Err("call of nil".into()),
        other => Err(format!("non-function {CALLEE} of type {}", type_of(other)).into()),
    }
}

fn charge(call: &Call<'_>, args: &[Value]) -> Result<(), Fault> {
    args.iter().try_for_each(|arg| call.charge_value(arg))
}

fn print(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    charge(call, args)?;
    Ok(Value::Str(sprint(args)?))
}

fn println(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    charge(call, args)?;
    let mut parts = Vec::with_capacity(2 * args.len() + 1);
    for (at, arg) in args.iter().enumerate() {
        if at > 0 {
            parts.push(Str::from(" "));
        }
        parts.push(sprint(std::slice::from_ref(arg))?);
    }
    parts.push(Str::from("\n"));
    Ok(Value::Str(Str::concat(&parts)))
}

fn printf(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    charge(call, args)?;
    let format = string(&args[0]);
    Ok(Value::Str(sprintf(&format, &args[1..])?))
}

fn joined(call: &Call<'_>, args: &[Value]) -> Result<Str, Fault> {
    charge(call, args)?;
    // A missing value shows as it does in an action.
    let shown = |arg: &Value| match arg {
        Value::Nil | Value::Missing => Value::from("<no value>"),
        other => other.clone(),
    };
    let args: Vec<Value> = args.iter().map(shown).collect();
    Ok(sprint(&args)?)
}

fn html(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    Ok(Value::from(html_escape(&joined(call, args)?.to_text())))
}

fn js(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    Ok(Value::from(js_escape(&joined(call, args)?.to_text())))
}

fn urlquery(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    Ok(Value::from(query_escape(joined(call, args)?.as_bytes())))
}
