//! Field ownership: who last decided the value of which field, and what server-side apply does with that.
//!
//! `set` holds sets of paths, `typed` compares and merges values by their type, `managers` keeps
//! `metadata.managedFields`.

mod managers;
mod set;
mod typed;

pub use managers::{ApplyError, Conflict, Manager, ManagerSet, Operation, Write};
pub use set::{FieldSet, PathElement, display_path};
pub use typed::{Comparison, Malformed, Typed};
