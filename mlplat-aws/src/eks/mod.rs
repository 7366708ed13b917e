//! Clusters and what belongs to them.

mod access_entry;
mod access_policy_association;
mod addon;
mod cluster;
mod fargate_profile;
mod nodegroup;
mod pod_identity_association;

pub use access_entry::*;
pub use access_policy_association::*;
pub use addon::*;
pub use cluster::*;
pub use fargate_profile::*;
pub use nodegroup::*;
pub use pod_identity_association::*;
