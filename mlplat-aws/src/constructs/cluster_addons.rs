//! The add-ons that every cluster gets.
//!
//! Three before the first node: the VPC CNI with a role of its own, so that
//! nodes need no right to change network interfaces; kube-proxy; the Pod
//! Identity agent. Two that need nodes: CoreDNS and the EBS CSI driver, the
//! latter with a role of its own too. The order is not written here: the
//! add-on and node group types declare what they need, and it follows. On
//! Fargate alone there are no nodes for any of them but CoreDNS, and in Auto
//! Mode EKS runs all of them itself.

use std::collections::BTreeMap;

use mlplat_core::{Output, Scope};

use super::addon::{
    Addon, AddonKind, AddonReady, CoreDns, EbsCsi, KubeProxy, PodIdentityAgent, VpcCni,
};
use super::compute_plan::ComputePlan;
use crate::ids::ClusterName;

/// The add-ons of a cluster.
#[derive(Debug, Clone)]
pub struct Addons {
    /// Names of services; in Auto Mode EKS answers them itself.
    pub coredns: Option<AddonReady<CoreDns>>,
    /// Those that live on nodes; a cluster on Fargate alone and one in Auto
    /// Mode have none of them.
    pub on_nodes: Option<NodeAddons>,
}

/// Add-ons that live on nodes.
#[derive(Debug, Clone)]
pub struct NodeAddons {
    /// Addresses for pods.
    pub vpc_cni: AddonReady<VpcCni>,
    /// Addresses of services, on every node.
    pub kube_proxy: AddonReady<KubeProxy>,
    /// Credentials for pods, on every node.
    pub pod_identity_agent: AddonReady<PodIdentityAgent>,
    /// Volumes.
    pub ebs_csi: AddonReady<EbsCsi>,
}

/// What a program says about the add-ons of a cluster.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    pub(super) vpc_cni: VpcCni,
    pub(super) kube_proxy: KubeProxy,
    pub(super) coredns: CoreDns,
    pub(super) ebs_csi: EbsCsi,
    /// Pinned versions, by the add-on's name.
    pub(super) versions: BTreeMap<&'static str, String>,
}

pub(super) struct Builder<'a, 'b> {
    pub(super) scope: &'a mut Scope<'b>,
    pub(super) cluster: Output<ClusterName>,
    /// The cluster's minor version.
    pub(super) version: &'a str,
    pub(super) wanted: &'a Wanted,
}

impl Builder<'_, '_> {
    /// The add-ons of a cluster.
    pub(super) fn build(mut self, plan: ComputePlan) -> Addons {
        let wanted = self.wanted;
        match plan {
            ComputePlan::Managed => {
                let on_nodes = NodeAddons {
                    vpc_cni: self.add("vpc-cni", wanted.vpc_cni.clone()),
                    kube_proxy: self.add("kube-proxy", wanted.kube_proxy.clone()),
                    pod_identity_agent: self.add("pod-identity-agent", PodIdentityAgent),
                    ebs_csi: self.add("ebs-csi", wanted.ebs_csi.clone()),
                };
                Addons {
                    coredns: Some(self.add("coredns", wanted.coredns.clone())),
                    on_nodes: Some(on_nodes),
                }
            }
            ComputePlan::FargateOnly => Addons {
                coredns: Some(self.add("coredns", wanted.coredns.clone().on_fargate())),
                on_nodes: None,
            },
            ComputePlan::AutoMode => Addons {
                coredns: None,
                on_nodes: None,
            },
        }
    }

    fn add<A: AddonKind>(&mut self, name: &str, kind: A) -> AddonReady<A> {
        let pinned = self.wanted.versions.get(A::NAME);
        let addon = Addon::of(self.cluster.clone(), self.version, kind).at(pinned);
        self.scope.add(name, addon)
    }
}
