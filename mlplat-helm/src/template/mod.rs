//! Go's `text/template`, as helm configures it.

mod error;
mod set;

pub use error::{Error, ErrorKind, Location};
pub use set::{TemplateSet, sort_names};
