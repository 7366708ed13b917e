//! The one door to time, randomness and files.
//!
//! Everything in this crate that waits, draws a random number or touches a
//! disk asks its [`World`]. The simulated world answers with virtual time,
//! seeded numbers and files that can lose what was not synced; every other
//! line is the same in both.

mod files;
mod system;

use std::time::Duration;

use futures::future::BoxFuture;

pub use files::{Files, LockGuard};
pub use system::{SystemFiles, SystemWorld};

/// Time, randomness and files.
pub trait World: Send + Sync {
    /// Time since some fixed moment; it never runs backwards.
    fn now(&self) -> Duration;

    /// Seconds since 1970, for people to read. Nothing depends on it.
    fn unix_time(&self) -> u64;

    /// Waits.
    fn sleep(&self, time: Duration) -> BoxFuture<'static, ()>;

    /// Fills the buffer with numbers nobody can guess.
    fn random(&self, buffer: &mut [u8]);

    /// The file system.
    fn files(&self) -> &dyn Files;

    /// A place where the process may die: before and after every effect that
    /// outlives it. A test world ends the run at the n-th.
    fn fault_point(&self, _name: &'static str) {}

    /// Whether the process still lives. In a test world it may have died at a
    /// fault point; nothing it does after that may have an effect.
    fn alive(&self) -> bool {
        true
    }
}
