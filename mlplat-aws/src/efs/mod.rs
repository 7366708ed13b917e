//! File systems that many machines mount at once.

mod access_point;
mod file_system;
mod mount_target;

pub use access_point::*;
pub use file_system::*;
pub use mount_target::*;
