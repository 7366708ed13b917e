//! Floating-point numbers as text: `strconv.FormatFloat` for 64 bits.
//!
//! Rust's own `{:e}` gives the shortest digits that read back as the same
//! number and, with a precision, correctly rounded ones; both are what Go
//! computes. This module only arranges the digits in Go's layouts.

/// A number as decimal digits and the position of the point behind the first.
struct Digits {
    negative: bool,
    /// Without zeros at the end; empty for zero.
    digits: Vec<u8>,
    /// The number is 0.d1d2d3... times ten to this power.
    point: i32,
}

/// Formats with the verb `e`, `E`, `f`, `g`, `G`, `b`, `x` or `X`.
///
/// Without a precision, the shortest text that reads back as the number.
pub(crate) fn format_float(number: f64, verb: u8, precision: Option<usize>) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    match verb {
        b'e' | b'E' => exponent_form(number, verb, precision),
        b'g' | b'G' => general_form(number, verb, precision),
        b'b' => binary_form(number),
        b'x' | b'X' => super::integer::hex_float(number, verb, precision),
        _ => fixed_form(number, precision),
    }
}

/// Digits by `{:e}`, rounded to `count` significant ones where given.
fn digits_of(number: f64, count: Option<usize>) -> Digits {
    let text = match count {
        Some(count) => format!("{:.*e}", count.saturating_sub(1), number),
        None => format!("{number:e}"),
    };
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let negative = mantissa.starts_with('-');
    let mut digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).collect();
    while digits.last() == Some(&b'0') {
        digits.pop();
    }
    let point = exponent.parse::<i32>().unwrap_or_default() + 1;
    let point = if digits.is_empty() { 0 } else { point };
    Digits {
        negative,
        digits,
        point,
    }
}

fn exponent_form(number: f64, verb: u8, precision: Option<usize>) -> String {
    let digits = digits_of(number, precision.map(|count| count + 1));
    let places = precision.unwrap_or_else(|| digits.digits.len().saturating_sub(1));
    exponent_layout(&digits, verb, places)
}

fn exponent_layout(number: &Digits, verb: u8, places: usize) -> String {
    let mut out = String::new();
    if number.negative {
        out.push('-');
    }
    let digit = |at: usize| char::from(*number.digits.get(at).unwrap_or(&b'0'));
    out.push(digit(0));
    if places > 0 {
        out.push('.');
        out.extend((1..=places).map(digit));
    }
    let exponent = if number.digits.is_empty() {
        0
    } else {
        number.point - 1
    };
    let sign = if exponent < 0 { '-' } else { '+' };
    out.push(char::from(verb));
    out.push_str(&format!("{sign}{:02}", exponent.unsigned_abs()));
    out
}

fn fixed_form(number: f64, precision: Option<usize>) -> String {
    match precision {
        Some(places) => format!("{number:.places$}"),
        None => fixed_layout(&digits_of(number, None)),
    }
}

/// All digits, without an exponent.
fn fixed_layout(number: &Digits) -> String {
    let mut out = String::new();
    if number.negative {
        out.push('-');
    }
    let point = usize::try_from(number.point).unwrap_or(0);
    if point == 0 {
        out.push('0');
    }
    let digit = |at: usize| char::from(*number.digits.get(at).unwrap_or(&b'0'));
    out.extend((0..point).map(digit));
    if number.digits.len() > point {
        out.push('.');
        let zeros = usize::try_from(-number.point).unwrap_or(0);
        out.extend(std::iter::repeat_n('0', zeros));
        out.extend((point..number.digits.len()).map(digit));
    }
    out
}

/// `%g`: an exponent where it is below -4 or reaches the precision.
fn general_form(number: f64, verb: u8, precision: Option<usize>) -> String {
    let wanted = precision.map(|count| count.max(1));
    let digits = digits_of(number, wanted);
    let count = digits.digits.len();
    let mut limit = wanted.unwrap_or(6);
    let point_in_digits = usize::try_from(digits.point).map_or(true, |point| count >= point);
    if wanted.is_some() && limit > count && point_in_digits {
        limit = count;
    }
    let exponent = digits.point - 1;
    let reaches = usize::try_from(exponent).is_ok_and(|exponent| exponent >= limit);
    if exponent < -4 || reaches {
        let places = wanted.unwrap_or(count).min(count.max(1));
        let letter = verb + b'e' - b'g';
        return exponent_layout(&digits, letter, places.saturating_sub(1));
    }
    fixed_layout(&digits)
}

/// `%b`: the mantissa as an integer and the power of two.
fn binary_form(number: f64) -> String {
    let bits = number.to_bits();
    let sign = if number.is_sign_negative() { "-" } else { "" };
    let raw = i64::try_from((bits >> 52) & 0x7ff).unwrap_or_default();
    let fraction = bits & ((1 << 52) - 1);
    let (mantissa, exponent) = match raw {
        0 => (fraction, -1074),
        raw => (fraction | 1 << 52, raw - 1075),
    };
    format!("{sign}{mantissa}p{exponent:+}")
}
