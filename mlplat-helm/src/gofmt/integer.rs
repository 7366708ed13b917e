//! Integers in any base, and floats in base 16.

/// The digits of a number in base 2, 8, 10 or 16.
pub(super) fn digits(number: u64, base: u32, upper: bool) -> String {
    match (base, upper) {
        (2, _) => format!("{number:b}"),
        (8, _) => format!("{number:o}"),
        (16, false) => format!("{number:x}"),
        (16, true) => format!("{number:X}"),
        _ => number.to_string(),
    }
}

/// `%x` of a float: `0x1.8p+01`.
pub(super) fn hex_float(number: f64, verb: u8, precision: Option<usize>) -> String {
    let bits = number.to_bits();
    let sign = if number.is_sign_negative() { "-" } else { "" };
    let raw = i64::try_from((bits >> 52) & 0x7ff).unwrap_or_default();
    let mut mantissa = bits & ((1 << 52) - 1);
    let mut exponent = raw - 1023;
    if raw == 0 && mantissa == 0 {
        exponent = 0;
    } else if raw == 0 {
        let shift = mantissa.leading_zeros() - 11;
        mantissa <<= shift;
        exponent = -1022 - i64::from(shift);
    } else {
        mantissa |= 1 << 52;
    }
    // 13 digits stand behind the point.
    if let Some(places) = precision.filter(|places| *places < 13) {
        let cut = 4 * (13 - places);
        let half = 1 << (cut - 1);
        let rest = mantissa & ((1 << cut) - 1);
        mantissa >>= cut;
        let is_odd = mantissa & 1 == 1;
        mantissa += u64::from(rest > half || (rest == half && is_odd));
        mantissa <<= cut;
        if mantissa >> 53 != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let mut fraction = format!("{:013x}", mantissa & ((1 << 52) - 1));
    match precision {
        Some(places) => fraction = format!("{fraction:0<places$}")[..places].to_owned(),
        None => fraction.truncate(fraction.trim_end_matches('0').len()),
    }
    let point = if fraction.is_empty() { "" } else { "." };
    let lead = mantissa >> 52;
    let power = exponent.unsigned_abs();
    let power_sign = if exponent < 0 { '-' } else { '+' };
    let text = format!("{sign}0x{lead}{point}{fraction}p{power_sign}{power:02}");
    if verb == b'X' {
        text.to_uppercase()
    } else {
        text
    }
}
