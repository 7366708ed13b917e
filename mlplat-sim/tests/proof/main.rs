//! What the engine promises, proved on the simulated account.

// The helpers of a test fail as the test does, and tell their figures.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    dead_code,
    unreachable_pub
)]

mod bad_state;
mod cancel;
mod data;
mod drift;
mod existing;
mod faults;
mod fenced;
mod kill;
mod lifecycle;
mod limits;
mod namesakes;
mod oracles;
mod provider_bugs;
mod remote;
mod rotate;
mod saved;
mod step;
mod stores;
mod timing;
mod types;
#[path = "../faults/watch.rs"]
mod watch;
