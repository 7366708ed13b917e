//! Times of cron jobs: five fields, as `cron(5)` has them, in UTC.
//!
//! A field is `*`, a number, a name, a range or a list of these, each with a step; `@hourly` and the like stand for
//! five fields. When both days of the month and of the week are restricted, either will do.

use jiff::civil::{DateTime, Weekday};
use jiff::{Timestamp, ToSpan};

/// When a cron job is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Schedule {
    minutes: u64,
    hours: u64,
    days: u64,
    months: u64,
    weekdays: u64,
    /// The field is not `*`.
    day_matters: bool,
    weekday_matters: bool,
}

impl Schedule {
    /// Reads a schedule; `None` when it is malformed.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = match text.trim() {
            "@hourly" => "0 * * * *",
            "@daily" | "@midnight" => "0 0 * * *",
            "@weekly" => "0 0 * * 0",
            "@monthly" => "0 0 1 * *",
            "@yearly" | "@annually" => "0 0 1 1 *",
            other => other,
        };
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields[..] else {
            return None;
        };
        const MONTHS: [&str; 12] = [
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
        ];
        const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
        let weekdays = field(weekday, 0, 7, &DAYS, 0)?;
        Some(Self {
            minutes: field(minute, 0, 59, &[], 0)?,
            hours: field(hour, 0, 23, &[], 0)?,
            days: field(day, 1, 31, &[], 0)?,
            months: field(month, 1, 12, &MONTHS, 1)?,
            // Seven is Sunday too.
            weekdays: (weekdays | weekdays >> 7) & 0x7f,
            day_matters: !day.starts_with(['*', '?']),
            weekday_matters: !weekday.starts_with(['*', '?']),
        })
    }

    /// The first time after a moment, in seconds since 1970. `None` when there is none within five years.
    pub(super) fn after(&self, unix_s: i64) -> Option<i64> {
        let moment = Timestamp::from_second(unix_s - unix_s.rem_euclid(60) + 60).ok()?;
        let mut at = moment.to_zoned(jiff::tz::TimeZone::UTC).datetime();
        let last = at.checked_add(5.years()).ok()?;
        while at <= last {
            if !has(self.months, at.month()) || !self.fits_day(at) {
                at = at.date().checked_add(1.day()).ok()?.at(0, 0, 0, 0);
            } else if !has(self.hours, at.hour()) {
                at = at
                    .date()
                    .at(at.hour(), 0, 0, 0)
                    .checked_add(1.hour())
                    .ok()?;
            } else if !has(self.minutes, at.minute()) {
                at = at.checked_add(1.minute()).ok()?;
            } else {
                return Some(
                    at.to_zoned(jiff::tz::TimeZone::UTC)
                        .ok()?
                        .timestamp()
                        .as_second(),
                );
            }
        }
        None
    }

    fn fits_day(&self, at: DateTime) -> bool {
        let day = has(self.days, at.day());
        let weekday = has(self.weekdays, number(at.weekday()));
        match (self.day_matters, self.weekday_matters) {
            (true, true) => day || weekday,
            _ => day && weekday,
        }
    }
}

fn number(day: Weekday) -> i8 {
    day.to_sunday_zero_offset()
}

fn has(set: u64, number: i8) -> bool {
    set & (1 << number) != 0
}

/// One field as a set of bits.
fn field(text: &str, least: u32, most: u32, names: &[&str], first: u32) -> Option<u64> {
    let value = |text: &str| -> Option<u32> {
        let at = names
            .iter()
            .position(|name| text.eq_ignore_ascii_case(name));
        let named = at
            .and_then(|at| u32::try_from(at).ok())
            .map(|at| at + first);
        let number = named.or_else(|| text.parse().ok())?;
        (least..=most).contains(&number).then_some(number)
    };
    let mut set = 0;
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (
                range,
                Some(step.parse::<u32>().ok().filter(|step| *step > 0)?),
            ),
            None => (part, None),
        };
        let (from, to) = match range.split_once('-') {
            Some((from, to)) => (value(from)?, value(to)?),
            None if range == "*" || range == "?" => (least, most),
            // A single number with a step goes on to the end.
            None => (value(range)?, step.map_or(value(range)?, |_| most)),
        };
        if from > to {
            return None;
        }
        let mut at = from;
        while at <= to {
            set |= 1 << at;
            at += step.unwrap_or(1);
        }
    }
    Some(set)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(schedule: &str, after: &str) -> Option<String> {
        let after: Timestamp = after.parse().unwrap();
        let at = Schedule::parse(schedule)?.after(after.as_second())?;
        Some(Timestamp::from_second(at).unwrap().to_string())
    }

    #[test]
    fn the_next_time() {
        // 2026-01-01 is a Thursday.
        let from = "2026-01-01T10:30:20Z";
        for (schedule, expected) in [
            ("* * * * *", "2026-01-01T10:31:00Z"),
            ("*/20 * * * *", "2026-01-01T10:40:00Z"),
            ("30 10 * * *", "2026-01-02T10:30:00Z"),
            ("@hourly", "2026-01-01T11:00:00Z"),
            ("0 2 * * mon-fri", "2026-01-02T02:00:00Z"),
            ("0 0 * * 7", "2026-01-04T00:00:00Z"),
            ("0 0 31 * *", "2026-01-31T00:00:00Z"),
            ("0 0 29 feb *", "2028-02-29T00:00:00Z"),
            ("0 0 13 * fri", "2026-01-02T00:00:00Z"),
            ("5/30 10 * * *", "2026-01-01T10:35:00Z"),
        ] {
            assert_eq!(
                next(schedule, from).as_deref(),
                Some(expected),
                "{schedule}"
            );
        }
        assert_eq!(next("0 0 30 2 *", from), None);
    }

    #[test]
    fn what_is_no_schedule() {
        for text in [
            "",
            "* * * *",
            "60 * * * *",
            "5-1 * * * *",
            "*/0 * * * *",
            "x * * * *",
        ] {
            assert_eq!(Schedule::parse(text), None, "{text}");
        }
    }
}
