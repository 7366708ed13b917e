//! Helm charts rendered in Rust, object for object as helm does.
//!
//! A [`chart`] is loaded from a folder or an archive, its [`values`] are merged with those of the
//! user, its templates are executed by [`template`] with the functions of [`funcs`], and
//! [`render`] splits what they make into objects and hooks. [`opaque`] plans with values that are
//! unknown or secret. The README shows how to embed it and what differs from helm.

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

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeExamples;
