//! Dates and durations with Go's layouts.
//!
//! `Local`, the zone of the machine in Go, is UTC here: what a chart renders
//! to must not depend on where it is rendered. Other zones come from the
//! bundled time zone database.

mod civil;
mod duration;
mod functions;
mod layout;
mod parse;
mod time;
mod zone;

pub(super) use functions::{ROWS, from_toml};
pub(super) use time::calendar;
