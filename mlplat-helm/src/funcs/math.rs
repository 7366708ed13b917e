//! Arithmetic. Opaque numbers are refused: their witnesses' sums mean nothing.

use super::args::{float, int};
use super::call::Call;
use super::fault::Fault;
use super::function::{Function, Group, row};
use super::number::{go_int, to_float64, to_int64};
use crate::gofmt::sprint_one;
use crate::value::{IntKind, List, ListKind, Param, Taints, Value};

use Param::{Any, Float, Int};

pub(super) static ROWS: &[Function] = &[
    row("add1", Group::Math, &[Any], "Plus one", |_, a| {
        Ok(Value::int64(to_int64(&a[0]).wrapping_add(1)))
    }),
    row("add", Group::Math, &[], "The sum", |_, a| {
        Ok(Value::int64(
            a.iter()
                .fold(0, |sum: i64, x| sum.wrapping_add(to_int64(x))),
        ))
    })
    .many(Any),
    row("sub", Group::Math, &[Any, Any], "The difference", |_, a| {
        Ok(Value::int64(to_int64(&a[0]).wrapping_sub(to_int64(&a[1]))))
    }),
    row("mul", Group::Math, &[Any], "The product", |_, a| {
        Ok(Value::int64(a.iter().fold(1, |product: i64, x| {
            product.wrapping_mul(to_int64(x))
        })))
    })
    .many(Any),
    row(
        "div",
        Group::Math,
        &[Any, Any],
        "The quotient, cut to an integer",
        |_, a| divided(&a[0], &a[1], i64::wrapping_div),
    ),
    row("mod", Group::Math, &[Any, Any], "The remainder", |_, a| {
        divided(&a[0], &a[1], i64::wrapping_rem)
    }),
    row("max", Group::Math, &[Any], "The greatest", |_, a| {
        Ok(Value::int64(a.iter().map(to_int64).max().unwrap_or(0)))
    })
    .many(Any),
    row("biggest", Group::Math, &[Any], "See `max`", |_, a| {
        Ok(Value::int64(a.iter().map(to_int64).max().unwrap_or(0)))
    })
    .many(Any),
    row("min", Group::Math, &[Any], "The least", |_, a| {
        Ok(Value::int64(a.iter().map(to_int64).min().unwrap_or(0)))
    })
    .many(Any),
    row(
        "add1f",
        Group::Math,
        &[Any],
        "Plus one, with decimals",
        |_, a| decimal(&a[0], &[Value::int(1)], |x, y| x + y),
    ),
    row(
        "addf",
        Group::Math,
        &[],
        "The sum, with decimals",
        |_, a| decimal(&Value::from(0.0), a, |x, y| x + y),
    )
    .many(Any),
    row(
        "subf",
        Group::Math,
        &[Any],
        "The difference, with decimals",
        |_, a| decimal(&a[0], &a[1..], |x, y| x - y),
    )
    .many(Any),
    row(
        "mulf",
        Group::Math,
        &[Any],
        "The product, with decimals",
        |_, a| decimal(&a[0], &a[1..], |x, y| x * y),
    )
    .many(Any),
    row(
        "divf",
        Group::Math,
        &[Any],
        "The quotient, with decimals",
        divide_decimal,
    )
    .many(Any),
    row(
        "maxf",
        Group::Math,
        &[Any],
        "The greatest, with decimals",
        |_, a| {
            Ok(Value::from(
                a.iter().map(to_float64).reduce(go_max).unwrap_or(0.0),
            ))
        },
    )
    .many(Any),
    row(
        "minf",
        Group::Math,
        &[Any],
        "The least, with decimals",
        |_, a| {
            Ok(Value::from(
                a.iter().map(to_float64).reduce(go_min).unwrap_or(0.0),
            ))
        },
    )
    .many(Any),
    row("floor", Group::Math, &[Any], "Rounded down", |_, a| {
        Ok(Value::from(to_float64(&a[0]).floor()))
    }),
    row("ceil", Group::Math, &[Any], "Rounded up", |_, a| {
        Ok(Value::from(to_float64(&a[0]).ceil()))
    }),
    row(
        "round",
        Group::Math,
        &[Any, Int],
        "Rounded to places",
        round,
    )
    .many(Float),
    row("int", Group::Math, &[Any], "As `int`", |_, a| {
        Ok(Value::int(to_int64(&a[0])))
    }),
    row("int64", Group::Math, &[Any], "As `int64`", |_, a| {
        Ok(Value::int64(to_int64(&a[0])))
    }),
    row("float64", Group::Math, &[Any], "As `float64`", |_, a| {
        Ok(Value::from(to_float64(&a[0])))
    }),
    row(
        "atoi",
        Group::Math,
        &[Param::Text],
        "The number of a text, or zero",
        |_, a| Ok(Value::int(go_int(&super::args::text(&a[0])))),
    ),
    row(
        "toDecimal",
        Group::Math,
        &[Any],
        "The number of an octal text",
        to_decimal,
    ),
    row(
        "until",
        Group::Math,
        &[Int],
        "The numbers from zero up to one",
        |call, a| {
            let stop = int(&a[0]);
            numbers(call, 0, stop, if stop < 0 { -1 } else { 1 }).map(int_list)
        },
    ),
    row(
        "untilStep",
        Group::Math,
        &[Int, Int, Int],
        "The numbers by a step",
        |call, a| numbers(call, int(&a[0]), int(&a[1]), int(&a[2])).map(int_list),
    ),
    row(
        "seq",
        Group::Math,
        &[],
        "The numbers as text, like the shell's",
        seq,
    )
    .many(Int),
];

fn divided(a: &Value, b: &Value, operation: fn(i64, i64) -> i64) -> Result<Value, Fault> {
    let divisor = to_int64(b);
    if divisor == 0 {
        return Err("runtime error: integer divide by zero".into());
    }
    Ok(Value::int64(operation(to_int64(a), divisor)))
}

/// Go's `math.Max`: NaN wins, infinity before it.
fn go_max(a: f64, b: f64) -> f64 {
    if a == f64::INFINITY || b == f64::INFINITY {
        return f64::INFINITY;
    }
    if a.is_nan() || b.is_nan() {
        f64::NAN
    } else {
        a.max(b)
    }
}

fn go_min(a: f64, b: f64) -> f64 {
    if a == f64::NEG_INFINITY || b == f64::NEG_INFINITY {
        return f64::NEG_INFINITY;
    }
    if a.is_nan() || b.is_nan() {
        f64::NAN
    } else {
        a.min(b)
    }
}

fn round(_: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let value = to_float64(&args[0]);
    let round_on = args.get(2).map_or(0.5, float);
    let places = i32::try_from(int(&args[1])).unwrap_or(0);
    let power = 10f64.powi(places);
    let digit = power * value;
    let rounded = if digit.fract() >= round_on {
        digit.ceil()
    } else {
        digit.floor()
    };
    Ok(Value::from(rounded / power))
}

fn to_decimal(_: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let shown = sprint_one(&args[0])?;
    let content = shown.to_text();
    let plain = content
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+'));
    let number = i64::from_str_radix(&content, 8).ok().filter(|_| plain);
    Ok(Value::int64(number.unwrap_or(0)))
}

fn numbers(call: &Call<'_>, start: i64, stop: i64, step: i64) -> Result<Vec<i64>, Fault> {
    let upwards = stop >= start;
    if (upwards && step <= 0) || (!upwards && step >= 0) {
        return Ok(Vec::new());
    }
    let distance = start.abs_diff(stop);
    let count = distance.div_ceil(step.unsigned_abs());
    call.charge(usize::try_from(count).unwrap_or(usize::MAX))?;
    let next = |at: &i64| at.checked_add(step);
    let all = std::iter::successors(Some(start), next);
    Ok(all
        .take(usize::try_from(count).unwrap_or(usize::MAX))
        .collect())
}

fn int_list(numbers: Vec<i64>) -> Value {
    let each = |number| Value::Int(number, IntKind::Int, Taints::default());
    Value::List(List::new(
        ListKind::Int,
        numbers.into_iter().map(each).collect(),
    ))
}

fn seq(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let given: Vec<i64> = args.iter().map(int).collect();
    let all = match given.as_slice() {
        [end] => {
            let step = if *end < 1 { -1 } else { 1 };
            numbers(call, 1, end.saturating_add(step), step)?
        }
        [start, end] => {
            let step = if end < start { -1 } else { 1 };
            numbers(call, *start, end.saturating_add(step), step)?
        }
        [start, step, end] => {
            let past = if end < start { -1 } else { 1 };
            if end < start && *step > 0 {
                return Ok(Value::from(""));
            }
            numbers(call, *start, end.saturating_add(past), *step)?
        }
        _ => return Ok(Value::from("")),
    };
    let texts: Vec<String> = all.iter().map(i64::to_string).collect();
    Ok(Value::from(texts.join(" ")))
}

// Decimals. Go's functions go through exact decimals built from the shortest
// text of each float, so that 0.1 + 0.2 is 0.3.

use bigdecimal::{BigDecimal, FromPrimitive, RoundingMode, ToPrimitive};

fn to_decimal_number(value: &Value) -> Result<BigDecimal, Fault> {
    let number = to_float64(value);
    if !number.is_finite() {
        return Err(format!(
            "Cannot create a Decimal from {}",
            crate::gofmt::format_float(number, b'g', None)
        )
        .into());
    }
    let shortest = format!("{number:e}");
    Ok(shortest
        .parse()
        .ok()
        .or_else(|| BigDecimal::from_f64(number))
        .unwrap_or_default())
}

fn decimal(
    first: &Value,
    others: &[Value],
    operation: fn(BigDecimal, BigDecimal) -> BigDecimal,
) -> Result<Value, Fault> {
    let mut result = to_decimal_number(first)?;
    for other in others {
        result = operation(result, to_decimal_number(other)?);
    }
    Ok(Value::from(result.to_f64().unwrap_or(f64::NAN)))
}

/// Division rounds to 16 places, half away from zero.
fn divide_decimal(_: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let mut result = to_decimal_number(&args[0])?;
    for divisor in &args[1..] {
        let divisor = to_decimal_number(divisor)?;
        if divisor == BigDecimal::default() {
            return Err("decimal division by 0".into());
        }
        // Both to integers of one scale, then an exact division of them.
        let quotient = result / divisor;
        result = quotient.with_scale_round(16, RoundingMode::HalfUp);
    }
    Ok(Value::from(result.to_f64().unwrap_or(f64::NAN)))
}
