//! AWS's own managed policies.

use mlplat_core::Output;

use crate::ids::{Partition, PolicyArn};

/// A managed policy of AWS, by its exact name. Source: the components' own
/// installation guides and the EKS user guide, read 2026-11-20.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ManagedPolicy {
    /// The role of a cluster.
    EksCluster,
    /// The role of a cluster that gives pods security groups of their own.
    EksVpcResourceController,
    /// The role of nodes.
    EksWorkerNode,
    /// The role of Auto Mode nodes.
    EksWorkerNodeMinimal,
    /// Nodes pull images: the least that does.
    EcrPullOnly,
    /// Nodes pull images, and list and describe repositories too.
    EcrReadOnly,
    /// Sessions on instances without SSH.
    SsmManagedInstanceCore,
    /// The VPC CNI, for IPv4.
    EksCni,
    /// The EBS CSI driver: only volumes that carry its tag. Unlike the older
    /// policy it has no path; the driver's own guide says otherwise, and IAM
    /// then answers `NoSuchEntity` (AWS managed policy reference, policy of
    /// 2026-04-16).
    EbsCsiDriverV2,
    /// The EBS CSI driver before.
    EbsCsiDriver,
    /// The EFS CSI driver.
    EfsCsiDriver,
    /// The FSx CSI driver.
    FsxFullAccess,
    /// CloudWatch observability: traces.
    XrayWriteOnly,
    /// CloudWatch observability: metrics and logs.
    CloudWatchAgentServer,
    /// Pods on Fargate: images and logs.
    EksFargatePodExecution,
    /// The role of a cluster in Auto Mode: instances.
    EksCompute,
    /// The role of a cluster in Auto Mode: volumes.
    EksBlockStorage,
    /// The role of a cluster in Auto Mode: load balancers.
    EksLoadBalancing,
    /// The role of a cluster in Auto Mode: network interfaces.
    EksNetworking,
}

impl ManagedPolicy {
    /// All of them, for the oracle, which compares their paths with a list of
    /// AWS's policies.
    pub const ALL: [Self; 19] = [
        Self::EksCluster,
        Self::EksVpcResourceController,
        Self::EksWorkerNode,
        Self::EksWorkerNodeMinimal,
        Self::EcrPullOnly,
        Self::EcrReadOnly,
        Self::SsmManagedInstanceCore,
        Self::EksCni,
        Self::EbsCsiDriverV2,
        Self::EbsCsiDriver,
        Self::EfsCsiDriver,
        Self::FsxFullAccess,
        Self::XrayWriteOnly,
        Self::CloudWatchAgentServer,
        Self::EksFargatePodExecution,
        Self::EksCompute,
        Self::EksBlockStorage,
        Self::EksLoadBalancing,
        Self::EksNetworking,
    ];

    /// Path and name: `service-role/AmazonEFSCSIDriverPolicy`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::EksCluster => "AmazonEKSClusterPolicy",
            Self::EksVpcResourceController => "AmazonEKSVPCResourceController",
            Self::EksWorkerNode => "AmazonEKSWorkerNodePolicy",
            Self::EksWorkerNodeMinimal => "AmazonEKSWorkerNodeMinimalPolicy",
            Self::EcrPullOnly => "AmazonEC2ContainerRegistryPullOnly",
            Self::EcrReadOnly => "AmazonEC2ContainerRegistryReadOnly",
            Self::SsmManagedInstanceCore => "AmazonSSMManagedInstanceCore",
            Self::EksCni => "AmazonEKS_CNI_Policy",
            Self::EbsCsiDriverV2 => "AmazonEBSCSIDriverPolicyV2",
            Self::EbsCsiDriver => "service-role/AmazonEBSCSIDriverPolicy",
            Self::EfsCsiDriver => "service-role/AmazonEFSCSIDriverPolicy",
            Self::FsxFullAccess => "AmazonFSxFullAccess",
            Self::XrayWriteOnly => "AWSXrayWriteOnlyAccess",
            Self::CloudWatchAgentServer => "CloudWatchAgentServerPolicy",
            Self::EksFargatePodExecution => "AmazonEKSFargatePodExecutionRolePolicy",
            Self::EksCompute => "AmazonEKSComputePolicy",
            Self::EksBlockStorage => "AmazonEKSBlockStoragePolicy",
            Self::EksLoadBalancing => "AmazonEKSLoadBalancingPolicy",
            Self::EksNetworking => "AmazonEKSNetworkingPolicy",
        }
    }

    /// The ARN in the partition `aws`.
    #[must_use]
    pub fn arn(self) -> PolicyArn {
        self.arn_in(&Partition::new("aws"))
    }

    /// The ARN in another partition: `aws-cn`, `aws-us-gov`.
    #[must_use]
    pub fn arn_in(self, partition: &Partition) -> PolicyArn {
        PolicyArn::new(format!("arn:{partition}:iam::aws:policy/{}", self.name()))
    }
}

impl From<ManagedPolicy> for Output<PolicyArn> {
    fn from(policy: ManagedPolicy) -> Self {
        policy.arn().into()
    }
}
