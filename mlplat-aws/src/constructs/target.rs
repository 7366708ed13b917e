//! On what pods run, and who they can be there, as types.
//!
//! EKS Pod Identity has an agent on every Linux EC2 node. Fargate has no such
//! agent, and pods there that rely on one start without credentials, in
//! silence. So where pods run is a type ([`Ec2Linux`], [`Fargate`]), every
//! identity says by [`IdentityFor`] where it reaches them, and whatever puts a
//! workload somewhere asks for an identity that does.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use mlplat_core::wiring::NodeRef;
use mlplat_core::{Output, ServiceAccountRef};

use super::identity::IdentityHandle;
use super::irsa::Irsa;
use super::pod_identity::PodIdentity;
use crate::ids::RoleArn;

mod sealed {
    pub trait Target {}
    pub trait Identity {}
}

/// On what pods run.
pub trait Target: sealed::Target {}

/// Linux instances: of a [`NodeGroup`](crate::NodeGroup).
#[derive(Debug, Clone, Copy)]
pub enum Ec2Linux {}

/// Fargate: the pods of a [`FargateProfile`](crate::FargateProfile).
#[derive(Debug, Clone, Copy)]
pub enum Fargate {}

impl sealed::Target for Ec2Linux {}
impl sealed::Target for Fargate {}
impl Target for Ec2Linux {}
impl Target for Fargate {}

/// Something that pods run on.
#[diagnostic::on_unimplemented(
    message = "pods do not run on `{Self}`",
    label = "runs no pods",
    note = "pass a node group or a Fargate profile"
)]
pub trait Compute {
    /// Its kind.
    type Target: Target;

    /// The node that has to be there before pods are.
    fn ready(&self) -> NodeRef;

    /// Whether pods of this namespace, with these labels, run on it. On nodes
    /// all do; Fargate takes those that a profile selects.
    fn takes(&self, namespace: &str, labels: &BTreeMap<String, String>) -> bool {
        let _ = (namespace, labels);
        true
    }
}

/// An identity whose credentials reach pods on `T`.
#[diagnostic::on_unimplemented(
    message = "the credentials of `{Self}` do not reach pods on `{T}`",
    label = "no agent of EKS Pod Identity there",
    note = "EKS Pod Identity works on Linux EC2 nodes alone; on Fargate, make the identity by `Irsa::new(..)`"
)]
pub trait IdentityFor<T: Target>: sealed::Identity {
    /// The role that the pods act as.
    fn role_arn(&self) -> Output<RoleArn>;

    /// The node that has to be there before the pods start.
    fn ready(&self) -> NodeRef;

    /// The Kubernetes service account.
    fn account(&self) -> ServiceAccountRef;
}

/// What every identity answers alike.
macro_rules! reaches {
    ($by:ty: $($target:ty),*) => {
        impl sealed::Identity for IdentityHandle<$by> {}
        $(impl IdentityFor<$target> for IdentityHandle<$by> {
            fn role_arn(&self) -> Output<RoleArn> {
                self.role_arn.clone()
            }

            fn ready(&self) -> NodeRef {
                self.node
            }

            fn account(&self) -> ServiceAccountRef {
                self.account.clone()
            }
        })*
    };
}

reaches!(PodIdentity: Ec2Linux);
reaches!(Irsa: Ec2Linux, Fargate);

/// On what a workload runs and as whom: the two fit each other.
///
/// ```
/// use mlplat_aws::{EksCluster, FargateProfile, Irsa, RunsAs, Vpc};
/// use mlplat_core::graph::{Context, Graph};
///
/// Graph::build(Context::new("demo"), |stack| {
///     let network = stack.add("network", Vpc::new("10.10.0.0/16"));
///     let cluster = stack.add("cluster", EksCluster::new(&network));
///     let apps = FargateProfile::new(&cluster, &network.private_subnets).namespace("apps");
///     let apps = stack.add("apps", apps);
///     let web = stack.add("web", Irsa::new(&cluster, ("apps", "web")));
///     let _runs = RunsAs::new(&apps, &web);
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The same with Pod Identity is not a program:
///
/// ```compile_fail,E0277
/// # use mlplat_aws::{EksCluster, FargateProfile, PodIdentity, RunsAs, Vpc};
/// # use mlplat_core::graph::{Context, Graph};
/// # Graph::build(Context::new("demo"), |stack| {
/// #     let network = stack.add("network", Vpc::new("10.10.0.0/16"));
/// #     let cluster = stack.add("cluster", EksCluster::new(&network));
/// #     let apps = FargateProfile::new(&cluster, &network.private_subnets).namespace("apps");
/// #     let apps = stack.add("apps", apps);
/// let web = stack.add("web", PodIdentity::new(&cluster, ("apps", "web")));
/// let _runs = RunsAs::new(&apps, &web);
/// # });
/// ```
#[derive(Debug, Clone)]
pub struct RunsAs<T: Target> {
    /// The role that the pods act as.
    pub role_arn: Output<RoleArn>,
    /// The Kubernetes service account.
    pub account: ServiceAccountRef,
    /// What has to be there before the pods.
    pub after: [NodeRef; 2],
    on: PhantomData<fn() -> T>,
}

impl<T: Target> RunsAs<T> {
    /// On `compute`, as `identity`.
    pub fn new<C>(compute: &C, identity: &impl IdentityFor<T>) -> Self
    where
        C: Compute<Target = T> + ?Sized,
    {
        Self {
            role_arn: identity.role_arn(),
            account: identity.account(),
            after: [compute.ready(), identity.ready()],
            on: PhantomData,
        }
    }
}
