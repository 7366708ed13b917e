//! EKS Auto Mode on a cluster.
//!
//! The control plane's role starts and stops instances, volumes and load
//! balancers, so it has four policies more, and its trust allows the tags by
//! which EKS limits each session to the cluster's own objects. The nodes have
//! a role with the least that nodes need. The three switches go together: EKS
//! refuses one without the others. After the EKS user guide's pages on the
//! roles of Auto Mode.

use mlplat_core::{Output, Scope};

use super::role::Role;
use crate::eks;
use crate::ids::RoleArn;
use crate::policy::{ManagedPolicy, trust};

/// The node pools that EKS brings: one for everything, one for what is marked
/// as critical to the cluster.
const POOLS: [&str; 2] = ["general-purpose", "system"];

/// The role of the control plane.
pub(super) fn control_plane_role() -> Role {
    Role::new(trust::service_with_tags("eks.amazonaws.com"))
        .managed(ManagedPolicy::EksCluster)
        .managed(ManagedPolicy::EksBlockStorage)
        .managed(ManagedPolicy::EksCompute)
        .managed(ManagedPolicy::EksLoadBalancing)
        .managed(ManagedPolicy::EksNetworking)
}

/// Adds the role of the nodes. EKS makes its access entry.
pub(super) fn node_role(scope: &mut Scope<'_>) -> Output<RoleArn> {
    let role = Role::new(trust::service("ec2.amazonaws.com"))
        .describe("Nodes of an EKS cluster in Auto Mode")
        .managed(ManagedPolicy::EksWorkerNodeMinimal)
        .managed(ManagedPolicy::EcrPullOnly);
    scope.add("node-role", role).arn
}

/// Turns it on.
pub(super) fn turn_on(cluster: &mut eks::Cluster, node_role: Output<RoleArn>) {
    cluster.compute_enabled = Some(true.into());
    cluster.block_storage_enabled = Some(true.into());
    cluster.elastic_load_balancing_enabled = Some(true.into());
    cluster.node_pools = POOLS.map(Into::into).to_vec();
    cluster.node_role_arn = Some(node_role);
}
