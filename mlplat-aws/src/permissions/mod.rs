//! What a deployer has to be allowed, type by type.
//!
//! For each type: the IAM actions of its calls, by what they do to an object;
//! the ARNs of its objects and of what its calls touch beside; the roles that
//! it hands to a service; the service-linked roles that AWS makes on its
//! behalf. `cargo xtask test facts` compares the actions with the permissions
//! of CloudFormation's handlers and with the operations of the APIs.
//!
//! [`deployer_policy`](crate::policy::deployer_policy) makes a policy of them.

mod cluster;
mod data;
mod dns;
mod identity;
mod network;
mod storage;
mod table;

pub use table::{EVERYWHERE, Pass, Permissions, all, of};
