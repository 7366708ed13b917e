//! Auto scaling groups: only what is said about those that others make.

mod tag;

pub use tag::*;
