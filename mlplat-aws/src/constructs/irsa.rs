//! `Irsa`: credentials by the cluster's tokens.

use std::marker::PhantomData;

use mlplat_core::{Construct, Output, Scope, ServiceAccountRef};

use super::eks_cluster_handle::EksClusterHandle;
use super::grant::Grants;
use super::identity::{IdentityHandle, check, description};
use super::role::Role;
use crate::iam::OidcProvider;
use crate::ids::Tags;
use crate::policy::{ManagedPolicy, PolicyDocument, Statement, trust};

/// A role for the pods of one service account, by tokens that the cluster
/// signs (IAM roles for service accounts). For Fargate, and for add-ons that
/// do not know Pod Identity; the account's trust in the cluster's issuer is
/// set up once per cluster.
///
/// The service account needs the annotation `eks.amazonaws.com/role-arn`.
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct Irsa {
    issuer_url: Output<String>,
    provider_key: String,
    account: ServiceAccountRef,
    role: Role,
}

impl Irsa {
    /// An identity that may do nothing yet, for the pods of the service
    /// account `("namespace", "name")`. The account itself comes later: it is
    /// annotated with the role.
    pub fn new(cluster: &EksClusterHandle, account: impl Into<ServiceAccountRef>) -> Self {
        let account = account.into();
        // The trust policy names the provider, which is added with the role.
        let role = Role::new(PolicyDocument::new([]));
        Self {
            issuer_url: cluster.issuer_url.clone(),
            provider_key: format!("oidc-provider-{}", cluster.key),
            account,
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
    pub fn grant(mut self, grant: impl Grants) -> Self {
        self.role = self.role.grant(grant);
        self
    }
}

impl Construct for Irsa {
    type Handle = IdentityHandle<Self>;

    fn build(self, scope: &mut Scope<'_>) -> IdentityHandle<Self> {
        check(scope, &self.account);
        let provider = scope.shared(
            &self.provider_key,
            OidcProvider {
                url: self.issuer_url,
                client_id_list: vec!["sts.amazonaws.com".into()],
                thumbprint_list: None,
                tags: Tags::new(),
            },
        );
        let trust = trust::irsa(provider.arn, provider.issuer, &self.account);
        let described = description(scope, &self.account);
        let role = self.role.trusting(trust).describe(described);
        let role = scope.add("role", role);
        IdentityHandle {
            role_arn: role.arn,
            node: role.node,
            account: self.account,
            by: PhantomData,
        }
    }
}
