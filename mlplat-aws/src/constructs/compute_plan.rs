//! On what the pods of a cluster run, as a whole.

/// On what the pods of a cluster run, and with it what the cluster brings
/// along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ComputePlan {
    /// Node groups: the cluster's own and those of the program, with the
    /// add-ons that nodes need. The default.
    #[default]
    Managed,
    /// Fargate alone: CoreDNS by a profile of the cluster's own, everything
    /// else by the program's. There is then no CNI, no kube-proxy, no Pod
    /// Identity and no EBS driver to manage.
    FargateOnly,
    /// EKS Auto Mode: AWS starts, renews and stops nodes as pods need them,
    /// and runs the CNI, kube-proxy, CoreDNS, the Pod Identity agent, a load
    /// balancer controller and an EBS driver outside the cluster. It costs
    /// about an eighth on top of the instances. Volumes are of the provisioner
    /// `ebs.csi.eks.amazonaws.com`.
    AutoMode,
}

impl ComputePlan {
    /// Whether pods get credentials by EKS Pod Identity: its agent runs on
    /// nodes alone.
    #[must_use]
    pub const fn gives_pod_identity(self) -> bool {
        !matches!(self, Self::FargateOnly)
    }
}
