//! Roles, their policies, and OpenID Connect providers.

mod managed_policy;
mod oidc_provider;
mod role;
mod role_policy;
mod role_policy_attachment;

pub use managed_policy::*;
pub use oidc_provider::*;
pub use role::*;
pub use role_policy::*;
pub use role_policy_attachment::*;
