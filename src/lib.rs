//! Machine-learning platforms on AWS and Kubernetes as typed Rust programs.
//!
//! A program composes typed constructs on a [`Stack`](core::Stack) and hands
//! itself to [`cli`], which plans, deploys, checks and destroys it:
//!
//! ```no_run
//! use mlplat::prelude::*;
//!
//! fn main() -> ExitCode {
//!     mlplat::cli("hello", hello)
//! }
//!
//! fn hello(stack: &mut Stack) {
//!     let first = stack.add("first", Null { name: "a".into(), value: None, after: vec![] });
//!     stack.output("first", &first.id);
//! }
//! ```
//!
//! The same engine can be embedded: see [`core::deploy::Engine`], and
//! [`report`] for the texts and pictures that the command line shows. Tests of
//! programs have a toolkit of their own: [`testing`].

mod cli;
pub mod prelude;
pub mod provider;
pub mod report;
mod target;
pub mod testing;

#[doc(hidden)]
pub use cli::hostile;
pub use cli::{Cli, cli};
pub use mlplat_apps as apps;
pub use mlplat_aws as aws;
pub use mlplat_core as core;
pub use mlplat_k8s as k8s;
pub use mlplat_sim as sim;
