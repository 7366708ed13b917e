//! Sprig's functions for dates and durations.

use super::super::args::text;
use super::super::call::Call;
use super::super::fault::Fault;
use super::super::function::{Function, Group, row};
use super::super::number::go_int;
use super::civil::Date;
use super::duration::parse_duration;
use super::layout::format;
use super::parse::parse;
use super::time::Time;
use super::zone::Zone;
use crate::gofmt::duration as duration_text;
use crate::value::{IntKind, Param, Value};

use Param::{Any, Text};

const TIME: Param = Param::Object("time.Time");
const NANOS: i64 = 1_000_000_000;

pub(in crate::funcs) static ROWS: &[Function] = &[
    row(
        "now",
        Group::Date,
        &[],
        "The time of the render",
        |call, _| Ok(Value::object(now(call).within(Zone::Local))),
    )
    .random(),
    row(
        "date",
        Group::Date,
        &[Text, Any],
        "A time by a layout",
        |call, a| Ok(shown(call, &text(&a[0]), &a[1], "Local")),
    ),
    row(
        "dateInZone",
        Group::Date,
        &[Text, Any, Text],
        "A time in a zone",
        |call, a| Ok(shown(call, &text(&a[0]), &a[1], &text(&a[2]))),
    ),
    row(
        "date_in_zone",
        Group::Date,
        &[Text, Any, Text],
        "See `dateInZone`",
        |call, a| Ok(shown(call, &text(&a[0]), &a[1], &text(&a[2]))),
    ),
    row(
        "htmlDate",
        Group::Date,
        &[Any],
        "A time's date",
        |call, a| Ok(shown(call, "2006-01-02", &a[0], "Local")),
    ),
    row(
        "htmlDateInZone",
        Group::Date,
        &[Any, Text],
        "A time's date in a zone",
        |call, a| Ok(shown(call, "2006-01-02", &a[0], &text(&a[1]))),
    ),
    row(
        "dateModify",
        Group::Date,
        &[Text, TIME],
        "A time moved by a duration",
        modify,
    ),
    row(
        "date_modify",
        Group::Date,
        &[Text, TIME],
        "See `dateModify`",
        modify,
    ),
    row(
        "mustDateModify",
        Group::Date,
        &[Text, TIME],
        "See `dateModify`",
        must_modify,
    ),
    row(
        "must_date_modify",
        Group::Date,
        &[Text, TIME],
        "See `dateModify`",
        must_modify,
    ),
    row(
        "toDate",
        Group::Date,
        &[Text, Text],
        "A time from a text",
        |_, a| {
            let parsed = parse(&text(&a[0]), &text(&a[1]));
            Ok(Value::object(parsed.unwrap_or_else(|_| Time::zero())))
        },
    ),
    row(
        "mustToDate",
        Group::Date,
        &[Text, Text],
        "See `toDate`",
        |_, a| Ok(Value::object(parse(&text(&a[0]), &text(&a[1]))?)),
    ),
    row(
        "unixEpoch",
        Group::Date,
        &[TIME],
        "Seconds since 1970",
        |_, a| {
            let seconds = Time::of_value(&a[0]).map_or(0, |time| time.unix);
            Ok(Value::from(seconds.to_string()))
        },
    ),
    row(
        "ago",
        Group::Date,
        &[Any],
        "The duration since a time",
        |call, a| {
            let since = now(call).since(&time_of(call, &a[0]));
            let seconds = since.saturating_add(since.signum() * NANOS / 2) / NANOS;
            Ok(Value::from(duration_text(seconds.saturating_mul(NANOS))))
        },
    )
    .random(),
    row(
        "duration",
        Group::Date,
        &[Any],
        "Seconds as a duration",
        |_, a| {
            let seconds = match &a[0] {
                Value::Str(text) => go_int(&text.to_text()),
                Value::Int(number, IntKind::Int64, _) => *number,
                _ => 0,
            };
            Ok(Value::from(duration_text(seconds.wrapping_mul(NANOS))))
        },
    ),
    row(
        "durationRound",
        Group::Date,
        &[Any],
        "A duration in its greatest unit",
        |call, a| Ok(Value::from(round(nanoseconds(call, &a[0])))),
    ),
];

fn now(call: &Call<'_>) -> Time {
    Time::at(call.context.now_unix)
}

/// The time that sprig makes of a value; of most, the present.
fn time_of(call: &Call<'_>, value: &Value) -> Time {
    if let Some(time) = Time::of_value(value) {
        return time.clone();
    }
    match value {
        Value::Int(number, IntKind::Int | IntKind::Int64 | IntKind::Int32, _) => Time::at(*number),
        _ => now(call),
    }
}

fn shown(call: &Call<'_>, layout: &str, value: &Value, zone: &str) -> Value {
    let zone = Zone::load(zone).unwrap_or(Zone::Utc);
    Value::from(format(&time_of(call, value).within(zone), layout))
}

fn modify(_: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    match (parse_duration(&text(&args[0])), Time::of_value(&args[1])) {
        (Ok(nanos), Some(time)) => Ok(Value::object(time.add(nanos))),
        _ => Ok(args[1].clone()),
    }
}

fn must_modify(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    parse_duration(&text(&args[0]))?;
    modify(call, args)
}

fn nanoseconds(call: &Call<'_>, value: &Value) -> i64 {
    if let Some(time) = Time::of_value(value) {
        return now(call).since(time);
    }
    match value {
        Value::Str(text) => parse_duration(&text.to_text()).unwrap_or(0),
        Value::Int(number, IntKind::Int64, _) => *number,
        _ => 0,
    }
}

fn round(nanos: i64) -> String {
    let total = nanos.unsigned_abs();
    let hour: u64 = 3_600_000_000_000;
    let units = [
        (hour * 24 * 365, "y"),
        (hour * 24 * 30, "mo"),
        (hour * 24, "d"),
        (hour, "h"),
        (60_000_000_000, "m"),
        (1_000_000_000, "s"),
    ];
    let unit = units.iter().find(|(size, _)| total > *size);
    unit.map_or_else(
        || "0s".to_owned(),
        |(size, name)| format!("{}{name}", total / size),
    )
}

/// The time that BurntSushi/toml makes of a date in TOML; missing parts are
/// those of Go's zero time.
pub(in crate::funcs) fn from_toml(datetime: &toml::value::Datetime) -> Value {
    let date = datetime.date.map_or(
        Date {
            year: 0,
            month: 1,
            day: 1,
        },
        |date| Date {
            year: date.year.into(),
            month: date.month.into(),
            day: date.day.into(),
        },
    );
    let (seconds, nanos) = datetime.time.map_or((0, 0), |time| {
        let minutes = i64::from(time.hour) * 60 + i64::from(time.minute);
        (
            minutes * 60 + i64::from(time.second.unwrap_or(0)),
            i64::from(time.nanosecond.unwrap_or(0)),
        )
    });
    // The library marks what has no zone by the name of one.
    let local = match (datetime.date.is_some(), datetime.time.is_some()) {
        (true, true) => "datetime-local",
        (true, false) => "date-local",
        _ => "time-local",
    };
    let mut time = Time::of(date, seconds, nanos);
    time.zone = match datetime.offset {
        Some(toml::value::Offset::Custom { minutes }) => {
            let offset = i64::from(minutes) * 60;
            time.unix -= offset;
            Zone::Fixed {
                name: "".into(),
                seconds: offset,
            }
        }
        Some(toml::value::Offset::Z) => Zone::Utc,
        None => Zone::Fixed {
            name: local.into(),
            seconds: 0,
        },
    };
    Value::object(time)
}
