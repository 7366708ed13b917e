//! The objects of a cluster, the log of their changes, and the counters that identify them.

mod index;
mod log;
mod objects;
mod selector;

pub use log::{Event, EventKind};
pub use objects::{ClusterConfig, Store};
pub use selector::Selector;
