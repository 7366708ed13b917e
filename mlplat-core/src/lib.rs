//! The engine of mlplat: graph, plan, state, deployment; no AWS, no Kubernetes, no terminal.

// The `ids!` macro and derived code name this crate by its public name, also
// from within.
extern crate self as mlplat_core;

pub mod facts;
pub mod wiring;

pub use mlplat_macros::Resource;
pub use wiring::{Output, Secret};

/// What the macros of this crate expand to; not for direct use.
#[doc(hidden)]
pub mod export {
    pub use serde;
    pub use serde_json;
}
