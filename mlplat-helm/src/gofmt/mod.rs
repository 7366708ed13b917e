//! Go's `fmt`: how values look as text.
//!
//! Templates print through it everywhere: an action prints with `%v`, `printf`
//! takes any verb, `quote` is `%q`. The text must be Go's to the byte, since
//! charts compare it, hash it and put it into manifests: `1e+06` for a
//! million, `map[a:1]`, `%!d(string=x)` for a verb that does not fit.
//!
//! * [`float`](self::float) writes numbers as `strconv.FormatFloat` does;
//! * [`quote`](self::quote) writes quoted text as `strconv.Quote` does;
//! * `printer` pads and prints one value by verb and flags;
//! * `printf` reads format strings.

mod duration;
mod float;
mod integer;
mod printer;
mod printf;
mod quoted;

pub(crate) use duration::{duration, month_name, weekday_name};
pub(crate) use float::format_float;
pub(crate) use printer::{sprint, sprint_one};
pub(crate) use printf::sprintf;
pub(crate) use quoted::{is_print, quote, quote_bytes};
