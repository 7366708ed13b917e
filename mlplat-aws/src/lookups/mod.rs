//! Read-only questions, answered at plan when credentials exist and pinned in
//! the state.
//!
//! The forms of their outputs are what the simulated cloud answers.

mod addon_version;
mod availability_zones;
mod caller_identity;
mod caller_ip;
mod cluster_versions;
mod hosted_zone_by_name;
mod private_hosted_zone;
mod service_quota;

pub use addon_version::*;
pub use availability_zones::*;
pub use caller_identity::*;
pub use caller_ip::*;
pub use cluster_versions::*;
pub use hosted_zone_by_name::*;
pub use private_hosted_zone::*;
pub use service_quota::*;
