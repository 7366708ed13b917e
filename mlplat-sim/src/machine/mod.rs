//! A machine to run engines on: files that survive, processes that do not.
//!
//! A [`Machine`] keeps files. A [`Process`] is a [`World`](mlplat_core::world::World)
//! on it: virtual time (tokio's paused clock), seeded randomness, and a fault
//! point at which it dies. A run is one future; when the process dies the
//! future is dropped whole, and the next process starts from what is on disk.

mod files;
mod process;
mod run;
mod trouble;

pub use files::MemoryFiles;
pub use process::{Machine, Process};
pub use run::{Ended, run};
pub use trouble::{DiskError, Trouble};
