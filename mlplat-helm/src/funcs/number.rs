//! Numbers from any value, as spf13/cast 1.7.0 converts them.

use crate::template::parse_int;
use crate::value::Value;

/// `cast.ToInt64`: zero where there is no number.
pub(super) fn to_int64(value: &Value) -> i64 {
    match value {
        Value::Int(number, _, _) => *number,
        Value::Float(number, _) => float_to_int(*number),
        Value::Str(text) => parse_int(trim_zero_decimal(&text.to_text())).unwrap_or(0),
        Value::Bool(truth, _) => i64::from(*truth),
        _ => 0,
    }
}

/// What the hardware that helm runs on gives for floats out of range.
pub(super) fn float_to_int(number: f64) -> i64 {
    if number.is_nan() || number >= 9_223_372_036_854_775_808.0 {
        return i64::MIN;
    }
    #[allow(clippy::cast_possible_truncation, reason = "Go truncates here too")]
    let int = number as i64;
    int
}

/// `cast.ToFloat64`.
pub(super) fn to_float64(value: &Value) -> f64 {
    match value {
        #[allow(clippy::cast_precision_loss, reason = "Go rounds here too")]
        Value::Int(number, _, _) => *number as f64,
        Value::Float(number, _) => *number,
        Value::Str(text) => parse_go_float(&text.to_text()).unwrap_or(0.0),
        Value::Bool(true, _) => 1.0,
        _ => 0.0,
    }
}

/// `strconv.ParseFloat`: also infinities and NaN by name.
fn parse_go_float(text: &str) -> Option<f64> {
    let (negative, name) = match text.strip_prefix('-') {
        Some(name) => (true, name),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let sign = if negative { -1.0 } else { 1.0 };
    match name.to_ascii_lowercase().as_str() {
        "inf" | "infinity" => Some(sign * f64::INFINITY),
        "nan" => (name == text).then_some(f64::NAN),
        _ => crate::template::parse_float(text),
    }
}

/// `12.00` as `12`.
fn trim_zero_decimal(text: &str) -> &str {
    let trimmed = text.trim_end_matches('0');
    match trimmed.strip_suffix('.') {
        Some(whole) if trimmed.len() < text.len() => whole,
        _ => text,
    }
}

/// `strconv.Atoi` with its error dropped: the nearest number that fits.
pub(super) fn go_int(content: &str) -> i64 {
    let digits = content.strip_prefix(['+', '-']).unwrap_or(content);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return 0;
    }
    let extreme = if content.starts_with('-') {
        i64::MIN
    } else {
        i64::MAX
    };
    content.parse().unwrap_or(extreme)
}
