//! Helm charts rendered in Rust, object for object as helm does.

pub mod funcs;
pub mod template;
pub mod value;
pub mod yaml;
