//! `PodIdentity`: credentials for pods on EC2 nodes.

use std::marker::PhantomData;

use mlplat_core::{Construct, Output, Scope, ServiceAccountRef};

use super::eks_cluster::EksClusterHandle;
use super::grant::Grants;
use super::identity::{IdentityHandle, check, description};
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
    account: ServiceAccountRef,
    role: Role,
    /// Whether there is something that gives the credentials to pods.
    agent: bool,
}

impl PodIdentity {
    /// An identity that may do nothing yet, for the pods of a service account:
    /// its handle, or `("namespace", "name")` of one that is made elsewhere.
    pub fn new(cluster: &EksClusterHandle, account: impl Into<ServiceAccountRef>) -> Self {
        Self {
            agent: cluster.addons.on_nodes.is_some(),
            ..Self::of(cluster.name.clone(), account.into())
        }
    }

    pub(super) fn of(cluster: Output<ClusterName>, account: ServiceAccountRef) -> Self {
        Self {
            cluster,
            account,
            role: Role::new(trust::pod_identity()),
            agent: true,
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
    pub fn grant(mut self, grant: impl Grants) -> Self {
        self.role = self.role.grant(grant);
        self
    }
}

impl Construct for PodIdentity {
    type Handle = IdentityHandle<Self>;

    fn build(self, scope: &mut Scope<'_>) -> IdentityHandle<Self> {
        check(scope, &self.account);
        if !self.agent {
            scope.problem(
                "no-agent",
                "its pods would get no credentials: the cluster has no Linux nodes, where the agent of EKS Pod Identity runs",
                "make the identity by Irsa::new(..); an application such as Mlflow does so by .on(&profile)",
            );
        }
        let described = description(scope, &self.account);
        let role = scope.add("role", self.role.describe(described));
        let tags = named(scope, "");
        let association = scope.add(
            "association",
            PodIdentityAssociation {
                tags,
                ..PodIdentityAssociation::new(
                    self.cluster,
                    &self.account.namespace,
                    &self.account.name,
                    &role.arn,
                )
            },
        );
        IdentityHandle {
            role_arn: role.arn,
            node: association.node,
            account: self.account,
            by: PhantomData,
        }
    }
}
