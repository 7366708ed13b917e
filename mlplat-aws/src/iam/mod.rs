//! Roles, their policies, and OpenID Connect providers.

mod oidc_provider;
mod role;
mod role_policy;
mod role_policy_attachment;

pub use oidc_provider::*;
pub use role::*;
pub use role_policy::*;
pub use role_policy_attachment::*;
