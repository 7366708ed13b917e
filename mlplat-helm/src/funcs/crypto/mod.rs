//! Hashes, passwords, encryption, keys and certificates.
//!
//! All randomness comes from the seed of the call, so that a certificate made
//! twice with one seed at one time is the same, byte for byte.

mod certificate;
mod der;
mod dsa;
mod functions;
mod hash;
mod key;
mod pem;

pub(super) use functions::CERTIFICATE_ROWS;
pub(super) use hash::ROWS;
