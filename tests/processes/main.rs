//! Real processes: signals, pipes that close, disks that are full, folders that
//! nobody may write, and eight at once on one state.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic)]

mod crowd;
mod disk;
mod pipes;
mod run;
mod signals;
#[path = "../support/mod.rs"]
mod support;
#[path = "../world/mod.rs"]
mod world;
