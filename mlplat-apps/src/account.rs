//! Who an application is to AWS, wherever its pods run.
//!
//! What gives credentials to pods depends on what they run on, and that is a
//! type ([`Target`]): the agent of EKS Pod Identity on Linux nodes, the
//! cluster's own tokens (IRSA) on Fargate, which has no agent. So an
//! application asks for an account *on* a target and cannot get one whose
//! credentials do not arrive.

use std::collections::BTreeMap;

use mlplat_aws::{
    Compute, Ec2Linux, EksClusterHandle, Fargate, Grant, IdentityFor, Irsa, PodIdentity, RunsAs,
    Target,
};
use mlplat_core::Scope;
use mlplat_core::wiring::NodeRef;
use mlplat_k8s::ServiceAccount;
use mlplat_k8s::objects::{NamespaceHandle, ServiceAccountHandle};

/// Where a program says pods of `T` run; nothing for any node of the cluster.
pub(crate) type On<'a, T> = Option<&'a dyn Compute<Target = T>>;

/// What an application asks for.
pub(crate) struct Wanted<'a, T> {
    pub(crate) cluster: &'a EksClusterHandle,
    pub(crate) namespace: &'a NamespaceHandle,
    /// The namespace's name, as text.
    pub(crate) within: &'a str,
    /// The service account's name.
    pub(crate) name: &'a str,
    pub(crate) grant: Grant,
    pub(crate) on: On<'a, T>,
}

/// A service account with rights in AWS.
pub(crate) struct Account {
    pub(crate) handle: ServiceAccountHandle,
    /// What has to be there before pods start: they get credentials then, or
    /// never.
    pub(crate) after: Vec<NodeRef>,
}

/// A target on which applications can be somebody.
pub(crate) trait Credentials: Target + Sized {
    /// Adds a service account, and what gives its pods the rights.
    fn account(scope: &mut Scope<'_>, wanted: Wanted<'_, Self>) -> Account;
}

impl Credentials for Ec2Linux {
    fn account(scope: &mut Scope<'_>, wanted: Wanted<'_, Self>) -> Account {
        let account = ServiceAccount::new(wanted.cluster, wanted.namespace, wanted.name);
        let handle = scope.add("service-account", account);
        let identity = PodIdentity::new(wanted.cluster, &handle).grant(wanted.grant);
        let identity = scope.add("identity", identity);
        let after = after(wanted.on, &identity);
        Account { handle, after }
    }
}

impl Credentials for Fargate {
    fn account(scope: &mut Scope<'_>, wanted: Wanted<'_, Self>) -> Account {
        // The account carries the role's name, so the role comes first.
        let named = (wanted.within, wanted.name);
        let identity = Irsa::new(wanted.cluster, named).grant(wanted.grant);
        let identity = scope.add("identity", identity);
        let mut account = ServiceAccount::new(wanted.cluster, wanted.namespace, wanted.name);
        account.annotations = BTreeMap::from([(
            "eks.amazonaws.com/role-arn".to_owned(),
            identity.role_arn.cast(),
        )]);
        let handle = scope.add("service-account", account);
        let after = after(wanted.on, &identity);
        Account { handle, after }
    }
}

fn after<T: Target>(on: On<'_, T>, identity: &impl IdentityFor<T>) -> Vec<NodeRef> {
    match on {
        Some(compute) => RunsAs::new(compute, identity).after.to_vec(),
        None => vec![identity.ready()],
    }
}
