//! `eks.Nodegroup`.

use std::collections::BTreeMap;

use mlplat_core::facts::{
    Alphabet, By, Canon, Fails, Held, Join, NameRule, Need, Offer, OnChange, OutputFact, Quota,
    Recovery, Refs, Scope, Side, TYPE, Type, Unique, Updating, f, opt, w,
};
use mlplat_core::wiring::Gives;
use mlplat_core::{Output, Resource};

use crate::ids::{Arn, ClusterName, LaunchTemplateId, NodegroupName, RoleArn, SubnetId, Tags};
use crate::sources;

/// The status of a node group whose instances do not become nodes.
const NO_NODES: Fails = Fails::EndsIn("CREATE_FAILED: NodeCreationFailure");

/// Facts of `eks.Nodegroup`.
///
/// Nested members stand at the top level: `MinSize`, `MaxSize`, `DesiredSize`
/// of `scalingConfig`, `MaxUnavailable` of `updateConfig`,
/// `LaunchTemplateId` and `LaunchTemplateVersion` of `launchTemplate`,
/// `NodeRepairEnabled` of `nodeRepairConfig`.
///
/// Nodes become ready only with a CNI, so the VPC CNI add-on comes first; so
/// do kube-proxy and the Pod Identity agent, without which the first pods
/// would run without service addresses and credentials.
pub static NODEGROUP: Type = Type {
    name: "eks.Nodegroup",
    doc: "EC2 instances that EKS starts, joins to a cluster and renews.",
    cloudformation: "AWS::EKS::Nodegroup",
    api: "eks:CreateNodegroup",
    id: "Id",
    recovery: Recovery::UniqueName,
    token: true,
    name_rule: Some(NameRule {
        field: "NodegroupName",
        min: 1,
        max: 63,
        alphabet: Alphabet::Eks,
    }),
    fields: &[
        f(
            "ClusterName",
            OnChange::Replace,
            Refs::To("eks.Cluster", Held::Refused("ResourceInUseException")),
        ),
        f("NodegroupName", OnChange::Replace, Refs::No),
        f(
            "NodeRole",
            OnChange::Replace,
            Refs::To("iam.Role", Held::Dangles),
        ),
        f(
            "Subnets",
            OnChange::Replace,
            Refs::To("ec2.Subnet", Held::Refused("DependencyViolation")),
        )
        .canon(Canon::Set),
        opt("MinSize", OnChange::InPlace),
        opt("MaxSize", OnChange::InPlace),
        opt("DesiredSize", OnChange::InPlace),
        opt("InstanceTypes", OnChange::Replace),
        opt("AmiType", OnChange::Replace),
        opt("CapacityType", OnChange::Replace),
        opt("Labels", OnChange::InPlace),
        opt("Taints", OnChange::InPlace).canon(Canon::Set),
        opt("LaunchTemplateId", OnChange::Replace)
            .refs(Refs::To("ec2.LaunchTemplate", Held::Dangles)),
        opt("LaunchTemplateVersion", OnChange::InPlace),
        opt("Version", OnChange::OneStepUp),
        opt("ReleaseVersion", OnChange::InPlace),
        opt("MaxUnavailable", OnChange::InPlace),
        opt("NodeRepairEnabled", OnChange::InPlace),
        opt("Tags", OnChange::InPlace),
    ],
    outputs: &[
        OutputFact::fixed("Id", "{ClusterName}|{NodegroupName}"),
        OutputFact::fixed("NodegroupName", "{NodegroupName}"),
        OutputFact::fixed(
            "Arn",
            "arn:{partition}:eks:{region}:{account}:nodegroup/{ClusterName}/{NodegroupName}/{uuid}",
        ),
        OutputFact::fixed("AutoScalingGroupName", "eks-{NodegroupName}-{uuid}"),
    ],
    unique: &[Unique {
        fields: &["NodegroupName"],
        scope: Scope::Parent("ClusterName"),
        code: "ResourceInUseException",
        held_after_delete_s: 0,
    }],
    brings: &[Side::Lingers {
        kind: "eni",
        holds: "Subnets",
        s: (0, 600),
    }],
    offers: &[Offer {
        what: "pods",
        to: "ClusterName",
    }],
    needs: &[
        Need {
            what: "the vpc-cni add-on of the cluster",
            path: &[
                Join::Follow("ClusterName"),
                Join::Back("eks.Addon", "ClusterName"),
                Join::Where("AddonName", "vpc-cni"),
            ],
            by: By::ToBecomeReady,
            fails: NO_NODES,
        },
        Need {
            what: "the kube-proxy add-on of the cluster",
            path: &[
                Join::Follow("ClusterName"),
                Join::Back("eks.Addon", "ClusterName"),
                Join::Where("AddonName", "kube-proxy"),
            ],
            by: By::ToBecomeReady,
            fails: Fails::OrderOnly,
        },
        Need {
            what: "the Pod Identity agent of the cluster",
            path: &[
                Join::Follow("ClusterName"),
                Join::Back("eks.Addon", "ClusterName"),
                Join::Where("AddonName", "eks-pod-identity-agent"),
            ],
            by: By::ToBecomeReady,
            fails: Fails::OrderOnly,
        },
        Need {
            what: "the route tables of the subnets",
            path: &[
                Join::Follow("Subnets"),
                Join::Back("ec2.SubnetRouteTableAssociation", "SubnetId"),
            ],
            by: By::ToBecomeReady,
            fails: Fails::OrderOnly,
        },
        Need {
            what: "a way out of the subnets",
            path: &[
                Join::Follow("Subnets"),
                Join::Back("ec2.SubnetRouteTableAssociation", "SubnetId"),
                Join::Follow("RouteTableId"),
                // Without a route out, images come by an endpoint of S3.
                Join::BackAny(&[
                    ("ec2.Route", "RouteTableId"),
                    ("ec2.VPCEndpoint", "RouteTableIds"),
                ]),
            ],
            by: By::ToBecomeReady,
            fails: NO_NODES,
        },
        Need {
            what: "the endpoints in the subnets",
            path: &[
                Join::Follow("Subnets"),
                Join::Back("ec2.VPCEndpoint", "SubnetIds"),
            ],
            by: By::ToBecomeReady,
            fails: Fails::OrderOnly,
        },
        Need {
            what: "the node role's managed policies",
            path: &[
                Join::Follow("NodeRole"),
                Join::Back("iam.RolePolicyAttachment", "RoleName"),
            ],
            by: By::ToBecomeReady,
            fails: NO_NODES,
        },
        Need {
            what: "the node role's inline policies",
            path: &[
                Join::Follow("NodeRole"),
                Join::Back("iam.RolePolicy", "RoleName"),
            ],
            by: By::ToBecomeReady,
            fails: Fails::OrderOnly,
        },
        Need {
            what: "the node role, known to EKS",
            path: &[Join::Follow("NodeRole")],
            by: By::Propagation,
            fails: Fails::Refuse("InvalidParameterException"),
        },
    ],
    create: w(119, &["CREATING", "ACTIVE"], 0),
    update: w(120, &["UPDATING", "ACTIVE"], 0),
    delete: w(190, &["DELETING"], 0),
    updating: Updating::OneAtATime,
    quota: Some(Quota {
        code: "L-6D54EA21",
        default: 30,
        per: Scope::Parent("ClusterName"),
        error: "ResourceLimitExceededException",
    }),
    source: sources::EKS,
    ..TYPE
};

/// EC2 instances that EKS starts, joins to a cluster and renews. API:
/// `CreateNodegroup`; `UpdateNodegroupConfig` for sizes, labels and taints,
/// `UpdateNodegroupVersion` for versions and launch templates.
///
/// `DiskSize` and `RemoteAccess` are missing on purpose: EKS ignores or refuses
/// them beside a launch template, where disk and access belong.
#[derive(Resource, Clone, Debug)]
#[resource(facts = NODEGROUP, handle = NodegroupHandle {
    id: String,
    nodegroup_name: NodegroupName,
    arn: Arn,
    auto_scaling_group_name: String,
})]
pub struct Nodegroup {
    /// The cluster.
    pub cluster_name: Output<ClusterName>,
    /// Unique in the cluster, 1 to 63 characters. Generated when not set.
    pub nodegroup_name: Option<Output<NodegroupName>>,
    /// The role of the instances.
    pub node_role: Output<RoleArn>,
    /// Where the instances run.
    pub subnets: Vec<Output<SubnetId>>,
    /// Fewest nodes. Default 1.
    pub min_size: Option<Output<u32>>,
    /// Most nodes. Default 2.
    pub max_size: Option<Output<u32>>,
    /// Nodes to start with. Left out, an autoscaler may change it freely.
    pub desired_size: Option<Output<u32>>,
    /// Instance types, most wanted first. Default `t3.medium`.
    pub instance_types: Option<Vec<Output<String>>>,
    /// Operating system and accelerator of the image.
    pub ami_type: Option<Output<AmiType>>,
    /// How the instances are paid. Default on demand.
    pub capacity_type: Option<Output<CapacityType>>,
    /// Kubernetes labels of the nodes.
    pub labels: BTreeMap<String, Output<String>>,
    /// Kubernetes taints of the nodes.
    pub taints: Vec<Taint>,
    /// The launch template; another one replaces the node group.
    pub launch_template_id: Option<Output<LaunchTemplateId>>,
    /// Its version; another one renews the nodes.
    pub launch_template_version: Option<Output<String>>,
    /// Kubernetes version of the nodes. Default: the cluster's at creation.
    pub version: Option<Output<String>>,
    /// Image release: `1.35.0-20260801`. Default: the newest at creation.
    pub release_version: Option<Output<String>>,
    /// How many nodes may be renewed at once. Default 1.
    pub max_unavailable: Option<Output<u32>>,
    /// Whether EKS replaces nodes that report themselves broken. Default false.
    pub node_repair_enabled: Option<Output<bool>>,
    /// Tags of the node group, not of its instances.
    pub tags: Tags,
}

impl Nodegroup {
    /// A node group with AWS's defaults.
    pub fn new(
        cluster_name: impl Gives<ClusterName>,
        node_role: impl Gives<RoleArn>,
        subnets: impl IntoIterator<Item = Output<SubnetId>>,
    ) -> Self {
        Self {
            cluster_name: cluster_name.into(),
            nodegroup_name: None,
            node_role: node_role.into(),
            subnets: subnets.into_iter().collect(),
            min_size: None,
            max_size: None,
            desired_size: None,
            instance_types: None,
            ami_type: None,
            capacity_type: None,
            labels: BTreeMap::new(),
            taints: Vec::new(),
            launch_template_id: None,
            launch_template_version: None,
            version: None,
            release_version: None,
            max_unavailable: None,
            node_repair_enabled: None,
            tags: Tags::new(),
        }
    }
}

/// A Kubernetes taint of every node.
#[derive(Resource, Clone, Debug)]
#[resource(nested, camel)]
pub struct Taint {
    /// Key, 1 to 63 characters.
    pub key: Output<String>,
    /// Value, up to 63 characters.
    pub value: Option<Output<String>>,
    /// What it does to pods that do not tolerate it.
    pub effect: Output<TaintEffect>,
}

/// What a taint does to pods that do not tolerate it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TaintEffect {
    /// New ones stay away.
    NoSchedule,
    /// New ones stay away and running ones are evicted.
    NoExecute,
    /// New ones stay away if they can.
    PreferNoSchedule,
}

/// How instances are paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CapacityType {
    /// By use.
    OnDemand,
    /// At the spot price, with two minutes' notice.
    Spot,
    /// From a reserved block of accelerators.
    CapacityBlock,
}

/// The image of the nodes. Amazon Linux 2 is not among them: EKS stopped
/// making its images after Kubernetes 1.32, so a program cannot ask for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[allow(non_camel_case_types)] // The names are AWS's, case and all.
#[allow(missing_docs)] // The names say it: system, processor, accelerator.
pub enum AmiType {
    AL2023_x86_64_STANDARD,
    AL2023_ARM_64_STANDARD,
    AL2023_x86_64_NEURON,
    AL2023_x86_64_NVIDIA,
    AL2023_ARM_64_NVIDIA,
    BOTTLEROCKET_x86_64,
    BOTTLEROCKET_ARM_64,
    BOTTLEROCKET_x86_64_FIPS,
    BOTTLEROCKET_ARM_64_FIPS,
    BOTTLEROCKET_x86_64_NVIDIA,
    BOTTLEROCKET_ARM_64_NVIDIA,
    BOTTLEROCKET_x86_64_NVIDIA_FIPS,
    BOTTLEROCKET_ARM_64_NVIDIA_FIPS,
    /// The launch template names the image.
    CUSTOM,
}
