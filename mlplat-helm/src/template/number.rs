//! Number literals.
//!
//! A literal in a template has no type until it meets a parameter: `1` can
//! become an int or a float, `1.0` too, `1.5` a float only. A [`Number`]
//! therefore keeps every form that the text has.

use crate::gofmt::quote;

use super::unquote::unquote_char;

/// A literal in all the types that can hold it.
#[derive(Clone, Debug)]
pub(crate) struct Number {
    pub(crate) int: Option<i64>,
    pub(crate) float: Option<f64>,
    pub(crate) fits_uint: bool,
    /// As it stands in the source.
    pub(crate) text: Box<str>,
}

impl Number {
    /// A character constant such as `'x'`.
    pub(super) fn from_char(text: &str) -> Result<Self, String> {
        let body = text.get(1..).unwrap_or_default();
        let (character, rest) = unquote_char(body, '\'').ok_or("invalid syntax")?;
        if rest != "'" {
            return Err(format!("malformed character constant: {text}"));
        }
        Ok(Self {
            int: Some(i64::from(character)),
            float: Some(f64::from(character)),
            fits_uint: true,
            text: text.into(),
        })
    }

    /// A number without an imaginary part.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let uint = parse_uint(text);
        let int = parse_int(text);
        let mut number = Self {
            int,
            float: None,
            fits_uint: uint.is_some() || int == Some(0),
            text: text.into(),
        };
        if let Some(int) = int {
            #[allow(clippy::cast_precision_loss, reason = "Go rounds here too")]
            let float = int as f64;
            number.float = Some(float);
        } else if let Some(uint) = uint {
            #[allow(clippy::cast_precision_loss, reason = "Go rounds here too")]
            let float = uint as f64;
            number.float = Some(float);
        } else if let Some(float) = parse_float(text) {
            if !text.contains(['.', 'e', 'E', 'p', 'P']) {
                return Err(format!("integer overflow: {}", quote(text)));
            }
            number.float = Some(float);
            number.int = whole(float);
            number.fits_uint = number.int.is_some_and(|int| int >= 0);
        } else {
            return Err(format!("illegal number syntax: {}", quote(text)));
        }
        Ok(number)
    }

    /// Whether the text says that the literal is a float where no parameter
    /// says otherwise.
    pub(crate) fn is_float_by_syntax(&self) -> bool {
        let is_hex = self.text.starts_with("0x") || self.text.starts_with("0X");
        let is_hex_int = is_hex && self.text.len() > 2 && !self.text.contains(['p', 'P']);
        self.float.is_some()
            && !is_hex_int
            && !self.text.starts_with('\'')
            && self.text.contains(['.', 'e', 'E', 'p', 'P'])
    }
}

fn whole(float: f64) -> Option<i64> {
    let fits = float.fract() == 0.0 && float.abs() < 9_223_372_036_854_775_808.0;
    #[allow(clippy::cast_possible_truncation, reason = "whole and in range")]
    fits.then_some(float as i64)
}

/// Go's `strconv.ParseInt` with base 0.
pub(crate) fn parse_int(text: &str) -> Option<i64> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let magnitude = i128::from(parse_uint(digits)?);
    i64::try_from(if negative { -magnitude } else { magnitude }).ok()
}

/// Go's `strconv.ParseUint` with base 0.
fn parse_uint(text: &str) -> Option<u64> {
    let lower = text.to_ascii_lowercase();
    let (radix, digits) = if let Some(digits) = lower.strip_prefix("0x") {
        (16, digits)
    } else if let Some(digits) = lower.strip_prefix("0b") {
        (2, digits)
    } else if let Some(digits) = lower.strip_prefix("0o") {
        (8, digits)
    } else if lower.len() > 1 && lower.starts_with('0') {
        (8, &lower[1..])
    } else {
        (10, lower.as_str())
    };
    let clean = without_underscores(digits, radix != 10)?;
    if !clean.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    u64::from_str_radix(&clean, radix).ok()
}

/// Takes underscores out, each of which must stand between digits, or behind
/// a base prefix.
fn without_underscores(digits: &str, after_prefix: bool) -> Option<String> {
    if !digits.contains('_') {
        return Some(digits.to_owned());
    }
    let misplaced = digits.contains("__")
        || digits.ends_with('_')
        || (digits.starts_with('_') && !after_prefix);
    (!misplaced).then(|| digits.replace('_', ""))
}

/// Go's `strconv.ParseFloat` for the texts that the lexer lets through.
pub(crate) fn parse_float(text: &str) -> Option<f64> {
    let lower = text.to_ascii_lowercase();
    let (sign, digits) = match lower.as_bytes().first()? {
        b'-' => (-1.0, &lower[1..]),
        b'+' => (1.0, &lower[1..]),
        _ => (1.0, lower.as_str()),
    };
    if let Some(hex) = digits.strip_prefix("0x") {
        return parse_hex_float(hex).map(|float| sign * float);
    }
    let clean = without_underscores(digits, false)?;
    let starts_as_number = clean.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let float: f64 = clean.parse().ok().filter(|_| starts_as_number)?;
    float.is_finite().then_some(sign * float)
}

/// A hexadecimal mantissa with a binary exponent, `p` being required.
fn parse_hex_float(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text.split_once('p')?;
    let mantissa = without_underscores(mantissa, true)?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((&mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || digits.len() > 13 {
        return None;
    }
    let bits = u64::from_str_radix(&digits, 16).ok()?;
    let scale = exponent.parse::<i32>().ok()? - 4 * i32::try_from(fraction.len()).ok()?;
    #[allow(clippy::cast_precision_loss, reason = "at most 52 bits")]
    Some(bits as f64 * 2f64.powi(scale))
}
