//! Amounts of processors, memory and devices, as Kubernetes writes them (`resource.Quantity`, API reference 1.36).

use serde_json::Value;

/// An amount in thousandths: `100m`, `2`, `1.5`, `4Gi`. Zero for what is none.
pub(super) fn milli(value: &Value) -> u128 {
    match value {
        Value::String(text) => parse(text).unwrap_or_default(),
        Value::Number(number) => {
            let number = number.as_f64().unwrap_or_default().max(0.0);
            (number * 1000.0) as u128
        }
        _ => 0,
    }
}

/// An amount in whole units, rounded up.
pub(super) fn whole(value: &Value) -> u64 {
    u64::try_from(milli(value).div_ceil(1000)).unwrap_or(u64::MAX)
}

fn parse(text: &str) -> Option<u128> {
    let end = text
        .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
        .unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let (units, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let thousandths = format!("{fraction:0<3}");
    let whole: u128 = if units.is_empty() {
        0
    } else {
        units.parse().ok()?
    };
    let part: u128 = thousandths.get(..3)?.parse().ok()?;
    let amount = whole.checked_mul(1000)?.checked_add(part)?;
    if unit == "m" {
        return Some(amount.div_ceil(1000));
    }
    amount.checked_mul(factor(unit)?)
}

fn factor(unit: &str) -> Option<u128> {
    const BINARY: [&str; 7] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    const DECIMAL: [&str; 7] = ["", "k", "M", "G", "T", "P", "E"];
    let power = |of: &[&str; 7]| of.iter().position(|one| *one == unit);
    let steps = |at: usize| u32::try_from(at).unwrap_or_default();
    if let Some(at) = power(&BINARY) {
        return Some(1024_u128.pow(steps(at)));
    }
    if let Some(at) = power(&DECIMAL) {
        return Some(1000_u128.pow(steps(at)));
    }
    let exponent = unit.strip_prefix(['e', 'E'])?.parse::<u32>().ok()?;
    10_u128.checked_pow(exponent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn amounts() {
        for (text, expected) in [
            ("100m", 100),
            ("2", 2_000),
            ("1.5", 1_500),
            ("0.25", 250),
            (".5", 500),
            ("1k", 1_000_000),
            ("1Ki", 1_024_000),
            ("1e3", 1_000_000),
            ("nothing", 0),
        ] {
            assert_eq!(milli(&json!(text)), expected, "{text}");
        }
        assert_eq!(whole(&json!("20Gi")), 20 << 30);
        assert_eq!(whole(&json!("1500m")), 2);
        assert_eq!(milli(&json!(2)), 2_000);
    }
}
