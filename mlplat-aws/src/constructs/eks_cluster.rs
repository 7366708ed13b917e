//! `EksCluster`: a cluster that is ready for work.

use std::ops::RangeInclusive;

use ipnet::Ipv4Net;
use mlplat_core::wiring::{Gives, KnownText, NodeRef};
use mlplat_core::{Construct, Output, Scope};

use super::access_entry::AccessEntry;
use super::addon::{AddonKind, CoreDns, EbsCsi, KubeProxy, VpcCni};
use super::auto_mode;
use super::cidr;
use super::cluster_addons::{Addons, Builder, Wanted};
use super::compute_plan::ComputePlan;
use super::control_plane_logs::ControlPlaneLogs;
use super::eks_cluster_handle::{EksClusterHandle, key};
use super::endpoint::Endpoint;
use super::fargate_profile::FargateProfile;
use super::kubernetes_version::{self, DEFAULT_KUBERNETES_VERSION};
use super::network::Network;
use super::node_group::NodeGroup;
use super::role::Role;
use super::tags::named;
use crate::eks::{self, LogType, SupportType};
use crate::ids::{ClusterName, PrincipalArn};
use crate::logs::Retention;
use crate::lookups::CallerIdentity;
use crate::policy::{AccessPolicy, ManagedPolicy, trust};

/// In how many zones the control plane has interfaces: EKS asks for two and
/// uses two. A cluster cannot take on a zone that it was not made with
/// (aws/containers-roadmap#2330), so the zones that a network gains later must
/// not be among them. Nodes run in all zones all the same.
const CONTROL_PLANE_ZONES: usize = 2;

/// For how long the control plane's logs are kept unless said otherwise.
const LOGS_KEPT: Retention = Retention::ThreeMonths;

/// A cluster: its role, the control plane, the add-ons in the right order, a
/// node group, and access for whoever deploys.
///
/// ```
/// use mlplat_aws::{EksCluster, Vpc};
/// use mlplat_core::graph::{Context, Graph};
///
/// let graph = Graph::build(Context::new("demo"), |stack| {
///     let network = stack.add("network", Vpc::new("10.10.0.0/16"));
///     let cluster = stack.add("cluster", EksCluster::new(&network).nodes(1..=4));
///     stack.output("endpoint", &cluster.endpoint);
/// })?;
/// assert!(graph.find(&"cluster/nodes/group".parse()?).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Access is by access entries alone: there is no `aws-auth` config map and no
/// hidden administrator. The deployer's own role gets an entry, so that the
/// same program can put things into the cluster; it is looked up once and
/// pinned. Kubernetes is upgraded by AWS at the end of standard support unless
/// [`extended_support`](Self::extended_support) is chosen.
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct EksCluster {
    network: Network,
    name: Option<String>,
    version: String,
    listed: bool,
    endpoint: Endpoint,
    nodes: Option<RangeInclusive<u32>>,
    compute: ComputePlan,
    wanted: Wanted,
    service_cidr: Option<String>,
    logs: Vec<LogType>,
    log_group: LogGroup,
    secrets_key: Option<Output<String>>,
    support: SupportType,
    deletion_protection: bool,
    deployer: bool,
    admins: Vec<(String, Output<PrincipalArn>)>,
}

/// Whose the control plane's log group is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LogGroup {
    /// Ours, if there are logs, for [`LOGS_KEPT`].
    Default,
    /// Ours, for this long.
    Kept(Retention),
    /// Nobody's: EKS makes it.
    OfEks,
}

impl EksCluster {
    /// A cluster with one to three nodes where the network has room for them.
    pub fn new(network: &Network) -> Self {
        Self {
            network: network.clone(),
            name: None,
            version: DEFAULT_KUBERNETES_VERSION.to_owned(),
            listed: true,
            endpoint: Endpoint::default(),
            nodes: Some(1..=3),
            compute: ComputePlan::Managed,
            wanted: Wanted::default(),
            service_cidr: None,
            logs: vec![LogType::Api, LogType::Audit, LogType::Authenticator],
            log_group: LogGroup::Default,
            secrets_key: None,
            support: SupportType::Standard,
            deletion_protection: false,
            deployer: true,
            admins: Vec::new(),
        }
    }

    /// Under a name of the user's choice, 1 to 100 letters, digits, `-` and
    /// `_`. Default: generated.
    pub fn name(mut self, name: impl KnownText) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The Kubernetes version: `1.35`. A cluster is upgraded one minor version
    /// at a time and never downgraded.
    pub fn version(mut self, version: impl KnownText) -> Self {
        self.version = version.into();
        self.listed = true;
        self
    }

    /// A Kubernetes version that this library does not know yet.
    pub fn unlisted_version(mut self, version: impl KnownText) -> Self {
        self.version = version.into();
        self.listed = false;
        self
    }

    /// Fewest and most nodes of the node group that comes with the cluster.
    pub fn nodes(mut self, nodes: RangeInclusive<u32>) -> Self {
        self.nodes = Some(nodes);
        self
    }

    /// No node group: add some with [`NodeGroup`]. CoreDNS and the EBS CSI
    /// driver wait for them.
    pub fn without_nodes(mut self) -> Self {
        self.nodes = None;
        self
    }

    /// On what pods run. [`ComputePlan::Managed`] is the default; the others
    /// bring no node group.
    pub fn compute(mut self, plan: ComputePlan) -> Self {
        self.compute = plan;
        self
    }

    /// No instances at all: see [`ComputePlan::FargateOnly`].
    pub fn fargate_only(self) -> Self {
        self.compute(ComputePlan::FargateOnly)
    }

    /// Nodes that AWS starts as pods need them: see
    /// [`ComputePlan::AutoMode`].
    pub fn auto_mode(self) -> Self {
        self.compute(ComputePlan::AutoMode)
    }

    /// Settings of the VPC CNI. By default it carries out network policies.
    pub fn vpc_cni(mut self, settings: VpcCni) -> Self {
        self.wanted.vpc_cni = settings;
        self
    }

    /// Settings of kube-proxy.
    pub fn kube_proxy(mut self, settings: KubeProxy) -> Self {
        self.wanted.kube_proxy = settings;
        self
    }

    /// Settings of CoreDNS.
    pub fn coredns(mut self, settings: CoreDns) -> Self {
        self.wanted.coredns = settings;
        self
    }

    /// Settings of the EBS CSI driver.
    pub fn ebs_csi(mut self, settings: EbsCsi) -> Self {
        self.wanted.ebs_csi = settings;
        self
    }

    /// Pins the version of an add-on that the cluster brings:
    /// `.pin_addon::<VpcCni>("v1.20.4-eksbuild.2")`. Default: AWS's for the
    /// cluster's version, looked up once.
    pub fn pin_addon<A: AddonKind>(mut self, version: impl KnownText) -> Self {
        self.wanted.versions.insert(A::NAME, version.into());
        self
    }

    /// Who may reach the API server.
    pub fn endpoint(mut self, endpoint: Endpoint) -> Self {
        self.endpoint = endpoint;
        self
    }

    /// Addresses of services, `/12` to `/24`, outside the VPC's range.
    pub fn service_cidr(mut self, cidr: impl KnownText) -> Self {
        self.service_cidr = Some(cidr.into());
        self
    }

    /// Control plane logs that go to CloudWatch. Default: API, audit,
    /// authenticator. They go into a log group that is part of the program:
    /// made before the cluster, deleted after it.
    ///
    /// The group's name contains the cluster's, which therefore cannot be
    /// generated with the cluster: without [`name`](Self::name) it is stack,
    /// environment and path (`zenml-dev-cluster`), and a replacement deletes
    /// first.
    pub fn logs(mut self, logs: impl IntoIterator<Item = LogType>) -> Self {
        self.logs = logs.into_iter().collect();
        self
    }

    /// Keeps control plane logs for this long. Default 90 days. What would
    /// expire anyway goes with the cluster.
    pub fn log_retention(mut self, retention: Retention) -> Self {
        self.log_group = LogGroup::Kept(retention);
        self
    }

    /// Leaves the log group to EKS, which makes it itself, keeps everything
    /// for ever and leaves it behind when the cluster is destroyed. The
    /// cluster's name is then generated.
    pub fn log_group_of_eks(mut self) -> Self {
        self.log_group = LogGroup::OfEks;
        self
    }

    /// Encrypts Kubernetes secrets by a KMS key, by its ARN.
    pub fn secrets_key(mut self, key_arn: impl Gives<String>) -> Self {
        self.secrets_key = Some(key_arn.into());
        self
    }

    /// Stays on a version for twelve months after its standard support, at six
    /// times the price.
    pub fn extended_support(mut self) -> Self {
        self.support = SupportType::Extended;
        self
    }

    /// Makes AWS refuse to delete the cluster.
    pub fn deletion_protection(mut self) -> Self {
        self.deletion_protection = true;
        self
    }

    /// A further administrator, under a name of its own.
    pub fn admin(mut self, name: impl KnownText, principal: impl Gives<PrincipalArn>) -> Self {
        self.admins.push((name.into(), principal.into()));
        self
    }

    /// No entry for whoever deploys. Then one of the administrators has to be
    /// them, if anything is to be put into the cluster.
    pub fn without_deployer_access(mut self) -> Self {
        self.deployer = false;
        self
    }

    fn check(&self, scope: &mut Scope<'_>) {
        if self.listed {
            kubernetes_version::check(scope, &self.version);
        }
        if self.network.zones.len() < 2 {
            scope.problem(
                "too-few-zones",
                format!(
                    "EKS needs subnets in two zones, the network has {}",
                    self.network.zones.len()
                ),
                "spread the network over two or more: Vpc::new(..).zones(2)",
            );
        }
        if !self.deployer && self.admins.is_empty() {
            scope.problem(
                "no-administrator",
                "nobody could sign in to the cluster",
                "name an .admin(..), or leave the deployer's access in",
            );
        }
    }

    fn service_range(&self, scope: &mut Scope<'_>) -> Option<Ipv4Net> {
        let text = self.service_cidr.as_ref()?;
        let net = cidr::parse(scope, "the service range", text);
        if net == cidr::NOWHERE {
            return Some(net);
        }
        if !(12..=24).contains(&net.prefix_len()) || !net.network().is_private() {
            scope.problem(
                "bad-service-cidr",
                format!("EKS would refuse the service range {net}"),
                "choose a /12 to /24 of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16",
            );
        }
        if cidr::overlap(&net, &self.network.cidr) {
            scope.problem(
                "cidr-overlap",
                format!(
                    "the service range {net} overlaps the network {}",
                    self.network.cidr
                ),
                "choose addresses outside the network",
            );
        }
        Some(net)
    }

    /// The log group of the control plane, if it is to be ours.
    fn log_group(&self, scope: &mut Scope<'_>) -> Option<ControlPlaneLogs> {
        let retention = match self.log_group {
            LogGroup::OfEks => return None,
            LogGroup::Default if self.logs.is_empty() => return None,
            LogGroup::Default => LOGS_KEPT,
            LogGroup::Kept(retention) => retention,
        };
        if self.logs.is_empty() {
            scope.problem(
                "nothing-to-keep",
                "the control plane has no logs that could be kept",
                "choose .logs(..), or leave the retention out",
            );
        }
        Some(ControlPlaneLogs::add(
            scope,
            self.name.as_deref(),
            retention,
        ))
    }

    fn control_plane(&self, scope: &mut Scope<'_>) -> eks::ClusterHandle {
        let logs = self.log_group(scope);
        let name = logs.as_ref().map(|logs| logs.cluster.as_str());
        let name = name.or(self.name.as_deref());
        let role = match self.compute {
            ComputePlan::AutoMode => auto_mode::control_plane_role(),
            ComputePlan::Managed | ComputePlan::FargateOnly => {
                Role::new(trust::service("eks.amazonaws.com")).managed(ManagedPolicy::EksCluster)
            }
        };
        let role = scope.add("role", role.describe("Control plane of an EKS cluster"));
        let private = self.network.private_subnets.ids().iter();
        let subnets = private.take(CONTROL_PLANE_ZONES).cloned();
        let mut cluster = eks::Cluster {
            name: name.map(|name| ClusterName::new(name).into()),
            version: Some(self.version.as_str().into()),
            vpc_id: Some(self.network.vpc_id.clone()),
            service_ipv4_cidr: self.service_range(scope).map(Into::into),
            enabled_log_types: self.logs.iter().map(|log| (*log).into()).collect(),
            secrets_key_arn: self.secrets_key.clone(),
            support_type: Some(self.support.into()),
            deletion_protection: self.deletion_protection.then(|| true.into()),
            tags: named(scope, ""),
            ..eks::Cluster::new(&role.arn, subnets)
        };
        self.endpoint.apply(scope, &mut cluster);
        if self.compute == ComputePlan::AutoMode {
            auto_mode::turn_on(&mut cluster, auto_mode::node_role(scope));
        }
        let cluster = scope.add("control-plane", cluster);
        if let Some(logs) = logs {
            scope.order(logs.node, cluster.node);
        }
        cluster
    }

    fn addons(&self, scope: &mut Scope<'_>, cluster: &Output<ClusterName>) -> Addons {
        if self.compute == ComputePlan::FargateOnly {
            let profile = FargateProfile::of(cluster.clone(), &self.network.private_subnets);
            let dns = profile.labelled("kube-system", [("k8s-app", "kube-dns")]);
            scope.add("fargate-dns", dns);
        }
        let builder = Builder {
            scope,
            cluster: cluster.clone(),
            version: &self.version,
            wanted: &self.wanted,
        };
        builder.build(self.compute)
    }

    fn access(&self, scope: &mut Scope<'_>, cluster: &Output<ClusterName>) -> Vec<NodeRef> {
        let mut nodes = Vec::new();
        let mut admins = self.admins.clone();
        if self.deployer {
            let caller = scope.shared("caller-identity", CallerIdentity {});
            admins.push(("deployer".to_owned(), caller.arn.cast()));
        }
        for (name, principal) in admins {
            let entry =
                AccessEntry::of(cluster.clone(), principal).policy(AccessPolicy::ClusterAdmin);
            nodes.extend(scope.add(&format!("admin-{name}"), entry));
        }
        nodes
    }
}

impl Construct for EksCluster {
    type Handle = EksClusterHandle;

    fn build(self, scope: &mut Scope<'_>) -> EksClusterHandle {
        self.check(scope);
        let cluster = self.control_plane(scope);
        let access = self.access(scope, &cluster.name);
        let addons = self.addons(scope, &cluster.name);
        let mut handle = EksClusterHandle {
            name: cluster.name,
            arn: cluster.arn,
            version: self.version,
            endpoint: cluster.endpoint,
            certificate_authority_data: cluster.certificate_authority_data,
            issuer_url: cluster.open_id_connect_issuer_url,
            security_group_id: cluster.cluster_security_group_id,
            vpc_id: self.network.vpc_id.clone(),
            node_subnets: self.network.node_subnets().to_vec(),
            nodes: None,
            addons,
            compute: self.compute,
            access,
            node: cluster.node,
            key: key(scope.path().as_str()),
        };
        if let (Some(sizes), ComputePlan::Managed) = (self.nodes, self.compute) {
            handle.nodes = Some(scope.add("nodes", NodeGroup::new(&handle).sizes(sizes)));
        }
        handle
    }
}
