//! Helm charts rendered in Rust, object for object as helm does.

pub mod chart;
#[cfg(feature = "fetch")]
pub mod fetch;
pub mod funcs;
mod gofmt;
pub mod opaque;
pub mod render;
pub mod semver;
mod stack;
pub mod template;
pub mod value;
pub mod values;
pub mod yaml;
