//! Helm charts rendered in Rust, object for object as helm does.

pub mod chart;
pub mod funcs;
mod gofmt;
pub mod opaque;
pub mod render;
pub mod semver;
pub mod template;
pub mod value;
pub mod values;
pub mod yaml;
