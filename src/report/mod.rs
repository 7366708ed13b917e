//! Reports: data in, text out.
//!
//! Nothing here prints, asks the time or knows a terminal. Text that comes
//! from users, services or files is escaped before it stands in a report, so
//! none of it can steer a terminal or a browser. Reports for terminals are
//! coloured; who writes them takes the colours out where they are not wanted.

pub mod draw;
mod plan_json;
mod plan_markdown;
mod plan_rows;
mod plan_text;
mod text;
mod tone;
mod value;

#[cfg(test)]
mod fixture;

pub use plan_json::plan_json;
pub use plan_markdown::plan_markdown;
pub use plan_text::plan_text;
