//! The state, against everything that can happen to it.

// The helpers of a test fail as the test does, and tell their figures.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub
)]

mod brake;
mod damage;
mod deep;
mod dice;
mod durable;
mod hostile;
mod lives;
mod pairs;
mod paused;
mod saved;
mod scene;
#[path = "../proof/types.rs"]
#[allow(dead_code)]
mod types;

/// Whether everything is tried, instead of what a change has time for.
fn proving() -> bool {
    std::env::var_os("MLPLAT_PROVE").is_some()
}
