//! Lease, segment and testament as bytes.
//!
//! Each is one header line with name, format, length and checksum, and JSON:
//! a lease whose place to start has one other digit would else lead a reader
//! past the whole state, to an empty one. Format 1 was the JSON alone, and is
//! still read.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::FormatError;
use super::format::{body_of, checked};

/// The format that this version writes, and the newest that it reads.
pub(super) const FORMAT: u32 = 2;
/// How the objects start.
pub(super) const LEASE: &str = "mlplat-lease";
pub(super) const SEGMENT: &str = "mlplat-segment";
pub(super) const TESTAMENT: &str = "mlplat-testament";

/// An object as bytes.
pub(super) fn encode(name: &str, value: &impl Serialize) -> Vec<u8> {
    // These are structs of texts and numbers: they always have a JSON form.
    checked(name, FORMAT, &serde_json::to_vec(value).unwrap_or_default())
}

/// What [`encode`] wrote, in this format or an earlier one.
pub(super) fn decode<T: DeserializeOwned>(name: &str, bytes: &[u8]) -> Result<T, FormatError> {
    let body = match bytes.first() {
        Some(b'{') => bytes,
        _ => body_of(name, FORMAT, bytes)?,
    };
    serde_json::from_slice(body).map_err(|why| FormatError::Damaged(why.to_string()))
}
