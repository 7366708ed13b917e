//! Helm charts rendered in Rust, object for object as helm does.

pub mod value;
