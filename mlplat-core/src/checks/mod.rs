//! Rules of one's own over a program.
//!
//! A check is a function from a frozen program to what it finds wrong. It sees
//! everything: nodes with their inputs, references, source lines, and the
//! environment in the graph's context. Checks are joined, run in a program or
//! in a test, and what is meant to be so is accepted with a reason.

mod accept;
mod set;

pub use set::Checks;
