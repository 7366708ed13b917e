//! What makes an object acceptable: names and metadata (`metadata`), text forms (`names`), and what single kinds
//! ask for (`strategy`, `workloads`).

mod metadata;
mod names;
pub(crate) mod strategy;
pub(crate) mod workloads;

pub(crate) use metadata::{validate_metadata, validate_metadata_update};
