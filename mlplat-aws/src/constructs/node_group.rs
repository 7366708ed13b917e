//! `NodeGroup`: instances for a cluster.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use mlplat_core::wiring::{Gives, KnownText};
use mlplat_core::{Construct, Output, Scope};

use super::accelerator::{of_image, of_instance};
use super::eks_cluster_handle::EksClusterHandle;
use super::instance::{data_device, image_is_arm, is_arm, is_instance_type};
use super::network::{PrivateSubnets, PublicSubnets};
use super::role::Role;
use super::tags::named;
use super::target::{Compute, Ec2Linux};
use crate::autoscaling::Tag;
use crate::ec2::{BlockDeviceMapping, EbsBlockDevice, HttpTokens, LaunchTemplate};
use crate::eks::{self, AmiType, CapacityType, Taint, TaintEffect};
use crate::iam::RoleHandle;
use crate::ids::{ClusterName, NodegroupName, SubnetId};
use crate::policy::{ManagedPolicy, trust};

/// Where the cluster autoscaler reads what a node of an empty group would be
/// like. Source: its FAQ and README for AWS, read in the design (6.5).
const TEMPLATE: &str = "k8s.io/cluster-autoscaler/node-template";

/// The smallest disk, in GiB: an EKS image needs 20.
const DISK_MIN_GIB: u32 = 20;

/// Instances that join a cluster: a role with the least that nodes need, a
/// launch template (IMDSv2 only, an encrypted gp3 disk), and a managed node
/// group.
///
/// Pods cannot reach the metadata service unless they use the host's network,
/// so they cannot take on the node's role.
///
/// How many nodes there are now (`DesiredSize`) is not said, on purpose: EKS
/// begins with the fewest, and what an autoscaler decides afterwards is not
/// taken back by the next deployment. An autoscaler that starts from no node
/// at all reads from tags of the auto scaling group what a node would be like:
/// a group that may be empty gets them for its labels and taints.
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct NodeGroup {
    cluster: Output<ClusterName>,
    subnets: Vec<Output<SubnetId>>,
    version: Output<String>,
    sizes: RangeInclusive<u32>,
    instance_types: Vec<String>,
    ami: AmiType,
    capacity: CapacityType,
    disk_gib: u32,
    metadata_hops: u32,
    labels: BTreeMap<String, String>,
    taints: Vec<(String, String, TaintEffect)>,
    disk_key: Option<Output<String>>,
    group_tags: BTreeMap<String, String>,
}

impl NodeGroup {
    /// One to three `m6i.large` on Amazon Linux 2023, where the cluster's
    /// network has room for nodes.
    pub fn new(cluster: &EksClusterHandle) -> Self {
        Self {
            cluster: cluster.name.clone(),
            subnets: cluster.node_subnets.clone(),
            version: cluster.version.clone().into(),
            sizes: 1..=3,
            instance_types: vec!["m6i.large".to_owned()],
            ami: AmiType::AL2023_x86_64_STANDARD,
            capacity: CapacityType::OnDemand,
            disk_gib: 50,
            metadata_hops: 1,
            labels: BTreeMap::new(),
            taints: Vec::new(),
            disk_key: None,
            group_tags: BTreeMap::new(),
        }
    }

    /// Fewest and most nodes. How many there are in between is left to an
    /// autoscaler, once there is one.
    pub fn sizes(mut self, sizes: RangeInclusive<u32>) -> Self {
        self.sizes = sizes;
        self
    }

    /// Instance types, most wanted first, all of one processor.
    pub fn instance_types<S: KnownText>(mut self, types: impl IntoIterator<Item = S>) -> Self {
        self.instance_types = types.into_iter().map(Into::into).collect();
        self
    }

    /// The image.
    pub fn ami(mut self, ami: AmiType) -> Self {
        self.ami = ami;
        self
    }

    /// On spot instances.
    pub fn spot(mut self) -> Self {
        self.capacity = CapacityType::Spot;
        self
    }

    /// Size of the disk in GiB, at least 20. Default 50.
    pub fn disk_gib(mut self, gib: u32) -> Self {
        self.disk_gib = gib;
        self
    }

    /// Encrypts the disk by a KMS key, by its ARN, instead of the account's
    /// own. The key has to let EC2 use it for the account's services:
    /// [`KmsKey::for_disks`](crate::KmsKey::for_disks).
    pub fn disk_encrypted_by(mut self, key_arn: impl Gives<String>) -> Self {
        self.disk_key = Some(key_arn.into());
        self
    }

    /// A tag of the auto scaling group behind it, which EKS does not copy from
    /// the node group: for an autoscaler, such as
    /// `k8s.io/cluster-autoscaler/node-template/resources/nvidia.com/gpu`.
    pub fn group_tag(mut self, key: impl KnownText, value: impl KnownText) -> Self {
        self.group_tags.insert(key.into(), value.into());
        self
    }

    /// How many hops a metadata answer may travel, 1 to 64. With 2, pods reach
    /// it, and through it the node's role.
    pub fn metadata_hops(mut self, hops: u32) -> Self {
        self.metadata_hops = hops;
        self
    }

    /// A Kubernetes label of the nodes.
    pub fn label(mut self, key: impl KnownText, value: impl KnownText) -> Self {
        self.labels.insert(key.into(), value.into());
        self
    }

    /// A Kubernetes taint of the nodes.
    pub fn taint(
        mut self,
        key: impl KnownText,
        value: impl KnownText,
        effect: TaintEffect,
    ) -> Self {
        self.taints.push((key.into(), value.into(), effect));
        self
    }

    /// In these private subnets.
    pub fn in_private(mut self, subnets: &PrivateSubnets) -> Self {
        self.subnets = subnets.ids().to_vec();
        self
    }

    /// In these public subnets.
    pub fn in_public(mut self, subnets: &PublicSubnets) -> Self {
        self.subnets = subnets.ids().to_vec();
        self
    }

    fn check(&self, scope: &mut Scope<'_>) {
        if self.sizes.is_empty() || *self.sizes.end() == 0 {
            scope.problem(
                "bad-sizes",
                format!(
                    "a node group of {} to {} nodes is none",
                    self.sizes.start(),
                    self.sizes.end()
                ),
                "give the fewest and the most nodes, at least one at most: 1..=3",
            );
        }
        if self.disk_gib < DISK_MIN_GIB {
            scope.problem(
                "disk-too-small",
                format!("a disk of {} GiB is smaller than the image", self.disk_gib),
                format!("give it at least {DISK_MIN_GIB} GiB"),
            );
        }
        if !(1..=64).contains(&self.metadata_hops) {
            scope.problem(
                "bad-metadata-hops",
                format!("AWS would refuse {} metadata hops", self.metadata_hops),
                "choose 1 to 64",
            );
        }
        if self.instance_types.is_empty() {
            scope.problem(
                "no-instance-types",
                "no instance type is given",
                "name one: m6i.large",
            );
        }
        for name in &self.instance_types {
            self.check_type(scope, name);
        }
    }

    fn check_type(&self, scope: &mut Scope<'_>, name: &str) {
        if !is_instance_type(name) {
            scope.problem(
                "bad-instance-type",
                format!("\"{}\" is not an instance type", name.escape_debug()),
                "write family and size: m6i.large",
            );
        } else if image_is_arm(self.ami).is_some_and(|arm| arm != is_arm(name)) {
            scope.problem(
                "image-does-not-fit",
                format!("{name} cannot run the image {:?}", self.ami),
                "choose an image and instance types of the same processor",
            );
        } else if of_image(self.ami).is_some() && of_image(self.ami) != of_instance(name) {
            scope.problem(
                "image-does-not-fit",
                format!("{name} has no accelerator for the image {:?}", self.ami),
                "choose an image without drivers, or instance types that need them",
            );
        }
    }

    /// The tags of the auto scaling group: the program's, and what a node
    /// would be like where there may be none.
    fn all_group_tags(&self) -> BTreeMap<String, String> {
        let mut tags = BTreeMap::new();
        if *self.sizes.start() == 0 {
            let labels = self.labels.iter();
            tags.extend(
                labels.map(|(key, value)| (format!("{TEMPLATE}/label/{key}"), value.clone())),
            );
            let taints = self.taints.iter();
            tags.extend(taints.map(|(key, value, effect)| {
                (
                    format!("{TEMPLATE}/taint/{key}"),
                    format!("{value}:{}", in_kubernetes(*effect)),
                )
            }));
        }
        tags.extend(self.group_tags.clone());
        tags
    }

    fn launch_template(&self, tags: crate::Tags) -> LaunchTemplate {
        LaunchTemplate {
            block_device_mappings: vec![BlockDeviceMapping {
                device_name: data_device(self.ami).into(),
                ebs: EbsBlockDevice {
                    volume_size: self.disk_gib.into(),
                    volume_type: "gp3".into(),
                    encrypted: true.into(),
                    delete_on_termination: true.into(),
                    kms_key_id: self.disk_key.clone(),
                },
            }],
            http_endpoint: Some("enabled".into()),
            http_tokens: Some(HttpTokens::Required.into()),
            http_put_response_hop_limit: Some(self.metadata_hops.into()),
            instance_tags: tags.clone(),
            volume_tags: tags.clone(),
            tags,
            ..LaunchTemplate::default()
        }
    }
}

/// The name of a tag's node: a path knows no slash in a name, and of a long key
/// the end tells it from others.
fn tag_node(key: &str) -> String {
    let end: Vec<char> = key.chars().rev().take(56).collect();
    let end: String = end.into_iter().rev().collect();
    format!("tag-{}", end.replace('/', "."))
}

/// As Kubernetes spells what EKS spells in capitals.
const fn in_kubernetes(effect: TaintEffect) -> &'static str {
    match effect {
        TaintEffect::NoSchedule => "NoSchedule",
        TaintEffect::NoExecute => "NoExecute",
        TaintEffect::PreferNoSchedule => "PreferNoSchedule",
    }
}

/// A node group.
#[derive(Debug, Clone)]
pub struct NodeGroupHandle {
    /// Its name.
    pub name: Output<NodegroupName>,
    /// The auto scaling group behind it.
    pub auto_scaling_group: Output<String>,
    /// The role of its nodes.
    pub role: RoleHandle,
    /// The raw node group.
    pub node: mlplat_core::wiring::NodeRef,
}

#[diagnostic::do_not_recommend]
impl Compute for NodeGroupHandle {
    type Target = Ec2Linux;

    fn ready(&self) -> mlplat_core::wiring::NodeRef {
        self.node
    }
}

impl Construct for NodeGroup {
    type Handle = NodeGroupHandle;

    fn build(self, scope: &mut Scope<'_>) -> NodeGroupHandle {
        self.check(scope);
        let role = Role::new(trust::service("ec2.amazonaws.com"))
            .describe("Nodes of an EKS cluster")
            .managed(ManagedPolicy::EksWorkerNode)
            .managed(ManagedPolicy::EcrPullOnly);
        let role = scope.add("role", role);
        let tags = named(scope, "");
        let template = scope.add("launch-template", self.launch_template(tags.clone()));
        let group_tags = self.all_group_tags();
        let labels = self
            .labels
            .into_iter()
            .map(|(key, value)| (key, value.into()));
        let taints = self.taints.into_iter().map(|(key, value, effect)| Taint {
            key: key.into(),
            value: Some(value.into()),
            effect: effect.into(),
        });
        let group = scope.add(
            "group",
            eks::Nodegroup {
                min_size: Some((*self.sizes.start()).into()),
                max_size: Some((*self.sizes.end()).into()),
                instance_types: Some(self.instance_types.into_iter().map(Into::into).collect()),
                ami_type: Some(self.ami.into()),
                capacity_type: Some(self.capacity.into()),
                labels: labels.collect(),
                taints: taints.collect(),
                launch_template_id: Some(template.launch_template_id),
                launch_template_version: Some(template.latest_version_number),
                version: Some(self.version),
                node_repair_enabled: Some(true.into()),
                tags,
                ..eks::Nodegroup::new(self.cluster, &role.arn, self.subnets)
            },
        );
        for (key, value) in group_tags {
            let name = tag_node(&key);
            let tag = Tag::new(&group.auto_scaling_group_name, key, value);
            scope.add(&name, tag);
        }
        NodeGroupHandle {
            name: group.nodegroup_name,
            auto_scaling_group: group.auto_scaling_group_name,
            role,
            node: group.node,
        }
    }
}
