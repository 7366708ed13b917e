//! `helm template` without helm: takes the same arguments, prints the same YAML.
//!
//! ```text
//! cargo run -p mlplat-helm --example helm-template -- demo ./chart.tgz -n apps --set replicas=2
//! ```
//!
//! Errors go to standard error with exit code 1. Generated passwords and keys differ from run to
//! run, as with helm.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line program"
)]

mod command;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

use command::{Arguments, run};

fn main() -> ExitCode {
    // Usage errors are errors like others: exit code 1.
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(usage) => {
            let _ = usage.print();
            return ExitCode::from(u8::from(usage.use_stderr()));
        }
    };
    match run(&arguments) {
        Ok((text, warnings)) => {
            for warning in warnings {
                eprintln!("warning: {warning}");
            }
            match std::io::stdout().write_all(text.as_bytes()) {
                Ok(()) => ExitCode::SUCCESS,
                Err(_) => ExitCode::FAILURE,
            }
        }
        Err(error) => {
            eprintln!("Error: {error}");
            ExitCode::FAILURE
        }
    }
}
