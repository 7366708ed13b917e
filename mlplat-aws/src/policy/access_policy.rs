//! EKS's access policies.

use mlplat_core::Output;

use crate::ids::Arn;

/// What an access entry may do in Kubernetes. Source: EKS user guide, access
/// policy permissions, read 2026-11-20.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AccessPolicy {
    /// Everything, like `cluster-admin`.
    ClusterAdmin,
    /// Everything in namespaces, like `admin`.
    Admin,
    /// Reading everything, secrets included.
    AdminView,
    /// Changing most things in namespaces, like `edit`.
    Edit,
    /// Reading most things, secrets excluded, like `view`.
    View,
}

impl AccessPolicy {
    /// The name: `AmazonEKSClusterAdminPolicy`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ClusterAdmin => "AmazonEKSClusterAdminPolicy",
            Self::Admin => "AmazonEKSAdminPolicy",
            Self::AdminView => "AmazonEKSAdminViewPolicy",
            Self::Edit => "AmazonEKSEditPolicy",
            Self::View => "AmazonEKSViewPolicy",
        }
    }

    /// The ARN, in the partition `aws`.
    #[must_use]
    pub fn arn(self) -> Arn {
        Arn::new(format!(
            "arn:aws:eks::aws:cluster-access-policy/{}",
            self.name()
        ))
    }
}

impl From<AccessPolicy> for Output<Arn> {
    fn from(policy: AccessPolicy) -> Self {
        policy.arn().into()
    }
}
