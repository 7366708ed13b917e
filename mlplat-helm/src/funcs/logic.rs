//! Defaults and choices.

use super::call::{Call, truth};
use super::fault::Fault;
use super::function::{Function, Group, row};
use crate::value::{Param, Value};

use Param::{Any, Bool};

pub(super) static ROWS: &[Function] = &[
    row(
        "default",
        Group::Logic,
        &[Any],
        "The second value, or the first where it is empty",
        default,
    )
    .many(Any)
    .keeps(),
    row(
        "empty",
        Group::Logic,
        &[Any],
        "Whether a value is empty",
        empty,
    )
    .keeps(),
    row(
        "coalesce",
        Group::Logic,
        &[],
        "The first value that is not empty",
        coalesce,
    )
    .many(Any)
    .keeps(),
    row("all", Group::Logic, &[], "Whether no value is empty", all)
        .many(Any)
        .keeps(),
    row(
        "any",
        Group::Logic,
        &[],
        "Whether some value is not empty",
        any,
    )
    .many(Any)
    .keeps(),
    row(
        "ternary",
        Group::Logic,
        &[Any, Any, Bool],
        "The first value if the last is true",
        ternary,
    )
    .keeps(),
];

/// Sprig's emptiness is the opposite of Go's truth.
fn is_empty(call: &Call<'_>, value: &Value) -> Result<bool, Fault> {
    Ok(!truth(
        call.context,
        value,
        &format!("`{}`", call.function),
    )?)
}

fn default(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    match args.get(1) {
        Some(given) if !is_empty(call, given)? => Ok(given.clone()),
        _ => Ok(args[0].clone()),
    }
}

fn empty(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    Ok(Value::from(is_empty(call, &args[0])?))
}

fn coalesce(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    for value in args {
        if !is_empty(call, value)? {
            return Ok(value.clone());
        }
    }
    Ok(Value::Nil)
}

fn all(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    for value in args {
        if is_empty(call, value)? {
            return Ok(Value::from(false));
        }
    }
    Ok(Value::from(true))
}

fn any(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    for value in args {
        if !is_empty(call, value)? {
            return Ok(Value::from(true));
        }
    }
    Ok(Value::from(false))
}

fn ternary(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let chosen = truth(call.context, &args[2], "`ternary`")?;
    Ok(args[usize::from(!chosen)].clone())
}
