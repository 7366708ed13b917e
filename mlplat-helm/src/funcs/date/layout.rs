//! Go's layouts: a text that shows how one certain moment is written,
//! `Mon Jan 2 15:04:05 MST 2006`.

use super::time::{Clock, Time};
use crate::gofmt::{month_name, weekday_name};

pub(super) const RFC3339_NANO: &str = "2006-01-02T15:04:05.999999999Z07:00";

/// An element of a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    LongMonth,
    Month,
    NumMonth,
    ZeroMonth,
    LongWeekday,
    Weekday,
    Day,
    UnderDay,
    ZeroDay,
    UnderYearDay,
    ZeroYearDay,
    Hour,
    Hour12,
    ZeroHour12,
    Minute,
    ZeroMinute,
    Second,
    ZeroSecond,
    LongYear,
    Year,
    Pm,
    LowerPm,
    ZoneName,
    /// `Z0700` and its kin: whether UTC is `Z`, colons, minutes, seconds.
    Offset {
        z: bool,
        colons: bool,
        minutes: bool,
        seconds: bool,
    },
    /// `.000` or `,000`: so many digits.
    Fraction0(usize),
    /// `.999`: digits without zeros at the end.
    Fraction9(usize),
}

const fn offset(z: bool, colons: bool, minutes: bool, seconds: bool) -> Element {
    Element::Offset {
        z,
        colons,
        minutes,
        seconds,
    }
}

/// Fixed elements; where two start alike the longer one comes first.
const WORDS: &[(&str, Element)] = &[
    ("January", Element::LongMonth),
    ("Monday", Element::LongWeekday),
    ("MST", Element::ZoneName),
    ("002", Element::ZeroYearDay),
    ("01", Element::ZeroMonth),
    ("02", Element::ZeroDay),
    ("03", Element::ZeroHour12),
    ("04", Element::ZeroMinute),
    ("05", Element::ZeroSecond),
    ("06", Element::Year),
    ("15", Element::Hour),
    ("1", Element::NumMonth),
    ("2006", Element::LongYear),
    ("2", Element::Day),
    ("__2", Element::UnderYearDay),
    ("_2", Element::UnderDay),
    ("3", Element::Hour12),
    ("4", Element::Minute),
    ("5", Element::Second),
    ("PM", Element::Pm),
    ("pm", Element::LowerPm),
    ("-07:00:00", offset(false, true, true, true)),
    ("-070000", offset(false, false, true, true)),
    ("-07:00", offset(false, true, true, false)),
    ("-0700", offset(false, false, true, false)),
    ("-07", offset(false, false, false, false)),
    ("Z07:00:00", offset(true, true, true, true)),
    ("Z070000", offset(true, false, true, true)),
    ("Z07:00", offset(true, true, true, false)),
    ("Z0700", offset(true, false, true, false)),
    ("Z07", offset(true, false, false, false)),
];

/// The text before the first element of a layout, the element, and the rest.
pub(super) fn next_element(layout: &str) -> Option<(&str, Element, &str)> {
    for at in 0..layout.len() {
        let Some(rest) = layout.get(at..) else {
            continue;
        };
        if let Some((element, length)) = element_at(rest, &layout[..at]) {
            return Some((&layout[..at], element, &rest[length..]));
        }
    }
    None
}

fn element_at(rest: &str, before: &str) -> Option<(Element, usize)> {
    // `_2006` is an underscore and a year.
    if rest.starts_with("_2006") {
        return None;
    }
    if let Some(found) = short_name(rest) {
        return Some(found);
    }
    if let Some((word, element)) = WORDS.iter().find(|(word, _)| rest.starts_with(word)) {
        return Some((*element, word.len()));
    }
    fraction(rest, before)
}

/// `Jan` and `Mon`, unless they are the start of a longer word.
fn short_name(rest: &str) -> Option<(Element, usize)> {
    let after = rest.as_bytes().get(3);
    let goes_on = after.is_some_and(u8::is_ascii_lowercase);
    if rest.starts_with("Jan") && !rest.starts_with("January") && !goes_on {
        return Some((Element::Month, 3));
    }
    if rest.starts_with("Mon") && !rest.starts_with("Monday") && !goes_on {
        return Some((Element::Weekday, 3));
    }
    None
}

fn fraction(rest: &str, _before: &str) -> Option<(Element, usize)> {
    let bytes = rest.as_bytes();
    if !matches!(bytes.first(), Some(b'.' | b',')) {
        return None;
    }
    let digit = *bytes.get(1).filter(|digit| matches!(digit, b'0' | b'9'))?;
    let count = bytes[1..].iter().take_while(|byte| **byte == digit).count();
    // Digits of another kind behind it make it plain text.
    if bytes.get(1 + count).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let element = if digit == b'0' {
        Element::Fraction0(count)
    } else {
        Element::Fraction9(count)
    };
    Some((element, 1 + count))
}

/// Shows a time by a layout.
pub(super) fn format(time: &Time, layout: &str) -> String {
    let clock = time.clock();
    let mut out = String::new();
    let mut rest = layout;
    while let Some((text, element, after)) = next_element(rest) {
        out.push_str(text);
        let shown = &rest[text.len()..rest.len() - after.len()];
        write(&clock, element, shown, &mut out);
        rest = after;
    }
    out.push_str(rest);
    out
}

fn write(clock: &Clock, element: Element, shown: &str, out: &mut String) {
    let hour12 = (clock.hour + 11) % 12 + 1;
    let month = month_name(clock.date.month).unwrap_or_default();
    let weekday = weekday_name(clock.weekday).unwrap_or_default();
    let (date, year_day) = (clock.date, clock.year_day);
    out.push_str(&match element {
        Element::LongMonth => month.to_owned(),
        Element::Month => month[..3].to_owned(),
        Element::NumMonth => date.month.to_string(),
        Element::ZeroMonth => format!("{:02}", date.month),
        Element::LongWeekday => weekday.to_owned(),
        Element::Weekday => weekday[..3].to_owned(),
        Element::Day => date.day.to_string(),
        Element::UnderDay => format!("{:2}", date.day),
        Element::ZeroDay => format!("{:02}", date.day),
        Element::UnderYearDay => format!("{year_day:3}"),
        Element::ZeroYearDay => format!("{year_day:03}"),
        Element::Hour => format!("{:02}", clock.hour),
        Element::Hour12 => hour12.to_string(),
        Element::ZeroHour12 => format!("{hour12:02}"),
        Element::Minute => clock.minute.to_string(),
        Element::ZeroMinute => format!("{:02}", clock.minute),
        Element::Second => clock.second.to_string(),
        Element::ZeroSecond => format!("{:02}", clock.second),
        Element::LongYear if date.year < 0 => format!("-{:04}", -date.year),
        Element::LongYear => format!("{:04}", date.year),
        Element::Year => format!("{:02}", date.year.rem_euclid(100)),
        Element::Pm => if clock.hour >= 12 { "PM" } else { "AM" }.to_owned(),
        Element::LowerPm => if clock.hour >= 12 { "pm" } else { "am" }.to_owned(),
        Element::ZoneName => zone_name(clock),
        Element::Offset {
            z,
            colons,
            minutes,
            seconds,
        } => offset_text(clock.offset, z, colons, minutes, seconds),
        Element::Fraction0(count) => {
            let digits = format!("{:09}", clock.nanos);
            format!("{}{}", &shown[..1], &format!("{digits:0<count$}")[..count])
        }
        Element::Fraction9(count) => {
            let digits = format!("{:09}", clock.nanos);
            let cut = digits[..count.min(9)].trim_end_matches('0');
            if cut.is_empty() {
                String::new()
            } else {
                format!("{}{cut}", &shown[..1])
            }
        }
    });
}

fn zone_name(clock: &Clock) -> String {
    if clock.abbreviation.is_empty() {
        // A zone without a name shows its offset.
        return offset_text(clock.offset, false, false, true, false);
    }
    clock.abbreviation.clone()
}

fn offset_text(offset: i64, z: bool, colons: bool, minutes: bool, seconds: bool) -> String {
    if z && offset == 0 {
        return "Z".to_owned();
    }
    let sign = if offset < 0 { '-' } else { '+' };
    let total = offset.abs();
    let colon = if colons { ":" } else { "" };
    let mut text = format!("{sign}{:02}", total / 3_600);
    if minutes {
        text.push_str(&format!("{colon}{:02}", total / 60 % 60));
    }
    if seconds {
        text.push_str(&format!("{colon}{:02}", total % 60));
    }
    text
}
