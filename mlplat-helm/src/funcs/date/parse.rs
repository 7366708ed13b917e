//! Times from texts, by a layout: Go's `time.ParseInLocation`.

use super::civil::{Date, days_in};
use super::layout::{Element, next_element};
use super::time::Time;
use super::zone::Zone;
use crate::gofmt::{month_name, quote, weekday_name};

/// What the elements of a text gave.
#[derive(Default)]
struct Parts {
    year: i64,
    month: Option<i64>,
    day: Option<i64>,
    year_day: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    nanos: i64,
    pm: Option<bool>,
    offset: Option<i64>,
    is_utc: bool,
    zone_name: Option<String>,
}

/// Why a value cannot be read: what is out of range, or nothing for a text
/// that does not fit.
enum Misfit {
    Bad,
    Range(&'static str),
}

use Misfit::{Bad, Range};

/// Reads a time; `Local` is UTC.
pub(super) fn parse(layout: &str, value: &str) -> Result<Time, String> {
    let mut parts = Parts::default();
    let (mut layout_rest, mut rest) = (layout, value);
    loop {
        let found = next_element(layout_rest);
        let text = found.map_or(layout_rest, |(text, _, _)| text);
        let Some(after) = skip(rest, text) else {
            return Err(misfit(layout, value, text, rest, ""));
        };
        let Some((text, element, after_layout)) = found else {
            if !after.is_empty() {
                let extra = format!(": extra text: {}", quote(after));
                return Err(format!("parsing time {}{extra}", quote(value)));
            }
            break;
        };
        let shown = &layout_rest[text.len()..layout_rest.len() - after_layout.len()];
        rest = match read(&mut parts, element, after, after_layout) {
            Ok(rest) => rest,
            Err(Bad) => return Err(misfit(layout, value, shown, after, "")),
            Err(Range(what)) => {
                let quoted = quote(value);
                return Err(format!("parsing time {quoted}: {what} out of range"));
            }
        };
        layout_rest = after_layout;
    }
    finish(parts).map_err(|what| format!("parsing time {}: {what} out of range", quote(value)))
}

fn misfit(layout: &str, value: &str, element: &str, rest: &str, extra: &str) -> String {
    let [value, layout, rest, element] = [value, layout, rest, element].map(quote);
    format!("parsing time {value} as {layout}: cannot parse {rest} as {element}{extra}")
}

/// Passes over the text between elements; spaces match any number of spaces.
fn skip<'v>(value: &'v str, text: &str) -> Option<&'v str> {
    let (mut value, mut text) = (value, text);
    while !text.is_empty() {
        if let Some(after) = text.strip_prefix(' ') {
            if !value.is_empty() && !value.starts_with(' ') {
                return None;
            }
            text = after.trim_start_matches(' ');
            value = value.trim_start_matches(' ');
            continue;
        }
        let next = text.chars().next()?;
        value = value.strip_prefix(next)?;
        text = &text[next.len_utf8()..];
    }
    Some(value)
}

/// One or two digits, two if `fixed`.
fn two(value: &str, fixed: bool) -> Result<(i64, &str), Misfit> {
    let digits = value.bytes().take(2).take_while(u8::is_ascii_digit).count();
    if digits == 0 || (fixed && digits < 2) {
        return Err(Bad);
    }
    let number = value[..digits].parse().map_err(|_| Bad)?;
    Ok((number, &value[digits..]))
}

fn name(
    value: &str,
    names: impl Iterator<Item = &'static str>,
    short: bool,
) -> Result<(i64, &str), Misfit> {
    for (at, name) in (0..).zip(names) {
        let wanted = if short { &name[..3] } else { name };
        let head = value.get(..wanted.len());
        if head.is_some_and(|head| head.eq_ignore_ascii_case(wanted)) {
            return Ok((at, &value[wanted.len()..]));
        }
    }
    Err(Bad)
}

fn read<'v>(
    parts: &mut Parts,
    element: Element,
    value: &'v str,
    next: &str,
) -> Result<&'v str, Misfit> {
    let months = (1..=12).filter_map(month_name);
    let days = (0..7).filter_map(weekday_name);
    let mut rest = value;
    let mut number = |fixed: bool| -> Result<i64, Misfit> {
        let (number, after) = two(value, fixed)?;
        rest = after;
        Ok(number)
    };
    match element {
        Element::LongMonth | Element::Month => {
            let (at, after) = name(value, months, element == Element::Month)?;
            parts.month = Some(at + 1);
            rest = after;
        }
        Element::NumMonth | Element::ZeroMonth => {
            let month = number(element == Element::ZeroMonth)?;
            if !(1..=12).contains(&month) {
                return Err(Range("month"));
            }
            parts.month = Some(month);
        }
        Element::LongWeekday | Element::Weekday => {
            rest = name(value, days, element == Element::Weekday)?.1;
        }
        Element::Day | Element::UnderDay | Element::ZeroDay => {
            let trimmed = if element == Element::UnderDay {
                value.strip_prefix(' ').unwrap_or(value)
            } else {
                value
            };
            let (day, after) = two(trimmed, element == Element::ZeroDay)?;
            parts.day = Some(day);
            rest = after;
        }
        Element::UnderYearDay | Element::ZeroYearDay => {
            let trimmed = value.trim_start_matches(' ');
            let digits = trimmed
                .get(..3 - (value.len() - trimmed.len()).min(2))
                .ok_or(Bad)?;
            parts.year_day = Some(digits.parse().map_err(|_| Bad)?);
            rest = &trimmed[digits.len()..];
        }
        Element::Hour => {
            parts.hour = number(false)?;
            if parts.hour > 23 {
                return Err(Range("hour"));
            }
        }
        Element::Hour12 | Element::ZeroHour12 => {
            parts.hour = number(element == Element::ZeroHour12)?;
            if parts.hour > 12 {
                return Err(Range("hour"));
            }
        }
        Element::Minute | Element::ZeroMinute => {
            parts.minute = number(element == Element::ZeroMinute)?;
            if parts.minute > 59 {
                return Err(Range("minute"));
            }
        }
        Element::Second | Element::ZeroSecond => {
            parts.second = number(element == Element::ZeroSecond)?;
            if parts.second > 59 {
                return Err(Range("second"));
            }
            rest = implied_fraction(parts, rest, next)?;
        }
        Element::LongYear => {
            let digits = value
                .get(..4)
                .filter(|d| d.bytes().all(|b| b.is_ascii_digit()));
            parts.year = digits.and_then(|digits| digits.parse().ok()).ok_or(Bad)?;
            rest = &value[4..];
        }
        Element::Year => {
            let year = number(true)?;
            parts.year = if year >= 69 {
                year + 1_900
            } else {
                year + 2_000
            };
        }
        Element::Pm | Element::LowerPm => {
            let (am, pm) = if element == Element::Pm {
                ("AM", "PM")
            } else {
                ("am", "pm")
            };
            let head = value.get(..2).ok_or(Bad)?;
            if head != am && head != pm {
                return Err(Bad);
            }
            parts.pm = Some(head == pm);
            rest = &value[2..];
        }
        Element::ZoneName => rest = zone_name(parts, value)?,
        Element::Offset {
            z,
            colons,
            minutes,
            seconds,
        } => rest = offset(parts, value, z, colons, minutes, seconds)?,
        Element::Fraction0(count) => {
            let body = value.get(..=count).ok_or(Bad)?;
            if !body.starts_with(['.', ',']) {
                return Err(Bad);
            }
            parts.nanos = nanos(&body[1..]).ok_or(Bad)?;
            rest = &value[count + 1..];
        }
        Element::Fraction9(_) => rest = fraction(parts, value)?,
    }
    Ok(rest)
}

/// A fraction behind seconds is taken even where the layout has none.
fn implied_fraction<'v>(parts: &mut Parts, value: &'v str, next: &str) -> Result<&'v str, Misfit> {
    let follows = matches!(
        next_element(next),
        Some(("", Element::Fraction0(_) | Element::Fraction9(_), _))
    );
    if follows {
        Ok(value)
    } else {
        fraction(parts, value)
    }
}

fn fraction<'v>(parts: &mut Parts, value: &'v str) -> Result<&'v str, Misfit> {
    let Some(body) = value.strip_prefix(['.', ',']) else {
        return Ok(value);
    };
    let digits = body.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 {
        return Ok(value);
    }
    parts.nanos = nanos(&body[..digits]).ok_or(Bad)?;
    Ok(&body[digits..])
}

/// Nanoseconds of the digits behind the point.
fn nanos(digits: &str) -> Option<i64> {
    let padded = format!("{digits:0<9}");
    padded.get(..9)?.parse().ok()
}

/// `UTC`, `GMT+3`, or three to five capital letters.
fn zone_name<'v>(parts: &mut Parts, value: &'v str) -> Result<&'v str, Misfit> {
    if let Some(rest) = value.strip_prefix("UTC") {
        parts.is_utc = true;
        return Ok(rest);
    }
    let letters = value
        .bytes()
        .take(6)
        .take_while(u8::is_ascii_uppercase)
        .count();
    let signed = value
        .strip_prefix("GMT")
        .filter(|rest| rest.starts_with(['+', '-']));
    let length = match (letters, signed) {
        (_, Some(rest)) => {
            3 + 1
                + rest[1..]
                    .bytes()
                    .take(2)
                    .take_while(u8::is_ascii_digit)
                    .count()
        }
        (3, _) => 3,
        (4, _) if value[..4].ends_with('T') || value.starts_with("WITA") => 4,
        (5, _) if value[..5].ends_with('T') => 5,
        _ => return Err(Bad),
    };
    parts.zone_name = Some(value[..length].to_owned());
    Ok(&value[length..])
}

fn offset<'v>(
    parts: &mut Parts,
    value: &'v str,
    z: bool,
    colons: bool,
    minutes: bool,
    seconds: bool,
) -> Result<&'v str, Misfit> {
    if let (true, Some(rest)) = (z, value.strip_prefix('Z')) {
        parts.is_utc = true;
        return Ok(rest);
    }
    let negative = match value.chars().next() {
        Some('+') => false,
        Some('-') => true,
        _ => return Err(Bad),
    };
    let mut rest = &value[1..];
    let mut total = 0;
    for (at, wanted) in [true, minutes, seconds].into_iter().enumerate() {
        if !wanted {
            continue;
        }
        if at > 0 && colons {
            rest = rest.strip_prefix(':').ok_or(Bad)?;
        }
        let (number, after) = two(rest, true)?;
        if number > [24, 60, 60][at] {
            let what = [
                "time zone offset hour",
                "time zone offset minute",
                "time zone offset second",
            ];
            return Err(Range(what[at]));
        }
        total += number * [3_600, 60, 1][at];
        rest = after;
    }
    parts.offset = Some(if negative { -total } else { total });
    Ok(rest)
}

fn finish(parts: Parts) -> Result<Time, &'static str> {
    let hour = match parts.pm {
        Some(true) if parts.hour < 12 => parts.hour + 12,
        Some(false) if parts.hour == 12 => 0,
        _ => parts.hour,
    };
    let (month, day) = match parts.year_day {
        Some(year_day) if parts.month.is_none() => (1, year_day),
        _ => (parts.month.unwrap_or(1), parts.day.unwrap_or(1)),
    };
    let most = if parts.year_day.is_some() {
        366
    } else {
        days_in(parts.year, month)
    };
    if !(1..=most).contains(&day) {
        return Err("day");
    }
    let date = Date {
        year: parts.year,
        month,
        day,
    };
    let seconds = hour * 3_600 + parts.minute * 60 + parts.second;
    let time = Time::of(date, seconds, parts.nanos);
    if parts.is_utc {
        return Ok(time);
    }
    if let Some(offset) = parts.offset {
        let mut shifted = time;
        shifted.unix -= offset;
        // An offset that the local zone has is the local zone.
        let zone = if offset == 0 {
            Zone::Local
        } else {
            Zone::Fixed {
                name: parts.zone_name.as_deref().unwrap_or("").into(),
                seconds: offset,
            }
        };
        return Ok(shifted.within(zone));
    }
    let Some(name) = parts.zone_name else {
        return Ok(time.within(Zone::Local));
    };
    // A name that the local zone does not know has no offset, unless it says
    // one.
    let hours: i64 = name
        .strip_prefix("GMT")
        .and_then(|hours| hours.parse().ok())
        .unwrap_or(0);
    let mut shifted = time;
    shifted.unix -= hours * 3_600;
    Ok(shifted.within(Zone::Fixed {
        name: name.into(),
        seconds: hours * 3_600,
    }))
}
