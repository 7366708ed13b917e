//! The add-ons that every cluster gets.
//!
//! Three before the first node: the VPC CNI with a role of its own, so that
//! nodes need no right to change network interfaces; kube-proxy; the Pod
//! Identity agent. Two that need nodes: CoreDNS and the EBS CSI driver, the
//! latter with a role of its own too. The order is not written here: the
//! add-on and node group types declare what they need, and it follows.

use mlplat_core::wiring::NodeRef;
use mlplat_core::{Output, Scope};

use super::pod_identity::PodIdentity;
use super::tags::named;
use crate::eks::{self, ResolveConflicts};
use crate::ids::ClusterName;
use crate::lookups::AddonVersion;
use crate::policy::ManagedPolicy;

/// The add-ons of a cluster, as nodes to come after.
#[derive(Debug, Clone, Copy)]
pub struct Addons {
    /// Addresses for pods.
    pub vpc_cni: NodeRef,
    /// Addresses of services, on every node.
    pub kube_proxy: NodeRef,
    /// Credentials for pods, on every node.
    pub pod_identity_agent: NodeRef,
    /// Names of services.
    pub coredns: NodeRef,
    /// Volumes.
    pub ebs_csi: NodeRef,
}

pub(super) struct Builder<'a, 'b> {
    pub(super) scope: &'a mut Scope<'b>,
    pub(super) cluster: Output<ClusterName>,
    pub(super) version: &'a str,
}

impl Builder<'_, '_> {
    pub(super) fn build(mut self) -> Addons {
        self.identity("vpc-cni", "aws-node", ManagedPolicy::EksCni);
        self.identity(
            "ebs-csi",
            "ebs-csi-controller-sa",
            ManagedPolicy::EbsCsiDriverV2,
        );
        Addons {
            vpc_cni: self.addon("vpc-cni", "vpc-cni"),
            kube_proxy: self.addon("kube-proxy", "kube-proxy"),
            pod_identity_agent: self.addon("pod-identity-agent", "eks-pod-identity-agent"),
            coredns: self.addon("coredns", "coredns"),
            ebs_csi: self.addon("ebs-csi", "aws-ebs-csi-driver"),
        }
    }

    fn identity(&mut self, name: &str, service_account: &str, policy: ManagedPolicy) {
        let identity = PodIdentity::of(
            self.cluster.clone(),
            ("kube-system", service_account).into(),
        );
        self.scope
            .add(&format!("{name}-identity"), identity.managed(policy));
    }

    fn addon(&mut self, name: &str, addon: &str) -> NodeRef {
        let key = format!("addon-version-{addon}-{}", self.version);
        let version = self.scope.shared(
            &key,
            AddonVersion {
                addon_name: addon.into(),
                kubernetes_version: self.version.into(),
            },
        );
        let tags = named(self.scope, name);
        let addon = eks::Addon {
            addon_version: Some(version.addon_version),
            resolve_conflicts: Some(ResolveConflicts::Overwrite.into()),
            tags,
            ..eks::Addon::new(&self.cluster, addon)
        };
        self.scope.add(name, addon).node
    }
}
