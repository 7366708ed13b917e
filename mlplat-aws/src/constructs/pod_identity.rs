//! `PodIdentity`: credentials for pods on EC2 nodes.

use mlplat_core::{Construct, Output, Scope};

use super::eks_cluster::EksClusterHandle;
use super::grant::Grant;
use super::identity::{IdentityHandle, NAMESPACE_MAX, SERVICE_ACCOUNT_MAX, check_name};
use super::role::Role;
use super::tags::named;
use crate::eks::PodIdentityAssociation;
use crate::ids::ClusterName;
use crate::policy::{ManagedPolicy, Statement, trust};

/// A role for the pods of one service account, by EKS Pod Identity. Works on
/// Linux EC2 nodes; pods on Fargate need [`Irsa`](crate::Irsa).
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct PodIdentity {
    cluster: Output<ClusterName>,
    namespace: String,
    service_account: String,
    role: Role,
}

impl PodIdentity {
    /// An identity that may do nothing yet.
    pub fn new(
        cluster: &EksClusterHandle,
        namespace: impl Into<String>,
        service_account: impl Into<String>,
    ) -> Self {
        Self::of(
            cluster.name.clone(),
            namespace.into(),
            service_account.into(),
        )
    }

    pub(super) fn of(
        cluster: Output<ClusterName>,
        namespace: String,
        service_account: String,
    ) -> Self {
        let role = Role::new(trust::pod_identity())
            .describe(format!("Pods of {namespace}/{service_account}"));
        Self {
            cluster,
            namespace,
            service_account,
            role,
        }
    }

    /// With a policy of AWS.
    pub fn managed(mut self, policy: ManagedPolicy) -> Self {
        self.role = self.role.managed(policy);
        self
    }

    /// With further permissions.
    pub fn allow(mut self, statement: Statement) -> Self {
        self.role = self.role.allow(statement);
        self
    }

    /// With what a grant permits: `bucket.read()`.
    pub fn grant(mut self, grant: Grant) -> Self {
        self.role = self.role.grant(grant);
        self
    }
}

impl Construct for PodIdentity {
    type Handle = IdentityHandle;

    fn build(self, scope: &mut Scope<'_>) -> IdentityHandle {
        check_name(scope, "a namespace", &self.namespace, NAMESPACE_MAX);
        check_name(
            scope,
            "a service account",
            &self.service_account,
            SERVICE_ACCOUNT_MAX,
        );
        let role = scope.add("role", self.role);
        let tags = named(scope, "");
        let association = scope.add(
            "association",
            PodIdentityAssociation {
                tags,
                ..PodIdentityAssociation::new(
                    self.cluster,
                    self.namespace.as_str(),
                    self.service_account.as_str(),
                    &role.arn,
                )
            },
        );
        IdentityHandle {
            role_arn: role.arn,
            node: association.node,
            namespace: self.namespace,
            service_account: self.service_account,
        }
    }
}
