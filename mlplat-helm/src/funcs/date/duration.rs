//! Durations from texts: Go's `time.ParseDuration`.

use crate::gofmt::quote;

/// Units and their nanoseconds.
const UNITS: [(&str, u64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("\u{b5}s", 1_000),
    ("\u{3bc}s", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// Nanoseconds of a text such as `1h30m`, `-1.5s`, `0`.
pub(super) fn parse_duration(text: &str) -> Result<i64, String> {
    let invalid = || format!("time: invalid duration {}", quote(text));
    let (negative, mut rest) = match text.strip_prefix(['-', '+']) {
        Some(rest) => (text.starts_with('-'), rest),
        None => (false, text),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let (nanos, after) = part(rest, text)?;
        total = total.checked_add(nanos).ok_or_else(invalid)?;
        rest = after;
    }
    match i64::try_from(total) {
        Ok(total) => Ok(if negative { -total } else { total }),
        Err(_) if negative && total == 1 << 63 => Ok(i64::MIN),
        Err(_) => Err(invalid()),
    }
}

/// A number and its unit.
fn part<'t>(rest: &'t str, whole: &str) -> Result<(u64, &'t str), String> {
    let invalid = || format!("time: invalid duration {}", quote(whole));
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let number: u64 = if digits == 0 {
        0
    } else {
        rest[..digits].parse().map_err(|_| invalid())?
    };
    let mut after = &rest[digits..];
    let mut fraction = "";
    if let Some(body) = after.strip_prefix('.') {
        let count = body.bytes().take_while(u8::is_ascii_digit).count();
        fraction = &body[..count];
        after = &body[count..];
    }
    if digits == 0 && fraction.is_empty() {
        return Err(invalid());
    }
    let length = after
        .find(|c: char| c == '.' || c.is_ascii_digit())
        .unwrap_or(after.len());
    let name = &after[..length];
    if name.is_empty() {
        return Err(format!("time: missing unit in duration {}", quote(whole)));
    }
    let Some((_, unit)) = UNITS.iter().find(|(known, _)| *known == name) else {
        let (name, whole) = (quote(name), quote(whole));
        return Err(format!("time: unknown unit {name} in duration {whole}"));
    };
    let nanos = number.checked_mul(*unit).ok_or_else(invalid)?;
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "below one unit"
    )]
    let extra = format!("0.{fraction}0")
        .parse::<f64>()
        .map_or(0, |part| (part * *unit as f64) as u64);
    Ok((
        nanos.checked_add(extra).ok_or_else(invalid)?,
        &after[length..],
    ))
}
