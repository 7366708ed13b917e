//! `GpuNodeGroup`: instances with NVIDIA's GPUs.

use std::ops::RangeInclusive;

use mlplat_core::wiring::{Gives, KnownText, NodeRef};
use mlplat_core::{Construct, Output, Scope};

use super::accelerator::{Accelerator, of_instance, quota, vcpus};
use super::eks_cluster_handle::EksClusterHandle;
use super::instance::is_arm;
use super::network::PrivateSubnets;
use super::node_group::{NodeGroup, NodeGroupHandle};
use super::target::{Compute, Ec2Linux};
use crate::eks::{AmiType, CapacityType, TaintEffect};
use crate::lookups::Quota;

/// The taint of the nodes: pods that do not tolerate it stay away.
const TAINT: &str = "nvidia.com/gpu";
/// The label of the nodes: the one by which NVIDIA's own charts know them.
const LABEL: &str = "nvidia.com/gpu.present";

/// Instances with NVIDIA's GPUs: a [`NodeGroup`] with an image that has the
/// drivers, tainted, so that only pods that ask for a GPU run there. Of this
/// many instances the account's quota is asked when the program is planned: it
/// is zero in a new account.
///
/// ```
/// use mlplat_aws::{EksCluster, GpuNodeGroup, Vpc};
/// use mlplat_core::graph::{Context, Graph};
///
/// let graph = Graph::build(Context::new("demo"), |stack| {
///     let network = stack.add("network", Vpc::new("10.10.0.0/16"));
///     let cluster = stack.add("cluster", EksCluster::new(&network));
///     let gpus = GpuNodeGroup::new(&cluster).instance_types(["g6.xlarge", "g5.xlarge"]).spot();
///     stack.add("gpus", gpus.sizes(0..=4));
/// })?;
/// assert!(graph.find(&"gpus/quota".parse()?).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct GpuNodeGroup {
    nodes: NodeGroup,
    instance_types: Vec<String>,
    most: u32,
    capacity: CapacityType,
    bottlerocket: bool,
    unchecked: bool,
}

impl GpuNodeGroup {
    /// Zero to one `g5.xlarge` on Amazon Linux 2023, on demand, with 100 GiB
    /// for images, which are large.
    pub fn new(cluster: &EksClusterHandle) -> Self {
        Self {
            nodes: NodeGroup::new(cluster).disk_gib(100),
            instance_types: vec!["g5.xlarge".to_owned()],
            most: 1,
            capacity: CapacityType::OnDemand,
            bottlerocket: false,
            unchecked: false,
        }
        .sizes(0..=1)
    }

    /// Fewest and most nodes.
    pub fn sizes(mut self, sizes: RangeInclusive<u32>) -> Self {
        self.most = *sizes.end();
        self.nodes = self.nodes.sizes(sizes);
        self
    }

    /// Instance types, most wanted first, all of one processor.
    pub fn instance_types<S: KnownText>(mut self, types: impl IntoIterator<Item = S>) -> Self {
        self.instance_types = types.into_iter().map(Into::into).collect();
        self
    }

    /// On Bottlerocket instead of Amazon Linux.
    pub fn bottlerocket(mut self) -> Self {
        self.bottlerocket = true;
        self
    }

    /// On spot instances.
    pub fn spot(mut self) -> Self {
        self.capacity = CapacityType::Spot;
        self.nodes = self.nodes.spot();
        self
    }

    /// Size of the disk in GiB, at least 20. Default 100.
    pub fn disk_gib(mut self, gib: u32) -> Self {
        self.nodes = self.nodes.disk_gib(gib);
        self
    }

    /// Encrypts the disk by a KMS key: see
    /// [`NodeGroup::disk_encrypted_by`].
    pub fn disk_encrypted_by(mut self, key_arn: impl Gives<String>) -> Self {
        self.nodes = self.nodes.disk_encrypted_by(key_arn);
        self
    }

    /// A tag of the auto scaling group behind it: see
    /// [`NodeGroup::group_tag`].
    pub fn group_tag(mut self, key: impl KnownText, value: impl KnownText) -> Self {
        self.nodes = self.nodes.group_tag(key, value);
        self
    }

    /// A further Kubernetes label of the nodes.
    pub fn label(mut self, key: impl KnownText, value: impl KnownText) -> Self {
        self.nodes = self.nodes.label(key, value);
        self
    }

    /// In these private subnets: GPUs are not in every zone.
    pub fn in_private(mut self, subnets: &PrivateSubnets) -> Self {
        self.nodes = self.nodes.in_private(subnets);
        self
    }

    /// Does not ask for the account's quota.
    pub fn without_quota_check(mut self) -> Self {
        self.unchecked = true;
        self
    }

    fn image(&self) -> AmiType {
        let arm = self.instance_types.first().is_some_and(|name| is_arm(name));
        match (self.bottlerocket, arm) {
            (false, false) => AmiType::AL2023_x86_64_NVIDIA,
            (false, true) => AmiType::AL2023_ARM_64_NVIDIA,
            (true, false) => AmiType::BOTTLEROCKET_x86_64_NVIDIA,
            (true, true) => AmiType::BOTTLEROCKET_ARM_64_NVIDIA,
        }
    }

    /// The quota of the first instance type, with as many vCPUs as all nodes
    /// of the largest type would have.
    fn quota(&self, scope: &mut Scope<'_>) -> Option<Output<f64>> {
        let first = self.instance_types.first()?;
        let known = of_instance(first) == Some(Accelerator::Nvidia);
        let code = quota(first, self.capacity).filter(|_| known && !self.unchecked)?;
        let largest = self
            .instance_types
            .iter()
            .filter_map(|name| vcpus(name))
            .max();
        let question = Quota {
            service_code: "ec2".into(),
            quota_code: code.into(),
            at_least: largest.map(|cpus| cpus.saturating_mul(self.most).into()),
        };
        Some(scope.add("quota", question).value)
    }
}

/// A node group with GPUs.
#[derive(Debug, Clone)]
pub struct GpuNodeGroupHandle {
    /// The node group.
    pub nodes: NodeGroupHandle,
    /// How many vCPUs of such instances the account may run, if it was asked.
    pub quota: Option<Output<f64>>,
}

impl GpuNodeGroupHandle {
    /// The key of the taint that pods have to tolerate, and of the resource
    /// that they ask for: `nvidia.com/gpu`.
    pub const TAINT: &'static str = TAINT;
}

#[diagnostic::do_not_recommend]
impl Compute for GpuNodeGroupHandle {
    type Target = Ec2Linux;

    fn ready(&self) -> NodeRef {
        self.nodes.node
    }
}

impl Construct for GpuNodeGroup {
    type Handle = GpuNodeGroupHandle;

    fn build(self, scope: &mut Scope<'_>) -> GpuNodeGroupHandle {
        let quota = self.quota(scope);
        let image = self.image();
        let nodes = self
            .nodes
            .ami(image)
            .instance_types(self.instance_types)
            .label(LABEL, "true")
            .taint(TAINT, "present", TaintEffect::NoSchedule);
        GpuNodeGroupHandle {
            nodes: nodes.build(scope),
            quota,
        }
    }
}
