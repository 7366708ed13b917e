//! The object that `now` and `toDate` give: Go's `time.Time`.

use std::any::Any;
use std::rc::Rc;

use super::civil::{Date, date_of, days_of};
use super::layout::{RFC3339_NANO, format};
use super::zone::Zone;
use crate::value::{IntKind, Kind, Object, Param, Taints, Value};

const NANOS: i64 = 1_000_000_000;
/// Seconds from year 1, Go's zero time, to 1970.
const ZERO: i64 = -62_135_596_800;

/// A moment and the zone to show it in.
#[derive(Clone, Debug)]
pub(super) struct Time {
    pub(super) unix: i64,
    pub(super) nanos: i64,
    pub(super) zone: Zone,
}

/// A moment as a calendar and a clock show it.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    pub(super) date: Date,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
    pub(super) nanos: i64,
    /// Sunday is 0.
    pub(super) weekday: i64,
    pub(super) year_day: i64,
    pub(super) offset: i64,
    pub(super) abbreviation: String,
}

impl Time {
    /// Go's zero time.
    pub(super) fn zero() -> Self {
        Self::at(ZERO)
    }

    /// A moment in UTC.
    pub(super) fn at(unix: i64) -> Self {
        Self {
            unix,
            nanos: 0,
            zone: Zone::Utc,
        }
    }

    /// A date and clock in UTC.
    pub(super) fn of(date: Date, seconds: i64, nanos: i64) -> Self {
        Self {
            unix: days_of(date) * 86_400 + seconds,
            nanos,
            zone: Zone::Utc,
        }
    }

    pub(super) fn within(mut self, zone: Zone) -> Self {
        self.zone = zone;
        self
    }

    pub(super) fn clock(&self) -> Clock {
        let (offset, abbreviation) = self.zone.at(self.unix);
        let local = self.unix.saturating_add(offset);
        let (days, seconds) = (local.div_euclid(86_400), local.rem_euclid(86_400));
        let date = date_of(days);
        let new_year = Date {
            month: 1,
            day: 1,
            ..date
        };
        Clock {
            date,
            hour: seconds / 3_600,
            minute: seconds / 60 % 60,
            second: seconds % 60,
            nanos: self.nanos,
            weekday: (days + 4).rem_euclid(7),
            year_day: days - days_of(new_year) + 1,
            offset,
            abbreviation,
        }
    }

    pub(super) fn add(&self, nanoseconds: i64) -> Self {
        let total = self.nanos + nanoseconds.rem_euclid(NANOS);
        Self {
            unix: self
                .unix
                .saturating_add(nanoseconds.div_euclid(NANOS) + total / NANOS),
            nanos: total % NANOS,
            zone: self.zone.clone(),
        }
    }

    /// Nanoseconds since another moment, saturated.
    pub(super) fn since(&self, earlier: &Self) -> i64 {
        let seconds = self.unix.saturating_sub(earlier.unix);
        seconds
            .saturating_mul(NANOS)
            .saturating_add(self.nanos - earlier.nanos)
    }

    fn add_date(&self, years: i64, months: i64, days: i64) -> Self {
        let clock = self.clock();
        let date = Date {
            year: clock.date.year.saturating_add(years.clamp(-10_000, 10_000)),
            month: clock.date.month + months.clamp(-120_000, 120_000),
            day: clock.date.day + days.clamp(-4_000_000, 4_000_000),
        };
        let seconds = clock.hour * 3_600 + clock.minute * 60 + clock.second;
        let mut time = Self::of(date, seconds - clock.offset, self.nanos);
        time.zone = self.zone.clone();
        time
    }

    /// The time that a value holds.
    pub(super) fn of_value(value: &Value) -> Option<&Self> {
        match value {
            Value::Object(object) => object.as_any().downcast_ref(),
            _ => None,
        }
    }
}

fn kind(number: i64, kind: IntKind) -> Value {
    Value::Int(number, kind, Taints::default())
}

const TIME: Param = Param::Object("time.Time");

impl Object for Time {
    fn type_name(&self) -> &str {
        "time.Time"
    }

    fn data(&self) -> Value {
        Value::from(format(self, RFC3339_NANO))
    }

    fn fields(&self) -> Vec<(Rc<str>, Value)> {
        vec![("unix".into(), Value::int64(self.unix))]
    }

    fn method(&self, name: &str) -> Option<&'static [Param]> {
        Some(match name {
            "Unix" | "UnixMilli" | "UnixMicro" | "UnixNano" | "Year" | "Month" | "Day" | "Hour"
            | "Minute" | "Second" | "Nanosecond" | "Weekday" | "YearDay" | "UTC" | "Local"
            | "String" | "IsZero" => &[],
            "Format" => &[Param::Text],
            "AddDate" => &[Param::Int, Param::Int, Param::Int],
            "Sub" | "Before" | "After" | "Equal" => &[TIME],
            _ => return None,
        })
    }

    fn call(&self, name: &str, args: &[Value]) -> Result<Value, String> {
        let clock = self.clock();
        let other = || {
            args.first()
                .and_then(Self::of_value)
                .map_or(0, |other| self.since(other))
        };
        let int = |at: usize| args.get(at).map_or(0, super::super::args::int);
        Ok(match name {
            "Unix" => Value::int64(self.unix),
            "UnixMilli" => Value::int64(self.unix * 1_000 + self.nanos / 1_000_000),
            "UnixMicro" => Value::int64(self.unix * 1_000_000 + self.nanos / 1_000),
            "UnixNano" => Value::int64(self.unix.wrapping_mul(NANOS) + self.nanos),
            "Year" => Value::int(clock.date.year),
            "Month" => kind(clock.date.month, IntKind::Month),
            "Day" => Value::int(clock.date.day),
            "Hour" => Value::int(clock.hour),
            "Minute" => Value::int(clock.minute),
            "Second" => Value::int(clock.second),
            "Nanosecond" => Value::int(self.nanos),
            "Weekday" => kind(clock.weekday, IntKind::Weekday),
            "YearDay" => Value::int(clock.year_day),
            "UTC" => Value::object(self.clone().within(Zone::Utc)),
            "Local" => Value::object(self.clone().within(Zone::Local)),
            "IsZero" => Value::from(self.unix == ZERO && self.nanos == 0),
            "AddDate" => Value::object(self.add_date(int(0), int(1), int(2))),
            "Sub" => kind(other(), IntKind::Duration),
            "Before" => Value::from(other() < 0),
            "After" => Value::from(other() > 0),
            "Equal" => Value::from(other() == 0),
            "Format" => {
                let layout = args
                    .first()
                    .map(super::super::args::text)
                    .unwrap_or_default();
                Value::from(format(self, &layout))
            }
            _ => Value::from(self.display().unwrap_or_default()),
        })
    }

    fn display(&self) -> Option<String> {
        Some(format(self, "2006-01-02 15:04:05.999999999 -0700 MST"))
    }

    fn kind(&self) -> Kind {
        Kind::Struct
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The year of a moment in UTC, and its month, day and clock as ten digits.
pub(in crate::funcs) fn calendar(unix: i64) -> (i64, String) {
    let time = Time::at(unix);
    (time.clock().date.year, format(&time, "0102150405"))
}
