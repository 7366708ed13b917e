//! What one needs to write a resource type and a provider of one's own.
//!
//! `examples/custom_resource.rs` has one from end to end; [`conformance`] is
//! the suite to prove it with. A service whose objects have keys implements
//! [`KeyedService`]; any other implements [`Reader`] and [`Provider`].

pub use async_trait::async_trait;
pub use mlplat_core::Resource;
pub use mlplat_core::facts::*;
pub use mlplat_core::ids;
pub use mlplat_core::provider::*;
pub use serde_json::{Map, Value, json};
