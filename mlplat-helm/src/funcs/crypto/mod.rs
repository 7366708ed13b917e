//! Hashes, passwords, encryption, keys and certificates.

mod hash;

pub(super) use hash::ROWS;

use super::function::Function;

pub(super) static CERTIFICATE_ROWS: &[Function] = &[];
