//! Registries of container images.

mod repository;

pub use repository::*;
