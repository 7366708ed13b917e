//! Numbers as Go's `strconv` and `encoding/json` write them.

/// A float as go-yaml writes it, `strconv.FormatFloat(x, 'g', -1, 64)`: the shortest digits that
/// read back as the same number, with an exponent of at least two digits below 1e-4 and from
/// 1e6 on; `.inf`, `-.inf` and `.nan` for what is not finite.
///
/// ```
/// assert_eq!(mlplat_helm::yaml::float_text(1234567.5), "1.2345675e+06");
/// assert_eq!(mlplat_helm::yaml::float_text(0.5), "0.5");
/// ```
pub fn float_text(number: f64) -> String {
    if number.is_nan() {
        return ".nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    general(&format!("{number:e}"), || format!("{number}"))
}

/// The same for a 32-bit float: go-yaml's JSON conversion formats float keys with that
/// precision, so that the key `1234567890.0` becomes `1.2345679e+09`.
pub(super) fn float32_text(number: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the loss is what Go does here"
    )]
    let narrow = number as f32;
    if narrow.is_infinite() {
        return if narrow > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    general(&format!("{narrow:e}"), || format!("{narrow}"))
}

/// Chooses between the scientific text and the plain one as Go's `'g'` does.
fn general(scientific: &str, plain: impl Fn() -> String) -> String {
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific.to_owned();
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        return plain();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// A float as Go's `encoding/json` writes it: plain from 1e-6 up to 1e21, else `1e-7`, `1e+21`.
pub fn json_float_text(number: f64) -> String {
    let magnitude = number.abs();
    if magnitude == 0.0 || (1e-6..1e21).contains(&magnitude) {
        return format!("{number}");
    }
    let scientific = format!("{number:e}");
    match scientific.split_once('e') {
        Some((mantissa, exponent)) if !exponent.starts_with('-') => {
            format!("{mantissa}e+{exponent}")
        }
        _ => scientific,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected texts printed by Go 1.27 `strconv.FormatFloat` and `json.Marshal`.
    #[test]
    fn floats_are_written_as_go_writes_them() {
        let cases = [
            (1e5, "100000", "100000"),
            (1e6, "1e+06", "1000000"),
            (123_456_789.5, "1.234567895e+08", "123456789.5"),
            (1e20, "1e+20", "100000000000000000000"),
            (1.5e21, "1.5e+21", "1.5e+21"),
            (0.0001, "0.0001", "0.0001"),
            (0.00001, "1e-05", "0.00001"),
            (1.5e-7, "1.5e-07", "1.5e-7"),
            (1e-10, "1e-10", "1e-10"),
            (100_000.5, "100000.5", "100000.5"),
            (-0.0, "-0", "-0"),
        ];
        for (number, general, json) in cases {
            assert_eq!(float_text(number), general);
            assert_eq!(json_float_text(number), json);
        }
        assert_eq!(float32_text(123_456_789.5), "1.2345679e+08");
    }
}
