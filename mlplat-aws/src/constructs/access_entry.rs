//! `AccessEntry`: who may sign in to a cluster, and what they may do.

use mlplat_core::wiring::{Expr, Gives, KnownText, NodeRef};
use mlplat_core::{Construct, Output, Scope};
use serde_json::Value;

use super::eks_cluster_handle::EksClusterHandle;
use super::tags::named;
use crate::eks::{self, AccessPolicyAssociation, AccessScopeType};
use crate::ids::{ClusterName, PrincipalArn};
use crate::policy::AccessPolicy;

/// An IAM role or user that may sign in to a cluster, with EKS's access
/// policies or Kubernetes groups of its own.
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct AccessEntry {
    cluster: Output<ClusterName>,
    principal: Output<PrincipalArn>,
    policies: Vec<AccessPolicy>,
    namespaces: Vec<String>,
    groups: Vec<String>,
}

impl AccessEntry {
    /// An entry for a role or user by its ARN. It may do nothing yet.
    pub fn new(cluster: &EksClusterHandle, principal: impl Gives<PrincipalArn>) -> Self {
        Self::of(cluster.name.clone(), principal.into())
    }

    pub(super) fn of(cluster: Output<ClusterName>, principal: Output<PrincipalArn>) -> Self {
        Self {
            cluster,
            principal,
            policies: Vec::new(),
            namespaces: Vec::new(),
            groups: Vec::new(),
        }
    }

    /// With an access policy, in the whole cluster unless namespaces are named.
    pub fn policy(mut self, policy: AccessPolicy) -> Self {
        self.policies.push(policy);
        self
    }

    /// Only in these namespaces.
    pub fn namespaces<S: KnownText>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.namespaces = names.into_iter().map(Into::into).collect();
        self
    }

    /// In a Kubernetes group, for role bindings of one's own.
    pub fn group(mut self, group: impl KnownText) -> Self {
        self.groups.push(group.into());
        self
    }

    fn check(&self, scope: &mut Scope<'_>) {
        if let Expr::Literal(Value::String(arn)) = self.principal.expr() {
            check_principal(scope, arn);
        }
        for group in self
            .groups
            .iter()
            .filter(|group| group.starts_with("system:"))
        {
            scope.problem(
                "reserved-group",
                format!("EKS would refuse the group \"{}\"", group.escape_debug()),
                "choose a name that does not begin with system:",
            );
        }
        if !self.namespaces.is_empty() && self.policies.is_empty() {
            scope.problem(
                "no-access-policy",
                "namespaces limit an access policy, and there is none",
                "add .policy(..), or leave the namespaces out",
            );
        }
    }
}

/// A principal is a role or user; a session of a role is not.
fn check_principal(scope: &mut Scope<'_>, arn: &str) {
    let parts: Vec<_> = arn.splitn(6, ':').collect();
    let fits = match parts.as_slice() {
        ["arn", _, "iam", "", account, name] => {
            account.len() == 12
                && account.bytes().all(|byte| byte.is_ascii_digit())
                && (name.starts_with("role/") || name.starts_with("user/"))
        }
        _ => false,
    };
    if fits {
        return;
    }
    let fix = if arn.contains(":assumed-role/") {
        "name the role itself, not a session of it: arn:aws:iam::123456789012:role/name"
    } else {
        "name a role or user: arn:aws:iam::123456789012:role/name"
    };
    let what = format!("\"{}\" cannot have an access entry", arn.escape_debug());
    scope.problem("bad-principal", what, fix);
}

impl Construct for AccessEntry {
    /// The nodes that have to be there before the principal can do anything:
    /// the entry and its policies.
    type Handle = Vec<NodeRef>;

    fn build(self, scope: &mut Scope<'_>) -> Vec<NodeRef> {
        self.check(scope);
        let tags = named(scope, "");
        let entry = scope.add(
            "entry",
            eks::AccessEntry {
                kubernetes_groups: self.groups.into_iter().map(Into::into).collect(),
                tags,
                ..eks::AccessEntry::new(&self.cluster, &self.principal)
            },
        );
        let scope_type = match self.namespaces.is_empty() {
            true => AccessScopeType::Cluster,
            false => AccessScopeType::Namespace,
        };
        let mut nodes = vec![entry.node];
        for policy in self.policies {
            let association = scope.add(
                policy.name(),
                AccessPolicyAssociation {
                    cluster_name: self.cluster.clone(),
                    principal_arn: entry.principal_arn.clone(),
                    policy_arn: policy.into(),
                    access_scope_type: scope_type.into(),
                    access_scope_namespaces: self
                        .namespaces
                        .iter()
                        .map(|n| n.as_str().into())
                        .collect(),
                },
            );
            nodes.push(association.node);
        }
        nodes
    }
}
