//! The engine of mlplat: graph, plan, state, deployment; no AWS, no Kubernetes, no terminal.

// The `ids!` macro and derived code name this crate by its public name, also
// from within.
extern crate self as mlplat_core;

pub mod checks;
pub mod deploy;
pub mod facts;
pub mod generators;
pub mod graph;
pub mod name;
pub mod null;
pub mod plan;
pub mod provider;
pub mod seal;
pub mod state;
pub mod testing;
pub mod wiring;
pub mod world;

mod cluster;
mod digest;
mod path;
mod problem;

pub use cluster::{Cluster, ClusterAccess, ServiceAccountRef};
pub use deploy::Engine;
pub(crate) use digest::hex;
pub use graph::{Construct, Context, Graph, Lifecycle, Scope, Stack};
pub use mlplat_macros::{Resource, Settings, StackOutputs};
pub use path::{NodePath, PathError};
pub use problem::{Located, Problem, Problems, Source};
pub use wiring::{Output, Secret};

/// What the macros of this crate expand to; not for direct use.
#[doc(hidden)]
pub mod export {
    pub use serde;
    pub use serde_json;

    /// What `derive(Settings)` uses.
    pub mod settings {
        pub use crate::graph::{ByNothing, ByValue, Shown, Told, tell};
    }
}
