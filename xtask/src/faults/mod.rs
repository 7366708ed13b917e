//! The failure promises: which tests keep each of them, and what they showed.
//!
//! Rows are in `xtask/faults.toml`. A test says `Proves fault 7.` in its doc
//! comment, and prints the figure that the row is about in a line that begins
//! with `figure: `. Of both `docs/faults.md` is made.

mod check;
mod figures;
mod marks;
mod page;
mod rows;

pub(crate) use check::check;
pub(crate) use page::write;
