//! What goes wrong, at every place where it can: each call, each type, each file operation.

// The helpers of a test fail as the test does, and tell their figures.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    dead_code,
    unreachable_pub
)]

mod answers;
mod clusters;
mod denied;
mod disk;
mod drift;
mod errors;
mod every;
mod expired;
#[path = "../support/kinds.rs"]
mod kinds;
mod lag;
mod lives;
mod lost;
mod order;
mod panics;
mod replace;
#[path = "../proof/types.rs"]
mod types;
mod watch;
mod wide;
