//! The seam to clouds and clusters.
//!
//! A provider makes one API call per method and never waits, retries or
//! remembers: waiting, retrying and remembering are the engine's. The
//! read-only half is a trait of its own, so that a plan is handed something
//! that cannot change anything, by type.

pub mod conformance;
mod error;
mod keyed;
mod registry;
mod seam;

pub use error::{ErrorKind, ProviderError};
pub use keyed::{Kept, KeyedService, Wanted};
pub use registry::Providers;
pub use seam::{
    Call, Find, Limit, Made, Observed, Owned, Provider, Reader, Request, Status, Target,
};
