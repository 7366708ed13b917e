//! The command line: arguments in, engine called, reports out.

mod args;
mod ask;
mod asked;
mod bounded;
mod builder;
mod commands;
mod effect;
mod failure;
pub mod hostile;
mod out;
mod panics;
mod places;
mod run;
mod session;
mod settings;
mod signals;
mod step;

pub use builder::{Cli, cli};
pub(crate) use places::Places;
