//! Semantic versions and constraints as the Go library Masterminds/semver 3.3 understands them.
//!
//! Helm compares chart versions with it, and templates reach it through `semver` and
//! `semverCompare`. It is looser than SemVer: `v1.2` is a version, `^1.x || >=3 <4-0` and
//! `1.2 - 1.4` are constraints, and a constraint without a pre-release never takes one.

mod constraint;
mod version;

pub use constraint::Constraint;
pub use version::{SemverError, Version};
