//! `VpcEndpoints`: AWS's services without a way over the internet.

use mlplat_core::{Construct, Output, Scope, text};

use super::network::Network;
use super::rules::{HasSecurityGroup, Peer, Ports};
use super::security_group::SecurityGroup;
use super::tags::named;
use crate::ec2::VpcEndpoint;
use crate::ids::{SecurityGroupId, VpcEndpointId};
use crate::lookups::CallerIdentity;

/// A service that an interface can lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum EndpointService {
    /// Instances, volumes and networks.
    Ec2,
    /// Clusters.
    Eks,
    /// Credentials by EKS Pod Identity.
    EksAuth,
    /// Registries: questions about images.
    EcrApi,
    /// Registries: the images themselves. Their layers come from S3.
    EcrDkr,
    /// Credentials by IRSA and for sign-ins.
    Sts,
    /// CloudWatch Logs.
    Logs,
    /// Load balancers.
    ElasticLoadBalancing,
    /// Auto scaling groups.
    AutoScaling,
    /// Secrets Manager.
    SecretsManager,
    /// Keys.
    Kms,
    /// EFS's API. File systems themselves are in the VPC anyway.
    Efs,
    /// Systems Manager.
    Ssm,
}

impl EndpointService {
    /// What nodes without a way to the internet need to join a cluster, pull
    /// images from ECR and get credentials for their pods, beside S3. After
    /// the EKS user guide on private clusters; compared with nothing.
    pub const FOR_NODES: [Self; 8] = [
        Self::Ec2,
        Self::Eks,
        Self::EksAuth,
        Self::EcrApi,
        Self::EcrDkr,
        Self::Sts,
        Self::Logs,
        Self::ElasticLoadBalancing,
    ];

    /// The end of the service's name: `ecr.api` of
    /// `com.amazonaws.eu-central-1.ecr.api`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ec2 => "ec2",
            Self::Eks => "eks",
            Self::EksAuth => "eks-auth",
            Self::EcrApi => "ecr.api",
            Self::EcrDkr => "ecr.dkr",
            Self::Sts => "sts",
            Self::Logs => "logs",
            Self::ElasticLoadBalancing => "elasticloadbalancing",
            Self::AutoScaling => "autoscaling",
            Self::SecretsManager => "secretsmanager",
            Self::Kms => "kms",
            Self::Efs => "elasticfilesystem",
            Self::Ssm => "ssm",
        }
    }
}

/// Endpoints of a network: a gateway for S3, which costs nothing, and
/// interfaces for other services in the private subnets, which cost by the
/// hour and zone. One security group lets the network's own addresses reach
/// the interfaces by HTTPS.
///
/// ```
/// use mlplat_aws::{EndpointService, Vpc, VpcEndpoints};
/// use mlplat_core::graph::{Context, Graph};
///
/// let graph = Graph::build(Context::new("demo"), |stack| {
///     let network = stack.add("network", Vpc::new("10.10.0.0/16"));
///     stack.add("endpoints", VpcEndpoints::new(&network).interface(EndpointService::Sts));
/// })?;
/// assert!(graph.find(&"endpoints/s3".parse()?).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct VpcEndpoints {
    network: Network,
    s3: bool,
    interfaces: Vec<EndpointService>,
}

impl VpcEndpoints {
    /// The gateway for S3, in all route tables of the network.
    pub fn new(network: &Network) -> Self {
        Self {
            network: network.clone(),
            s3: true,
            interfaces: Vec::new(),
        }
    }

    /// No gateway for S3: the network has one already.
    pub fn without_s3(mut self) -> Self {
        self.s3 = false;
        self
    }

    /// With an interface for a service. Naming one twice makes no second.
    pub fn interface(mut self, service: EndpointService) -> Self {
        if !self.interfaces.contains(&service) {
            self.interfaces.push(service);
        }
        self
    }

    /// With an interface for each of the services.
    pub fn interfaces(self, services: impl IntoIterator<Item = EndpointService>) -> Self {
        services.into_iter().fold(self, Self::interface)
    }

    fn gateway(&self, scope: &mut Scope<'_>, region: &Output<String>) -> Output<VpcEndpointId> {
        if self.network.route_tables.is_empty() {
            scope.problem(
                "no-route-tables",
                "the network names no route table that could get the route to S3",
                "give them: Network::existing(..).with_route_tables([..])",
            );
        }
        let endpoint = VpcEndpoint {
            tags: named(scope, "s3"),
            ..VpcEndpoint::gateway(
                &self.network.vpc_id,
                text!("com.amazonaws.{}.s3", region.clone()),
                self.network.route_tables.iter().cloned(),
            )
        };
        scope.add("s3", endpoint).id
    }
}

/// The endpoints of a network.
#[derive(Debug, Clone)]
pub struct VpcEndpointsHandle {
    /// The gateway for S3, for bucket policies that ask for it.
    pub s3: Option<Output<VpcEndpointId>>,
    /// The interfaces by service.
    pub interfaces: Vec<(EndpointService, Output<VpcEndpointId>)>,
    /// The group of the interfaces, if there are any.
    pub security_group_id: Option<Output<SecurityGroupId>>,
}

impl Construct for VpcEndpoints {
    type Handle = VpcEndpointsHandle;

    fn build(self, scope: &mut Scope<'_>) -> VpcEndpointsHandle {
        let caller = scope.shared("caller-identity", CallerIdentity {});
        let region = caller.region.cast::<String>();
        let s3 = self.s3.then(|| self.gateway(scope, &region));
        if self.interfaces.is_empty() {
            return VpcEndpointsHandle {
                s3,
                interfaces: Vec::new(),
                security_group_id: None,
            };
        }
        let group = SecurityGroup::new(&self.network, "endpoints of AWS services").allow(
            Ports::tcp(443),
            Peer::network(self.network.cidr.to_string()),
        );
        let group = scope.add("access", group).security_group_id();
        let interfaces = self.interfaces.into_iter().map(|service| {
            let endpoint = VpcEndpoint {
                tags: named(scope, service.name()),
                ..VpcEndpoint::interface(
                    &self.network.vpc_id,
                    text!("com.amazonaws.{}.{}", region, service.name()),
                    self.network.private_subnets.ids().iter().cloned(),
                    [group.clone()],
                )
            };
            (service, scope.add(service.name(), endpoint).id)
        });
        VpcEndpointsHandle {
            s3,
            interfaces: interfaces.collect(),
            security_group_id: Some(group),
        }
    }
}
