//! The functions that templates can call.

mod context;

pub use context::{CallSite, Context, Limits, Lookup, NoCluster, SeedSource};
