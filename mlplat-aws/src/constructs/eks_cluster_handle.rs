//! What a cluster offers.

use mlplat_core::Output;
use mlplat_core::wiring::NodeRef;

use super::cluster_addons::Addons;
use super::compute_plan::ComputePlan;
use super::node_group::NodeGroupHandle;
use super::rules::HasSecurityGroup;
use crate::ids::{ClusterArn, ClusterName, SecurityGroupId, SubnetId, VpcId};

/// A cluster.
#[derive(Debug, Clone)]
pub struct EksClusterHandle {
    /// Its name.
    pub name: Output<ClusterName>,
    /// Its ARN.
    pub arn: Output<ClusterArn>,
    /// The Kubernetes version, known when the program runs.
    pub version: String,
    /// The API server's URL.
    pub endpoint: Output<String>,
    /// The certificate authority of the API server, base 64.
    pub certificate_authority_data: Output<String>,
    /// The issuer of its tokens, with `https://`.
    pub issuer_url: Output<String>,
    /// The security group of control plane and nodes.
    pub security_group_id: Output<SecurityGroupId>,
    /// The VPC.
    pub vpc_id: Output<VpcId>,
    /// Where node groups go unless they say otherwise.
    pub node_subnets: Vec<Output<SubnetId>>,
    /// The node group that came with it.
    pub nodes: Option<NodeGroupHandle>,
    /// Its add-ons.
    pub addons: Addons,
    /// On what its pods run.
    pub compute: ComputePlan,
    /// The nodes that have to be there before Kubernetes objects can be made:
    /// the administrators' entries.
    pub access: Vec<NodeRef>,
    /// The raw cluster.
    pub node: NodeRef,
    /// Its path as one word, for what a cluster has once.
    pub(super) key: String,
}

#[diagnostic::do_not_recommend]
impl HasSecurityGroup for EksClusterHandle {
    fn security_group_id(&self) -> Output<SecurityGroupId> {
        self.security_group_id.clone()
    }
}

/// The end of the path, short enough to be part of a segment. Two clusters of
/// the same end would ask for one shared thing with different inputs, which is
/// refused.
pub(super) fn key(path: &str) -> String {
    let path = path.replace('/', ".");
    path[path.len().saturating_sub(48)..].to_owned()
}
