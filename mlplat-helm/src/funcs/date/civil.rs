//! The proleptic Gregorian calendar.

/// A day: year, month and day from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Date {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
}

const DAYS_OF_400_YEARS: i64 = 146_097;
/// Days from March 1st of year 0 to 1970-01-01.
const EPOCH: i64 = 719_468;

/// The date of a day counted from 1970-01-01.
///
/// Counts years from March, so that the leap day is the last one.
pub(super) fn date_of(days: i64) -> Date {
    let shifted = days + EPOCH;
    let era = shifted.div_euclid(DAYS_OF_400_YEARS);
    let day_of_era = shifted.rem_euclid(DAYS_OF_400_YEARS);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Date { year, month, day }
}

/// The day counted from 1970-01-01 of a date; months and days may be out of
/// range and carry over, as in Go.
pub(super) fn days_of(date: Date) -> i64 {
    let months = date.year * 12 + date.month - 1;
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted_month = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * shifted_month + 2) / 5 + date.day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * DAYS_OF_400_YEARS + day_of_era - EPOCH
}

/// The number of days of a month.
pub(super) fn days_in(year: i64, month: i64) -> i64 {
    let first = |year, month| {
        days_of(Date {
            year,
            month,
            day: 1,
        })
    };
    first(year, month + 1) - first(year, month)
}
