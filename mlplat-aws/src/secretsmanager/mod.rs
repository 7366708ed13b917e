//! Secrets that AWS keeps.

mod secret;

pub use secret::*;
