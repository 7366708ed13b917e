//! Databases.

mod db_instance;
mod db_parameter_group;
mod db_subnet_group;

pub use db_instance::*;
pub use db_parameter_group::*;
pub use db_subnet_group::*;
