//! What pod identities and IRSA share.

use std::marker::PhantomData;

use mlplat_core::wiring::{Expr, NodeRef};
use mlplat_core::{Output, Scope, ServiceAccountRef};
use serde_json::Value;

use crate::ids::RoleArn;

/// Credentials for the pods of one service account, by
/// [`PodIdentity`](crate::PodIdentity) or [`Irsa`](crate::Irsa). Which of the
/// two decides where pods get them: [`IdentityFor`](crate::IdentityFor).
#[derive(Debug, Clone)]
pub struct IdentityHandle<By> {
    /// The role that the pods act as.
    pub role_arn: Output<RoleArn>,
    /// The node that has to be there before the pods start: the association,
    /// or the role.
    pub node: NodeRef,
    /// The Kubernetes service account.
    pub account: ServiceAccountRef,
    pub(super) by: PhantomData<fn() -> By>,
}

/// A name that Kubernetes would refuse is a Problem: AWS does not look, and
/// the pods would be left without credentials in silence. A name that comes
/// from a node is checked there.
pub(super) fn check(scope: &mut Scope<'_>, account: &ServiceAccountRef) {
    check_name(scope, "a namespace", &account.namespace, NAMESPACE_MAX);
    let what = "a service account";
    check_name(scope, what, &account.name, SERVICE_ACCOUNT_MAX);
}

/// What a role of these pods is for. Not a reference to the account: the role
/// would wait for it, and with it for the cluster.
pub(super) fn description(scope: &Scope<'_>, account: &ServiceAccountRef) -> String {
    match (literal(&account.namespace), literal(&account.name)) {
        (Some(namespace), Some(name)) => format!("Pods of {namespace}/{name}"),
        _ => format!("Pods of {}", scope.path()),
    }
}

fn literal(name: &Output<String>) -> Option<&str> {
    match name.expr() {
        Expr::Literal(Value::String(name)) => Some(name),
        _ => None,
    }
}

fn check_name(scope: &mut Scope<'_>, what: &str, name: &Output<String>, longest: usize) {
    let Some(name) = literal(name) else { return };
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
const NAMESPACE_MAX: usize = 63;
/// Longest name of a service account (a DNS subdomain).
const SERVICE_ACCOUNT_MAX: usize = 253;
