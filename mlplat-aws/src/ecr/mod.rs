//! Registries of container images.

mod image;
mod repository;

pub use image::*;
pub use repository::*;
