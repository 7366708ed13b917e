//! Outputs inside typed Kubernetes structs.
//!
//! The structs of `k8s-openapi` hold plain strings, and an output is no plain
//! string: its text may be known only after a deployment. [`Spec::of`] bridges
//! the two without a second object model and without anything lazy:
//!
//! 1. It draws a nonce and runs the given closure at once.
//! 2. [`Wires::text`] notes an output and returns a *marker* that carries the
//!    nonce and the output's number. The closure puts it where the text goes,
//!    alone or inside a longer string.
//! 3. The finished struct is written as JSON, and every marker in it is
//!    replaced by the expression that it stands for. What remains is a plain
//!    document, in which the planner sees each reference at its place.
//!
//! A marker that went nowhere, that comes from another call or that stands
//! where the document cannot hold an output (a key) is a
//! [`Problem`](mlplat_core::Problem) of the object. The nonce is why no text
//! from outside can be taken for a marker.

mod marker;
mod spec;
mod text;

pub use spec::Spec;
pub use text::{PodText, Wires};
