//! `cargo xtask crash`: killed at every fault point.
//!
//! Two sweeps, one after the other, each on every core: random programs of the
//! catalogue's types with their edits, and the ZenML platform on one seed. They
//! run in a release build. `--seed K` tells the whole story of one seed; without
//! it the seeds are the same each time. The long runs are rows of `prove`.

use crate::stage::{cargo, succeed};

/// Which of the tests that are ignored: those of this name.
const SWEEPS: &str = "crash";

/// Runs both sweeps, or tells one seed.
///
/// # Errors
/// What is wrong with the words, or that a promise is broken.
pub(crate) fn run(words: &[&str]) -> Result<(), String> {
    let mut tests = cargo(&[
        "test",
        "--release",
        "--workspace",
        "--features",
        "mlplat-helm/fetch",
        "--test",
        "crash",
        "--example",
        "zenml_stack",
        "--quiet",
        "--",
        "--ignored",
        "--nocapture",
        SWEEPS,
    ]);
    match words {
        [] => {}
        ["--seed", seed] if seed.parse::<u64>().is_ok() => {
            tests.env("MLPLAT_CRASH_SEED", seed);
        }
        _ => return Err(format!("{words:?} is no --seed with a number")),
    }
    succeed(&mut tests)
}
