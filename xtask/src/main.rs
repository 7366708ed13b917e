//! The project's own tasks.
//!
//! - `cargo xtask test`: everything that a change must pass;
//! - `cargo xtask crash`: kills of random programs at every fault point;
//! - `cargo xtask bench`: the benchmarks, written to `docs/benchmarks.md`;
//! - `cargo xtask prove`: the long runs, written to `docs/proof.md`;
//! - `cargo xtask docs`: the generated parts of the documentation;
//! - `cargo xtask faults`: `docs/faults.md`, from the last run of the tests;
//! - `cargo xtask lengths`: how long files and functions are;
//! - `cargo xtask mutants`: seeded bugs, written to `docs/mutants.md`;
//! - `cargo xtask cold`: what the first build costs.

mod apps;
mod bench;
mod cold;
mod crash;
mod docs;
mod faults;
mod floors;
mod helm;
mod lengths;
mod mutants;
mod oracle;
mod prove;
mod python;
mod secrets;
mod stage;
mod test;

use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words[..] {
        ["bench"] => ended(bench::run()),
        ["cold"] => ended(cold::run()),
        ["crash", ref words @ ..] => ended(crash::run(words)),
        ["docs"] => ended(docs::run()),
        ["faults"] => ended(faults::write()),
        ["lengths"] => ended(lengths::run()),
        ["mutants", ref words @ ..] => ended(mutants::run(words)),
        ["prove", ref only @ ..] => ended(prove::run(only)),
        ["test"] => test::run(&[]),
        ["test", ref only @ ..] => test::run(only),
        _ => {
            stage::say(
                "usage: cargo xtask test [STAGE ...] | crash [--seed K] | bench | prove | docs | faults | lengths | mutants | cold",
            );
            ExitCode::FAILURE
        }
    }
}

fn ended(result: Result<(), String>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            stage::say(&why);
            ExitCode::FAILURE
        }
    }
}
