//! The canonical form of quantities, as the API server writes them in the end:
//! the largest suffix that needs no fraction, within the family of suffixes that
//! was used (`1000m` is `1`, `1024Mi` is `1Gi`, `0.5` is `500m`).
//!
//! A binary quantity that no binary suffix fits is decimal: the server writes
//! `31.25Ki` as `32000`, and reads that back as the decimal `32k`.
//!
//! Source: documentation of `Quantity` in the Kubernetes API reference, v1.35.

/// Decimal suffixes by their power of ten.
const DECIMAL: [(&str, i32); 10] = [
    ("n", -9),
    ("u", -6),
    ("m", -3),
    ("", 0),
    ("k", 3),
    ("M", 6),
    ("G", 9),
    ("T", 12),
    ("P", 15),
    ("E", 18),
];
/// Binary suffixes, each 1,024 times the one before; the first is 1,024.
const BINARY: [&str; 6] = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/// The canonical form, or nothing for what is no quantity, has an exponent, or
/// is too large or too fine to be exact here: then it is equal only to itself.
pub(super) fn canonical(text: &str) -> Option<String> {
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '+' || c == '-'))
        .unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let (negative, digits) = match number.as_bytes().first()? {
        b'-' => (true, &number[1..]),
        b'+' => (false, &number[1..]),
        _ => (false, number),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let mantissa: i128 = format!("0{whole}{fraction}").parse().ok()?;
    let places = i32::try_from(fraction.len()).ok()?;
    let amount = match BINARY.iter().position(|binary| *binary == suffix) {
        Some(power) => binary(mantissa, places, power)?,
        None => {
            let (_, power) = DECIMAL.iter().find(|(known, _)| *known == suffix)?;
            decimal(mantissa, power - places)?
        }
    };
    let sign = if negative && mantissa != 0 { "-" } else { "" };
    Some(format!("{sign}{amount}"))
}

fn binary(mantissa: i128, places: i32, power: usize) -> Option<String> {
    let unit = 1024_i128.checked_pow(u32::try_from(power + 1).ok()?)?;
    let divisor = 10_i128.checked_pow(places.unsigned_abs())?;
    let scaled = mantissa.checked_mul(unit)?;
    // What is no whole number of bytes is not written with a binary suffix.
    if scaled % divisor != 0 {
        return None;
    }
    let mut amount = scaled / divisor;
    if amount == 0 || amount % 1024 != 0 {
        return decimal(amount, 0);
    }
    let mut suffix = "";
    for larger in BINARY {
        if amount % 1024 != 0 {
            break;
        }
        amount /= 1024;
        suffix = larger;
    }
    Some(format!("{amount}{suffix}"))
}

fn decimal(mantissa: i128, exponent: i32) -> Option<String> {
    if mantissa == 0 {
        return Some("0".to_owned());
    }
    let (mut mantissa, mut exponent) = (mantissa, exponent);
    while mantissa % 10 == 0 {
        mantissa /= 10;
        exponent += 1;
    }
    // The largest suffix below which nothing is left over.
    let (suffix, power) = DECIMAL.iter().rev().find(|(_, power)| *power <= exponent)?;
    let left = u32::try_from(exponent - power).ok()?;
    let amount = mantissa.checked_mul(10_i128.checked_pow(left)?)?;
    Some(format!("{amount}{suffix}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn as_the_api_server_writes_them() {
        for (given, written) in [
            ("1000m", "1"),
            ("0.5", "500m"),
            ("1.50", "1500m"),
            ("1024Mi", "1Gi"),
            ("0.5Gi", "512Mi"),
            ("1000Mi", "1000Mi"),
            ("2048", "2048"),
            ("5000", "5k"),
            ("1000k", "1M"),
            ("0", "0"),
            ("0Gi", "0"),
            ("-0", "0"),
            ("+1", "1"),
            ("-1500m", "-1500m"),
            ("100Ki", "100Ki"),
            ("31.25Ki", "32k"),
            ("0.5Ki", "512"),
            ("-31.25Ki", "-32k"),
            (".5", "500m"),
            ("1.", "1"),
        ] {
            assert_eq!(canonical(given).as_deref(), Some(written), "{given}");
        }
    }

    #[test]
    fn what_is_no_quantity_has_none() {
        for text in [
            "", "-", ".", "1e3", "1 Gi", "Gi", "1.2.3", "1gi", "0.0001Ki", "$x;",
        ] {
            assert_eq!(canonical(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn canonical_forms_are_stable(text in "[+-]?[0-9]{0,6}(\\.[0-9]{0,4})?(m|k|M|Ki|Mi|Gi|)") {
            if let Some(once) = canonical(&text) {
                prop_assert_eq!(canonical(&once), Some(once));
            }
        }

        #[test]
        fn equal_amounts_are_written_alike(amount in 0_u32..1_000_000) {
            prop_assert_eq!(canonical(&format!("{amount}m")), canonical(&format!("{}u", u64::from(amount) * 1000)));
            prop_assert_eq!(canonical(&format!("{amount}Mi")), canonical(&format!("{}Ki", u64::from(amount) * 1024)));
        }
    }
}
