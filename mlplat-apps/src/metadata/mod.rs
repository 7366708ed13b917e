//! Databases as applications see them.

mod rds;
mod store;

pub use store::{ClientTls, Dialect, MetadataStore};
