//! When two values in a Kubernetes object mean the same.
//!
//! An object comes back from the server other than it was sent: quantities in
//! their canonical form, zero values left out, defaults and other people's
//! fields added, items of others in lists. [`ours`] projects what there is on
//! what was applied: it keeps only the members that we have set, finds list
//! items by their keys, and gives a value back as we wrote it where it means
//! the same. What is left over differs because somebody changed it.
//!
//! What a member means is told by its name, as the API's schema uses it in the
//! kinds of this crate; a test in `mlplat-sim` compares the names with that
//! schema.

mod names;
mod project;
mod quantity;

pub use names::canonical;
pub use project::ours;
