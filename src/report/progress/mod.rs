//! Progress: events in, lines out.
//!
//! In a terminal a live tree shows what is under way; without one every step
//! that ends is a line; programs get the events themselves as JSON.

mod board;
mod lines;
mod live;
mod plain;

pub(crate) use live::Live;
pub(crate) use plain::{Json, Quiet};
