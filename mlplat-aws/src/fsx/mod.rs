//! Fast file systems.

mod data_repository_association;
mod file_system;

pub use data_repository_association::*;
pub use file_system::*;
