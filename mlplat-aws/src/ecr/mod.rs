//! Registries of container images.

mod pull_through_cache_rule;
mod repository;

pub use pull_through_cache_rule::*;
pub use repository::*;
