//! What a plain scalar means: YAML 1.1 as go-yaml v2 understands it.
//!
//! The first byte gives a hint. Words (`yes`, `off`, `~`, `null`, `.inf`) are looked up; what
//! starts like a number is tried as a timestamp (which stays a string), as an integer in Go's
//! base-0 syntax with underscores anywhere (`0x1F`, `0o17`, `017`, `0b11`), then as a float.
//! Anything else is a string.

use std::sync::LazyLock;

use regex::Regex;

/// The meaning of an unquoted scalar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Plain {
    /// Text; timestamps are text too.
    Str,
    /// `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A signed integer.
    Int(i64),
    /// An integer above `i64::MAX`.
    Uint(u64),
    /// Any other number, maybe not finite.
    Float(f64),
    /// The merge key `<<`.
    Merge,
    /// A timestamp: read as a string, but quoted when a string looks like one.
    Timestamp,
}

impl Plain {
    /// The short YAML tag of this meaning.
    pub(super) fn tag(self) -> &'static str {
        match self {
            Plain::Str => "!!str",
            Plain::Null => "!!null",
            Plain::Bool(_) => "!!bool",
            Plain::Int(_) | Plain::Uint(_) => "!!int",
            Plain::Float(_) => "!!float",
            Plain::Merge => "!!merge",
            Plain::Timestamp => "!!timestamp",
        }
    }
}

/// Resolves a plain scalar with go-yaml v2's rules (the version behind helm's `toYaml`,
/// `fromYaml` and values files).
///
/// ```
/// use mlplat_helm::yaml::{Plain, resolve};
/// assert_eq!(resolve("yes"), Plain::Bool(true));
/// assert_eq!(resolve("0o17"), Plain::Int(15));
/// assert_eq!(resolve("1_000"), Plain::Int(1000));
/// assert_eq!(resolve("2001-01-01"), Plain::Timestamp);
/// ```
pub fn resolve(text: &str) -> Plain {
    resolve_with(text, old_bool)
}

/// Resolves with go-yaml v3's rules, where only `true` and `false` are booleans (the version
/// behind `toYamlPretty`).
pub fn resolve_v3(text: &str) -> Plain {
    resolve_with(text, |_| None)
}

/// The booleans of YAML 1.1 that YAML 1.2 dropped.
pub(super) fn old_bool(text: &str) -> Option<bool> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

fn resolve_with(text: &str, extra_bool: fn(&str) -> Option<bool>) -> Plain {
    let Some(&first) = text.as_bytes().first() else {
        return Plain::Null;
    };
    match first {
        b'+' | b'-' | b'0'..=b'9' => word(text, extra_bool).unwrap_or_else(|| number(text)),
        b'.' => word(text, extra_bool)
            .unwrap_or_else(|| go_parse_float(text).map_or(Plain::Str, Plain::Float)),
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => {
            word(text, extra_bool).unwrap_or(Plain::Str)
        }
        // go-yaml's table has an entry for `<<`, but no hint leads to it; the merge key is
        // recognised by its text.
        _ => Plain::Str,
    }
}

fn word(text: &str, extra_bool: fn(&str) -> Option<bool>) -> Option<Plain> {
    Some(match text {
        "true" | "True" | "TRUE" => Plain::Bool(true),
        "false" | "False" | "FALSE" => Plain::Bool(false),
        "~" | "null" | "Null" | "NULL" => Plain::Null,
        ".nan" | ".NaN" | ".NAN" => Plain::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Plain::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Plain::Float(f64::NEG_INFINITY),
        _ => return extra_bool(text).map(Plain::Bool),
    })
}

fn number(text: &str) -> Plain {
    if is_timestamp(text) {
        return Plain::Timestamp;
    }
    let plain = text.replace('_', "");
    if let Some(number) = go_parse_int(&plain) {
        return number;
    }
    if is_yaml_float(&plain)
        && let Some(number) = go_parse_float(&plain)
    {
        return Plain::Float(number);
    }
    Plain::Str
}

/// `strconv.ParseInt(s, 0, 64)`, then `ParseUint`, on a text without underscores.
fn go_parse_int(text: &str) -> Option<Plain> {
    let (negative, signed, digits) = match text.as_bytes().first()? {
        b'-' => (true, true, &text[1..]),
        b'+' => (false, true, &text[1..]),
        _ => (false, false, text),
    };
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    // Rust would take a second sign here.
    if !digits.as_bytes().first()?.is_ascii_alphanumeric() {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    if negative {
        return 0i64.checked_sub_unsigned(magnitude).map(Plain::Int);
    }
    match i64::try_from(magnitude) {
        Ok(number) => Some(Plain::Int(number)),
        // ParseUint takes no sign.
        Err(_) if signed => None,
        Err(_) => Some(Plain::Uint(magnitude)),
    }
}

/// go-yaml's `yamlStyleFloat` expression:
/// `^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`, by hand since every number asks it.
fn is_yaml_float(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |mut at: usize| {
        let start = at;
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        (at, at - start)
    };
    let start = usize::from(matches!(bytes.first(), Some(b'-' | b'+')));
    let (mut at, whole) = digits(start);
    if bytes.get(at) == Some(&b'.') {
        let (end, fraction) = digits(at + 1);
        if whole == 0 && fraction == 0 {
            return false;
        }
        at = end;
    } else if whole == 0 {
        return false;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'-' | b'+')));
        let (end, exponent) = digits(at + 1 + sign);
        if exponent == 0 {
            return false;
        }
        at = end;
    }
    at == bytes.len()
}

/// `strconv.ParseFloat` for decimal texts: underscores may stand between digits, and what is out
/// of range is an error, not an infinity.
fn go_parse_float(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let is_digit = |at: Option<usize>| {
        at.and_then(|at| bytes.get(at))
            .is_some_and(u8::is_ascii_digit)
    };
    let allowed = bytes.iter().enumerate().all(|(at, byte)| match byte {
        b'_' => is_digit(at.checked_sub(1)) && is_digit(at.checked_add(1)),
        // Rust would also read "inf" and "nan".
        byte => byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'),
    });
    if !allowed {
        return None;
    }
    let plain = text.replace('_', "");
    plain
        .parse::<f64>()
        .ok()
        .filter(|number| number.is_finite())
}

/// Whether go-yaml takes a plain scalar for a date or a date with time.
fn is_timestamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() < 8 || bytes[4] != b'-' || !bytes[..4].iter().all(u8::is_ascii_digit) {
        return false;
    }
    static SHAPE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?x)^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})
            (?: [Tt] ([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)? (?:Z|[-+]([0-9]{2}):([0-9]{2}))
              | \x20 ([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)? )?$",
        )
        .ok()
    });
    let Some(found) = SHAPE.as_ref().and_then(|shape| shape.captures(text)) else {
        return false;
    };
    let part = |i: usize| found.get(i).and_then(|m| m.as_str().parse::<u32>().ok());
    let in_range = |i: usize, limit: u32| part(i).is_none_or(|value| value < limit);
    let (Some(year), Some(month), Some(day)) = (part(1), part(2), part(3)) else {
        return false;
    };
    (1..=12).contains(&month)
        && (1..=days_in(month, year)).contains(&day)
        && [
            (4, 24),
            (5, 60),
            (6, 60),
            (7, 25),
            (8, 60),
            (9, 24),
            (10, 60),
            (11, 60),
        ]
        .into_iter()
        .all(|(group, limit)| in_range(group, limit))
}

fn days_in(month: u32, year: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// YAML 1.1's base-60 numbers (`190:20:30`), which go-yaml never reads but always quotes.
pub(super) fn is_base60(text: &str) -> bool {
    let bytes = text.as_bytes();
    if !matches!(bytes.first(), Some(b'+' | b'-' | b'0'..=b'9')) || !text.contains(':') {
        return false;
    }
    static SHAPE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$").ok());
    SHAPE.as_ref().is_some_and(|shape| shape.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_follow_gos_base_zero_syntax() {
        let cases = [
            ("0", Plain::Int(0)),
            ("-0x1F", Plain::Int(-31)),
            ("017", Plain::Int(15)),
            ("0o17", Plain::Int(15)),
            ("+12", Plain::Int(12)),
            ("-0b11", Plain::Int(-3)),
            (
                "9223372036854775808",
                Plain::Uint(9_223_372_036_854_775_808),
            ),
            ("-9223372036854775808", Plain::Int(i64::MIN)),
            ("089", Plain::Float(89.0)),
            ("1__0", Plain::Int(10)),
            ("0x", Plain::Str),
            ("--1", Plain::Str),
            ("1e3", Plain::Float(1000.0)),
            ("1e999", Plain::Str),
            (".5", Plain::Float(0.5)),
            (".51_0", Plain::Float(0.51)),
            (".5_", Plain::Str),
            (".", Plain::Str),
            ("12e", Plain::Str),
            ("1.2.3", Plain::Str),
            ("", Plain::Null),
            ("Y", Plain::Bool(true)),
            ("<<", Plain::Str),
        ];
        for (text, meaning) in cases {
            assert_eq!(resolve(text), meaning, "{text}");
        }
    }

    #[test]
    fn dates_need_a_day_that_exists() {
        assert_eq!(resolve("2024-02-29"), Plain::Timestamp);
        assert_eq!(resolve("2023-02-29"), Plain::Str);
        assert_eq!(resolve("2001-12-14t21:59:43.10-05:00"), Plain::Timestamp);
        assert_eq!(resolve("2001-12-14 21:59:43"), Plain::Timestamp);
        assert_eq!(resolve("2001-12-14 21:59:43Z"), Plain::Str);
    }

    #[test]
    fn v3_keeps_yes_a_string() {
        assert_eq!(resolve_v3("yes"), Plain::Str);
        assert_eq!(resolve_v3("true"), Plain::Bool(true));
    }
}
