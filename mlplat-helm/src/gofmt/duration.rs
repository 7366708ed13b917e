//! Durations, months and weekdays as text: the `String` methods of `time`.

use crate::value::IntKind;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

/// The English name of a month, from 1.
pub(crate) fn month_name(month: i64) -> Option<&'static str> {
    let at = usize::try_from(month.checked_sub(1)?).ok()?;
    MONTHS.get(at).copied()
}

/// The English name of a weekday, from Sunday as 0.
pub(crate) fn weekday_name(day: i64) -> Option<&'static str> {
    DAYS.get(usize::try_from(day).ok()?).copied()
}

impl IntKind {
    /// The text of a number whose type has a `String` method.
    pub(crate) fn display(self, number: i64) -> Option<String> {
        match self {
            Self::Duration => Some(duration(number)),
            Self::Month => Some(match month_name(number) {
                Some(name) => name.to_owned(),
                None => format!("%!Month({number})"),
            }),
            Self::Weekday => Some(match weekday_name(number) {
                Some(name) => name.to_owned(),
                None => format!("%!Weekday({number})"),
            }),
            _ => None,
        }
    }
}

/// Nanoseconds as Go prints a duration: `1h30m0s`, `1.5s`, `2ms`, `0s`.
pub(crate) fn duration(nanoseconds: i64) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let total = nanoseconds.unsigned_abs();
    if total == 0 {
        return "0s".to_owned();
    }
    if total < 1_000_000_000 {
        let (unit, places) = match total {
            0..1_000 => ("ns", 0),
            1_000..1_000_000 => ("\u{b5}s", 3),
            _ => ("ms", 6),
        };
        return format!("{sign}{}{unit}", decimal(total, places));
    }
    let minutes = total / 60_000_000_000;
    let seconds = decimal(total % 60_000_000_000, 9);
    match (minutes / 60, minutes % 60) {
        (0, 0) => format!("{sign}{seconds}s"),
        (0, minutes) => format!("{sign}{minutes}m{seconds}s"),
        (hours, minutes) => format!("{sign}{hours}h{minutes}m{seconds}s"),
    }
}

/// A number with the point `places` digits from the right, without zeros at
/// the end.
fn decimal(number: u64, places: usize) -> String {
    let scale = 10u64.pow(u32::try_from(places).unwrap_or_default());
    let (whole, fraction) = (number / scale, number % scale);
    if fraction == 0 {
        return whole.to_string();
    }
    let digits = format!("{fraction:0>places$}");
    format!("{whole}.{}", digits.trim_end_matches('0'))
}
