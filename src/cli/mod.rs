//! The command line: arguments in, engine called, reports out.

mod args;
mod commands;
mod failure;
mod out;
mod run;
mod session;
mod settings;
mod signals;

pub use run::cli;
