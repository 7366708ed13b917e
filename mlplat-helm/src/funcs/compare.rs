//! Go's comparisons: strict about kinds.

use std::cmp::Ordering;

use super::call::{Call, is_filled, refusal};
use super::fault::Fault;
use super::function::{Function, Group, row};
use crate::gofmt::{sprint_one, sprintf};
use crate::value::{Param, Str, Value};

use Param::Reflect;

pub(super) static ROWS: &[Function] = &[
    row(
        "eq",
        Group::Logic,
        &[Reflect],
        "Whether the first equals one of the others",
        eq,
    )
    .many(Reflect)
    .keeps(),
    row(
        "ne",
        Group::Logic,
        &[Reflect, Reflect],
        "Whether two values differ",
        ne,
    )
    .keeps(),
    row(
        "lt",
        Group::Logic,
        &[Reflect, Reflect],
        "Whether the first is less",
        lt,
    ),
    row(
        "le",
        Group::Logic,
        &[Reflect, Reflect],
        "Whether the first is less or equal",
        le,
    ),
    row(
        "gt",
        Group::Logic,
        &[Reflect, Reflect],
        "Whether the first is greater",
        gt,
    ),
    row(
        "ge",
        Group::Logic,
        &[Reflect, Reflect],
        "Whether the first is greater or equal",
        ge,
    ),
];

const BAD_TYPE: &str = "invalid type for comparison";
const BAD: &str = "incompatible types for comparison";

/// The kinds that can be compared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Basic {
    Bool,
    Int,
    Uint,
    Float,
    Text,
}

fn basic(value: &Value) -> Option<Basic> {
    Some(match value {
        Value::Bool(..) => Basic::Bool,
        Value::Int(_, kind, _) if kind.is_unsigned() => Basic::Uint,
        Value::Int(..) => Basic::Int,
        Value::Float(..) => Basic::Float,
        Value::Str(_) => Basic::Text,
        _ => return None,
    })
}

/// A comparison of an opaque text with the empty one is decided by what is
/// known of its type; any other comparison is refused.
fn check_opaque(call: &Call<'_>, a: &Value, b: &Value, name: &str) -> Result<(), Fault> {
    if !call.has_opaque() {
        return Ok(());
    }
    let mut taints = call.taints(a);
    taints.add(&call.taints(b));
    if taints.is_empty() {
        return Ok(());
    }
    let is_empty =
        |value: &Value| matches!(value, Value::Str(t) if t.is_empty() && !t.is_tainted());
    let is_known = |value: &Value| matches!(value, Value::Str(t) if is_filled(t));
    let by_kind = a.is_nil() || b.is_nil();
    if by_kind || (is_empty(a) && is_known(b)) || (is_empty(b) && is_known(a)) {
        return Ok(());
    }
    Err(refusal(call.context, &taints, &format!("`{name}`")))
}

fn equal(a: &Value, b: &Value) -> Result<bool, Fault> {
    let (ka, kb) = (basic(a), basic(b));
    if ka != kb {
        return match (a, b) {
            (Value::Int(x, _, _), Value::Int(y, _, _)) => Ok(x == y && *x >= 0),
            _ if a.is_nil() || b.is_nil() => Ok(false),
            _ => Err(BAD.into()),
        };
    }
    Ok(match (a, b) {
        (Value::Bool(x, _), Value::Bool(y, _)) => x == y,
        (Value::Int(x, _, _), Value::Int(y, _, _)) => x == y,
        (Value::Float(x, _), Value::Float(y, _)) => x == y,
        (Value::Str(x), Value::Str(y)) => x == y,
        _ => return equal_other(a, b),
    })
}

/// Neither is of a basic kind.
fn equal_other(a: &Value, b: &Value) -> Result<bool, Fault> {
    if a.is_nil() || b.is_nil() {
        return Ok(a.is_nil() && b.is_nil());
    }
    let shown = |value: &Value| sprint_one(value).map(|text| text.to_text().into_owned());
    let as_text = |value: &Value| {
        let text = sprintf(&Str::from("%s"), std::slice::from_ref(value));
        text.map(|text| text.to_text().into_owned())
    };
    if a.kind() != b.kind() {
        return Err(format!(
            "non-comparable types {}: {}, {}: {}",
            as_text(a)?,
            a.type_name(),
            b.type_name(),
            shown(b)?
        )
        .into());
    }
    if let (Value::Object(x), Value::Object(y)) = (a, b)
        && matches!(
            x.kind(),
            crate::value::Kind::Struct | crate::value::Kind::Ptr
        )
    {
        return Ok(x.type_name() == y.type_name() && crate::value::deep_equal(a, b)?);
    }
    Err(format!("non-comparable type {}: {}", as_text(b)?, b.type_name()).into())
}

fn eq(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    if args.len() < 2 {
        return Err("missing argument for comparison".into());
    }
    for other in &args[1..] {
        check_opaque(call, &args[0], other, "eq")?;
        if equal(&args[0], other)? {
            return Ok(Value::from(true));
        }
    }
    Ok(Value::from(false))
}

fn ne(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    check_opaque(call, &args[0], &args[1], "ne")?;
    Ok(Value::from(!equal(&args[0], &args[1])?))
}

fn less(a: &Value, b: &Value) -> Result<bool, Fault> {
    let (Some(ka), Some(kb)) = (basic(a), basic(b)) else {
        return Err(BAD_TYPE.into());
    };
    Ok(match (a, b) {
        (Value::Int(x, _, _), Value::Int(y, _, _)) if ka == kb => match ka {
            Basic::Uint => unsigned(*x) < unsigned(*y),
            _ => x < y,
        },
        (Value::Int(x, _, _), Value::Int(y, _, _)) if ka == Basic::Int => {
            *x < 0 || unsigned(*x) < unsigned(*y)
        }
        (Value::Int(x, _, _), Value::Int(y, _, _)) => *y >= 0 && unsigned(*x) < unsigned(*y),
        (Value::Float(x, _), Value::Float(y, _)) => x < y,
        (Value::Str(x), Value::Str(y)) => x.as_bytes().cmp(y.as_bytes()) == Ordering::Less,
        (Value::Bool(..), Value::Bool(..)) => return Err(BAD_TYPE.into()),
        _ => return Err(BAD.into()),
    })
}

#[allow(clippy::cast_sign_loss, reason = "unsigned kinds keep their bits")]
fn unsigned(bits: i64) -> u64 {
    bits as u64
}

fn less_or_equal(a: &Value, b: &Value) -> Result<bool, Fault> {
    Ok(less(a, b)? || equal(a, b)?)
}

fn lt(_: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    Ok(Value::from(less(&args[0], &args[1])?))
}

fn le(_: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    Ok(Value::from(less_or_equal(&args[0], &args[1])?))
}

fn gt(_: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    Ok(Value::from(!less_or_equal(&args[0], &args[1])?))
}

fn ge(_: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    Ok(Value::from(!less(&args[0], &args[1])?))
}
