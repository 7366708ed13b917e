//! `PodIdentity`: credentials for pods on EC2 nodes.

use std::marker::PhantomData;

use mlplat_core::wiring::Gives;
use mlplat_core::{Construct, Output, Scope, ServiceAccountRef};

use super::eks_cluster_handle::EksClusterHandle;
use super::grant::Grants;
use super::identity::{IdentityHandle, check, description};
use super::role::Role;
use super::tags::named;
use crate::action;
use crate::eks::PodIdentityAssociation;
use crate::ids::{ClusterName, RoleArn};
use crate::policy::{Limit, ManagedPolicy, PolicyDocument, Statement, trust};

/// A role for the pods of one service account, by EKS Pod Identity. Works on
/// Linux EC2 nodes; pods on Fargate need [`Irsa`](crate::Irsa).
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct PodIdentity {
    cluster: Output<ClusterName>,
    account: ServiceAccountRef,
    role: Role,
    /// Whether pods of the cluster get credentials this way.
    works: bool,
    target: Option<Output<RoleArn>>,
    session: Option<PolicyDocument>,
}

impl PodIdentity {
    /// An identity that may do nothing yet, for the pods of a service account:
    /// its handle, or `("namespace", "name")` of one that is made elsewhere.
    pub fn new(cluster: &EksClusterHandle, account: impl Into<ServiceAccountRef>) -> Self {
        Self {
            works: cluster.compute.gives_pod_identity(),
            ..Self::of(cluster.name.clone(), account.into())
        }
    }

    pub(super) fn of(cluster: Output<ClusterName>, account: ServiceAccountRef) -> Self {
        Self {
            cluster,
            account,
            role: Role::new(trust::pod_identity()),
            works: true,
            target: None,
            session: None,
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

    /// Acts as a role of another account, which has to trust this one's role
    /// with `sts:AssumeRole` and `sts:TagSession`. What this one is granted
    /// beside that does not reach the pods.
    pub fn target_role(mut self, role: impl Gives<RoleArn>) -> Self {
        let role = role.into();
        let chain = Statement::allow([action!("sts:AssumeRole"), action!("sts:TagSession")]);
        self.role = self.role.allow(chain.on([role.cast()]));
        self.target = Some(role);
        self
    }

    /// Narrows the role for these pods: they may do what both the role and
    /// these statements permit. EKS then leaves out its session tags, so a
    /// condition on `aws:PrincipalTag/kubernetes-namespace` no longer holds.
    pub fn session_policy(mut self, statements: impl IntoIterator<Item = Statement>) -> Self {
        self.session = Some(PolicyDocument::new(statements));
        self
    }

    fn check(&self, scope: &mut Scope<'_>) {
        check(scope, &self.account);
        if !self.works {
            scope.problem(
                "no-pod-identity",
                "its pods would get no credentials: the cluster has no Linux nodes, where the agent of EKS Pod Identity runs",
                "make the identity by Irsa::new(..); an application such as Mlflow does so by .on(&profile)",
            );
        }
        if let Some(Err(error)) = self.session.as_ref().map(|it| it.check(Limit::Session)) {
            scope.problem(
                "policy-too-long",
                format!("EKS would refuse to {error}"),
                "use wildcards, or narrow the role itself",
            );
        }
    }
}

impl Construct for PodIdentity {
    type Handle = IdentityHandle<Self>;

    fn build(self, scope: &mut Scope<'_>) -> IdentityHandle<Self> {
        self.check(scope);
        let described = description(scope, &self.account);
        let role = scope.add("role", self.role.describe(described));
        let tags = named(scope, "");
        let association = scope.add(
            "association",
            PodIdentityAssociation {
                target_role_arn: self.target,
                disable_session_tags: self.session.is_some().then(|| true.into()),
                policy: self.session.map(Into::into),
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
