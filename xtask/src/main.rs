//! The project's own tasks.
//!
//! - `cargo xtask test`: everything that a change must pass;
//! - `cargo xtask bench`: the benchmarks, written to `docs/benchmarks.md`;
//! - `cargo xtask prove`: the long runs, written to `docs/proof.md`.

mod oracle;
mod stage;
mod test;

use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words[..] {
        ["test"] => test::run(&[]),
        ["test", ref only @ ..] => test::run(only),
        _ => {
            stage::say("usage: cargo xtask test [STAGE ...] | bench | prove");
            ExitCode::FAILURE
        }
    }
}
