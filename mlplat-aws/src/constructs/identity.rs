//! What pod identities and IRSA share.

use mlplat_core::wiring::NodeRef;
use mlplat_core::{Output, Scope};

use crate::ids::RoleArn;

/// Credentials for the pods of one service account.
#[derive(Debug, Clone)]
pub struct IdentityHandle {
    /// The role that the pods act as.
    pub role_arn: Output<RoleArn>,
    /// The node that has to be there before the pods start: the association,
    /// or the role.
    pub node: NodeRef,
    /// The Kubernetes namespace.
    pub namespace: String,
    /// The Kubernetes service account.
    pub service_account: String,
}

/// A name that Kubernetes would refuse is a Problem: AWS does not look, and
/// the pods would be left without credentials in silence.
pub(super) fn check_name(scope: &mut Scope<'_>, what: &str, name: &str, longest: usize) {
    let inner = |c: char| {
        c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || (c == '.' && longest > 63)
    };
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let fits = name.len() <= longest
        && name.chars().all(inner)
        && edge(name.chars().next())
        && edge(name.chars().last());
    if !fits {
        scope.problem(
            "bad-kubernetes-name",
            format!("\"{}\" is not a name for {what}", name.escape_debug()),
            format!("use 1 to {longest} of a-z 0-9 and -, with a letter or digit at both ends"),
        );
    }
}

/// Longest name of a namespace (a DNS label).
pub(super) const NAMESPACE_MAX: usize = 63;
/// Longest name of a service account (a DNS subdomain).
pub(super) const SERVICE_ACCOUNT_MAX: usize = 253;
