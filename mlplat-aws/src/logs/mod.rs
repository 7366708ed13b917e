//! CloudWatch Logs.

mod log_group;
mod retention;

pub use log_group::*;
pub use retention::*;
