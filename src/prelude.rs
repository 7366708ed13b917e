//! What nearly every program needs.

pub use std::process::ExitCode;

pub use mlplat_core::graph::{Construct, Lifecycle, Scope, Stack};
pub use mlplat_core::null::Null;
pub use mlplat_core::{Output, Secret, text};
