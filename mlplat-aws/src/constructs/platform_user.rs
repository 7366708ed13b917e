//! `PlatformUser`: a person who works on a cluster.

use mlplat_core::wiring::{Gives, KnownText, NodeRef};
use mlplat_core::{Construct, Output, Scope};

use super::access_entry::AccessEntry;
use super::eks_cluster_handle::EksClusterHandle;
use super::role::Role;
use crate::action;
use crate::ids::PrincipalArn;
use crate::lookups::CallerIdentity;
use crate::policy::{AccessPolicy, Condition, Statement, trust};

/// What a person may do in a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserRole {
    /// Everything.
    Admin,
    /// Changing workloads, secrets included; not roles and namespaces.
    Developer,
    /// Looking, at everything but secrets.
    Viewer,
}

/// A person who may sign in to a cluster, by a role of their own or as whom
/// they are to IAM already.
///
/// ```
/// use mlplat_aws::{EksCluster, PlatformUser, UserRole, Vpc};
/// use mlplat_core::graph::{Context, Graph};
///
/// let graph = Graph::build(Context::new("demo"), |stack| {
///     let network = stack.add("network", Vpc::new("10.10.0.0/16"));
///     let cluster = stack.add("cluster", EksCluster::new(&network));
///     let ada = PlatformUser::new(&cluster, "ada@example.com", UserRole::Developer);
///     stack.add("ada", ada.namespaces(["models"]));
/// })?;
/// assert!(graph.find(&"ada/access/entry".parse()?).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The role may be taken on by identities of the account that IAM permits to,
/// in a session that is named after the address, so that every action in
/// CloudTrail tells who it was; and it may look at the cluster, which
/// `kubeconfig` needs. Accounts in applications are the applications' own.
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct PlatformUser {
    cluster: EksClusterHandle,
    email: String,
    role: UserRole,
    namespaces: Vec<String>,
    principal: Option<Output<PrincipalArn>>,
}

impl PlatformUser {
    /// A person by their address, in the whole cluster.
    pub fn new(cluster: &EksClusterHandle, email: impl KnownText, role: UserRole) -> Self {
        Self {
            cluster: cluster.clone(),
            email: email.into(),
            role,
            namespaces: Vec::new(),
            principal: None,
        }
    }

    /// Only in these namespaces.
    pub fn namespaces<S: KnownText>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.namespaces = names.into_iter().map(Into::into).collect();
        self
    }

    /// As a role or user that is there: that of IAM Identity Center, whose
    /// name begins with `AWSReservedSSO_`. No role is made then.
    pub fn principal(mut self, arn: impl Gives<PrincipalArn>) -> Self {
        self.principal = Some(arn.into());
        self
    }

    fn check(&self, scope: &mut Scope<'_>) {
        // IAM takes 2 to 64 of these in the name of a session.
        let fits = |c: char| c.is_ascii_alphanumeric() || "_=,.@-".contains(c);
        let named = self.email.split_once('@');
        let is_address = named.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
        if !is_address || self.email.len() > 64 || !self.email.chars().all(fits) {
            scope.problem(
                "bad-address",
                format!("\"{}\" names no session of IAM", self.email.escape_debug()),
                "give an address of 64 letters, digits and _=,.@- at most: ada@example.com",
            );
        }
    }

    /// A role that is taken on in a session of this name alone.
    fn own_role(&self, scope: &mut Scope<'_>) -> Output<PrincipalArn> {
        let caller = scope.shared("caller-identity", CallerIdentity {});
        let trusted = trust::account_when(
            caller.account,
            Condition::equals("sts:RoleSessionName", self.email.as_str()),
        );
        let look = Statement::allow([action!("eks:DescribeCluster")]);
        let role = Role::new(trusted)
            .describe(format!("{} on an EKS cluster", self.email))
            .allow(look.on([self.cluster.arn.cast()]));
        scope.add("role", role).arn.cast()
    }
}

impl Construct for PlatformUser {
    type Handle = PlatformUserHandle;

    fn build(self, scope: &mut Scope<'_>) -> PlatformUserHandle {
        self.check(scope);
        let principal = match &self.principal {
            Some(principal) => principal.clone(),
            None => self.own_role(scope),
        };
        let policy = match self.role {
            UserRole::Admin => AccessPolicy::ClusterAdmin,
            UserRole::Developer => AccessPolicy::Edit,
            UserRole::Viewer => AccessPolicy::View,
        };
        let entry = AccessEntry::of(self.cluster.name, principal.clone())
            .policy(policy)
            .namespaces(self.namespaces);
        PlatformUserHandle {
            principal_arn: principal,
            access: scope.add("access", entry),
        }
    }
}

/// A person who may sign in to a cluster.
#[derive(Debug, Clone)]
pub struct PlatformUserHandle {
    /// The role or user that they are to AWS.
    pub principal_arn: Output<PrincipalArn>,
    /// The nodes that have to be there before they can do anything.
    pub access: Vec<NodeRef>,
}
