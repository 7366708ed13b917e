//! The add-ons that every cluster gets.
//!
//! Three before the first node: the VPC CNI with a role of its own, so that
//! nodes need no right to change network interfaces; kube-proxy; the Pod
//! Identity agent. Two that need nodes: CoreDNS and the EBS CSI driver, the
//! latter with a role of its own too. The order is not written here: the
//! add-on and node group types declare what they need, and it follows. On Fargate
//! alone there are no nodes for any of them but CoreDNS.

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
    /// Names of services.
    pub coredns: NodeRef,
    /// Those that live on nodes; a cluster on Fargate alone has none of them.
    pub on_nodes: Option<NodeAddons>,
}

/// Add-ons that live on nodes, as nodes of the graph to come after.
#[derive(Debug, Clone, Copy)]
pub struct NodeAddons {
    /// Addresses for pods.
    pub vpc_cni: NodeRef,
    /// Addresses of services, on every node.
    pub kube_proxy: NodeRef,
    /// Credentials for pods, on every node.
    pub pod_identity_agent: NodeRef,
    /// Volumes.
    pub ebs_csi: NodeRef,
}

/// Settings of CoreDNS on Fargate.
const ON_FARGATE: &str = r#"{"computeType":"Fargate"}"#;

pub(super) struct Builder<'a, 'b> {
    pub(super) scope: &'a mut Scope<'b>,
    pub(super) cluster: Output<ClusterName>,
    pub(super) version: &'a str,
}

impl Builder<'_, '_> {
    /// The add-ons of a cluster with nodes.
    pub(super) fn build(mut self) -> Addons {
        self.identity("vpc-cni", "aws-node", ManagedPolicy::EksCni);
        self.identity(
            "ebs-csi",
            "ebs-csi-controller-sa",
            ManagedPolicy::EbsCsiDriverV2,
        );
        let vpc_cni = self.addon("vpc-cni", "vpc-cni", None);
        let kube_proxy = self.addon("kube-proxy", "kube-proxy", None);
        let pod_identity_agent = self.addon("pod-identity-agent", "eks-pod-identity-agent", None);
        let coredns = self.addon("coredns", "coredns", None);
        let ebs_csi = self.addon("ebs-csi", "aws-ebs-csi-driver", None);
        Addons {
            coredns,
            on_nodes: Some(NodeAddons {
                vpc_cni,
                kube_proxy,
                pod_identity_agent,
                ebs_csi,
            }),
        }
    }

    /// CoreDNS alone, told that it runs on Fargate: without that, EKS marks its
    /// pods for instances, and they wait for ever.
    pub(super) fn build_on_fargate(mut self) -> Addons {
        Addons {
            coredns: self.addon("coredns", "coredns", Some(ON_FARGATE)),
            on_nodes: None,
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

    fn addon(&mut self, name: &str, addon: &str, settings: Option<&str>) -> NodeRef {
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
            configuration_values: settings.map(Into::into),
            resolve_conflicts: Some(ResolveConflicts::Overwrite.into()),
            tags,
            ..eks::Addon::new(&self.cluster, addon)
        };
        self.scope.add(name, addon).node
    }
}
