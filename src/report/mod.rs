//! Reports: data in, text out.
//!
//! Nothing here decides what to do, asks the time or reads an environment.
//! Text that comes from users, services or files is escaped before it stands
//! in a report, so none of it can steer a terminal or a browser. Reports for
//! terminals are coloured; who writes them takes the colours out where they
//! are not wanted.

mod checks;
pub mod draw;
mod drift;
mod ending;
mod history;
mod links;
mod next_steps;
mod outputs;
mod plan_json;
mod plan_markdown;
mod plan_rows;
mod plan_text;
mod program_docs;
pub(crate) mod progress;
mod secrets;
pub(crate) mod text;
pub(crate) mod tone;
mod value;
mod why;

#[cfg(test)]
mod fixture;

pub use checks::{Check, checks_text};
pub use drift::drift_text;
pub use ending::ending;
pub use history::{history_json, history_text};
pub use next_steps::next_steps;
pub use outputs::{output_value, outputs_env, outputs_json, outputs_text};
pub use plan_json::{drift_json, plan_json};
pub use plan_markdown::plan_markdown;
pub use plan_text::plan_text;
pub use program_docs::program_docs;
pub(crate) use program_docs::{BEGIN as DOCS_BEGIN, END as DOCS_END};
pub use secrets::secrets_text;
pub use why::why;
