//! What makes an object acceptable: names and metadata ([`metadata`]), text forms ([`names`]), and what single kinds
//! ask for ([`strategy`]).

mod metadata;
mod names;
pub(crate) mod strategy;

pub(crate) use metadata::{validate_metadata, validate_metadata_update};
