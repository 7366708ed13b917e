//! PostgreSQL in a cluster, for where RDS is too much.
//!
//! `settings` says what runs, as a pure function; `construct` makes objects of
//! it, `handle` is what applications take.

mod construct;
mod handle;
mod pods;
mod settings;

pub use construct::{DEFAULT_IMAGE, PostgresInCluster};
pub use handle::PostgresInClusterHandle;
