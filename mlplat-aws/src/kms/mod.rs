//! Encryption keys.

mod alias;
mod key;

pub use alias::*;
pub use key::*;
