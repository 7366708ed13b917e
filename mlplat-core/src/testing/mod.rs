//! Tests of programs: plain `#[test]`, no cloud, no async, milliseconds.
//!
//! [`Stack::test`](crate::Stack::test) runs a program, freezes it and plans it
//! from an empty account, without a provider: what comes back is [`Tested`], a
//! value to ask. Queries give data; the helpers that assert panic with a
//! message that names what is nearest to what was asked for. A question that a
//! typing mistake would answer with "no" panics as well: a test that cannot
//! fail is none.

mod assertions;
mod glob;
mod nearest;
mod order;
mod snapshot;
mod tested;

pub use nearest::{fail, nearest};
pub use order::Order;
pub use snapshot::{NodeSnapshot, Snapshot};
pub use tested::Tested;
