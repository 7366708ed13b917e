//! `Vpc`: a network over several zones.

use ipnet::Ipv4Net;
use mlplat_core::wiring::KnownText;
use mlplat_core::{Construct, Output, Scope};

use super::cidr::{self, PREFIXES};
use super::flow_logs;
use super::network::{DatabaseSubnets, Nat, Network, PrivateSubnets, PublicSubnets};
use super::network_parts::Parts;
use super::subnet_plan::{SubnetPlan, databases, divide};
use super::tags::named;
use crate::ec2;
use crate::ids::AvailabilityZone;
use crate::logs::Retention;
use crate::lookups::AvailabilityZones;

/// Most zones that a network spreads over; no region has more.
const ZONES_MAX: u8 = 6;

/// A network: a VPC with a public and a private subnet in each zone, an
/// internet gateway, NAT gateways, and the routes between them. The default
/// security group loses its rules, so that nothing is open that nobody opened.
///
/// ```
/// use mlplat_aws::{Nat, Vpc};
/// use mlplat_core::graph::{Context, Graph};
///
/// let graph = Graph::build(Context::new("demo"), |stack| {
///     let network = stack.add("network", Vpc::new("10.10.0.0/16").nat(Nat::PerAz));
///     stack.output("vpc", &network.vpc_id);
/// })?;
/// assert!(graph.find(&"network/nat-3".parse()?).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Which zones a region has is looked up; the names are unknown in a plan
/// without credentials. Subnets carry the tags by which the AWS Load Balancer
/// Controller finds them. Instances in public subnets get a public address
/// only when there is no NAT gateway, because then nodes have to run there.
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct Vpc {
    cidr: String,
    zones: u8,
    nat: Nat,
    private: Option<Vec<String>>,
    public: Option<Vec<String>>,
    flow_logs: Option<Retention>,
    zone_names: Vec<String>,
    databases: bool,
    private_only: bool,
}

impl Vpc {
    /// A network of this range (`/16` to `/28`) over three zones, with one NAT
    /// gateway.
    pub fn new(cidr: impl KnownText) -> Self {
        Self {
            cidr: cidr.into(),
            zones: 3,
            nat: Nat::default(),
            private: None,
            public: None,
            flow_logs: None,
            zone_names: Vec::new(),
            databases: false,
            private_only: false,
        }
    }

    /// Over how many zones, 1 to 6. EKS needs two. Going from one to three, or
    /// from four to six, only adds subnets; from three to four the ranges are
    /// divided anew, which replaces them.
    pub fn zones(mut self, zones: u8) -> Self {
        self.zones = zones;
        self
    }

    /// Over these zones and no others, by their names: `eu-central-1a`. A name
    /// stands for different places in different accounts. Default: the first
    /// that the account may use, which are looked up.
    pub fn zone_names<S: KnownText>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.zone_names = names.into_iter().map(Into::into).collect();
        self.zones = u8::try_from(self.zone_names.len()).unwrap_or(u8::MAX);
        self
    }

    /// With a third subnet in each zone, for databases: nothing in them
    /// reaches the internet, by no gateway and no NAT. [`MySql`](crate::MySql)
    /// and [`Postgres`](crate::Postgres) then lie there. It takes room that is
    /// kept free, so it replaces no other subnet.
    pub fn database_subnets(mut self) -> Self {
        self.databases = true;
        self
    }

    /// Without public subnets, internet gateway and NAT gateways: nothing gets
    /// in or out but by [`VpcEndpoints`](crate::VpcEndpoints). Nodes then need
    /// those of S3, ECR, EC2, STS and EKS.
    pub fn private_only(mut self) -> Self {
        self.private_only = true;
        self.nat = Nat::None;
        self
    }

    /// How private subnets reach the internet.
    pub fn nat(mut self, nat: Nat) -> Self {
        self.nat = nat;
        self
    }

    /// The private subnets' ranges, one per zone, instead of computed ones.
    pub fn private_cidrs<S: KnownText>(mut self, cidrs: impl IntoIterator<Item = S>) -> Self {
        self.private = Some(cidrs.into_iter().map(Into::into).collect());
        self
    }

    /// The public subnets' ranges, one per zone, instead of computed ones.
    pub fn public_cidrs<S: KnownText>(mut self, cidrs: impl IntoIterator<Item = S>) -> Self {
        self.public = Some(cidrs.into_iter().map(Into::into).collect());
        self
    }

    /// Records who sent how much to whom, in a log group that keeps it for
    /// this long. Default: nothing is recorded. What would expire anyway goes
    /// with the network.
    pub fn flow_logs(mut self, retention: Retention) -> Self {
        self.flow_logs = Some(retention);
        self
    }

    /// The ranges of all subnets. Everything wrong is a Problem, and a plan
    /// without subnets stands in, so that the rest of the program is checked
    /// too.
    fn plan(&self, scope: &mut Scope<'_>, vpc: Ipv4Net) -> SubnetPlan {
        let zones = self.zones.clamp(1, ZONES_MAX);
        if zones != self.zones {
            scope.problem(
                "bad-zones",
                format!("a network cannot spread over {} zones", self.zones),
                format!("choose 1 to {ZONES_MAX}"),
            );
        }
        if vpc == cidr::NOWHERE {
            return SubnetPlan::default();
        }
        if !PREFIXES.contains(&vpc.prefix_len()) {
            scope.problem(
                "bad-cidr",
                format!("AWS would refuse a VPC of {vpc}"),
                "give it a prefix length of 16 to 28",
            );
            return SubnetPlan::default();
        }
        let mut plan = match (&self.private, &self.public) {
            (Some(_), Some(_)) => SubnetPlan::default(),
            _ => computed(scope, vpc, zones),
        };
        if let Some(private) = &self.private {
            plan.private = read(scope, "private", private, zones);
        }
        if let Some(public) = &self.public {
            plan.public = read(scope, "public", public, zones);
        }
        if self.private_only {
            self.check_private(scope);
            plan.public.clear();
        }
        if self.databases {
            plan.database = stores(scope, vpc, zones);
        }
        check(scope, vpc, &plan);
        plan
    }
}

impl Vpc {
    fn check_private(&self, scope: &mut Scope<'_>) {
        if self.nat != Nat::None || self.public.is_some() {
            scope.problem(
                "no-way-out",
                "a network without public subnets has no place for NAT gateways",
                "leave out .private_only(), or .nat(..) and .public_cidrs(..)",
            );
        }
    }

    /// The zones in order of the subnets: named, or looked up.
    fn chosen_zones(&self, scope: &mut Scope<'_>, count: usize) -> Vec<Output<AvailabilityZone>> {
        if !self.zone_names.is_empty() {
            let names = self.zone_names.iter().take(count);
            return names
                .map(|name| AvailabilityZone::new(name.as_str()).into())
                .collect();
        }
        let names = scope
            .shared("availability-zones", AvailabilityZones {})
            .zone_names;
        (0..count).map(|zone| names.item(zone)).collect()
    }
}

fn stores(scope: &mut Scope<'_>, vpc: Ipv4Net, zones: u8) -> Vec<Ipv4Net> {
    databases(vpc, zones).unwrap_or_else(|longest| {
        scope.problem(
            "cidr-too-small",
            format!("{vpc} has no room for database subnets in {zones} zones"),
            format!("give the network at least a /{longest}"),
        );
        Vec::new()
    })
}

fn computed(scope: &mut Scope<'_>, vpc: Ipv4Net, zones: u8) -> SubnetPlan {
    divide(vpc, zones).unwrap_or_else(|longest| {
        scope.problem(
            "cidr-too-small",
            format!("{vpc} is too small for a public and a private subnet in {zones} zones"),
            format!("give the network at least a /{longest}, or fewer zones"),
        );
        SubnetPlan::default()
    })
}

/// Ranges that the user chose.
fn read(scope: &mut Scope<'_>, kind: &str, texts: &[String], zones: u8) -> Vec<Ipv4Net> {
    if texts.len() != usize::from(zones) {
        scope.problem(
            "subnets-per-zone",
            format!("{} {kind} subnets do not fit {zones} zones", texts.len()),
            format!("give exactly {zones}, one per zone"),
        );
    }
    let nets = texts
        .iter()
        .map(|text| cidr::parse(scope, &format!("the {kind} subnet"), text));
    nets.take(usize::from(zones)).collect()
}

/// Subnets lie in their VPC. That they lie apart from each other is checked
/// for every subnet of a program, when it is frozen.
fn check(scope: &mut Scope<'_>, vpc: Ipv4Net, plan: &SubnetPlan) {
    let all = plan.private.iter().chain(&plan.public);
    let all = all.chain(&plan.database);
    for net in all.filter(|net| **net != cidr::NOWHERE) {
        if !vpc.contains(net) {
            scope.problem(
                "cidr-outside",
                format!("the subnet {net} is not inside the VPC {vpc}"),
                "choose a part of the VPC's range",
            );
        } else if !PREFIXES.contains(&net.prefix_len()) {
            scope.problem(
                "cidr-too-small",
                format!("AWS would refuse the subnet {net}"),
                "give it a prefix length of 16 to 28",
            );
        }
    }
}

impl Construct for Vpc {
    type Handle = Network;

    fn build(self, scope: &mut Scope<'_>) -> Network {
        let cidr = cidr::parse(scope, "the network", &self.cidr);
        let plan = self.plan(scope, cidr);
        let vpc = scope.add(
            "vpc",
            ec2::Vpc {
                enable_dns_support: Some(true.into()),
                enable_dns_hostnames: Some(true.into()),
                tags: named(scope, ""),
                ..ec2::Vpc::new(cidr)
            },
        );
        scope.add(
            "default-security-group-lock",
            ec2::DefaultSecurityGroupLock {
                group_id: vpc.default_security_group,
            },
        );
        if let Some(retention) = self.flow_logs {
            flow_logs::add(scope, &vpc.vpc_id, retention);
        }
        let count = plan.private.len().max(plan.public.len());
        let zones = self.chosen_zones(scope, count);
        let mut parts = Parts {
            scope,
            vpc: vpc.vpc_id.clone(),
            zones: &zones,
            tables: Vec::new(),
        };
        let public = match self.private_only {
            true => Vec::new(),
            false => {
                let gateway = parts.internet_gateway();
                parts.public(&plan.public, &gateway, self.nat)
            }
        };
        let nats = parts.nat_gateways(&public, self.nat);
        let private = parts.private(&plan.private, &nats);
        let databases = self.databases.then(|| parts.databases(&plan.database));
        let route_tables = parts.tables;
        Network {
            vpc_id: vpc.vpc_id,
            cidr,
            zones,
            public_subnets: PublicSubnets(public),
            private_subnets: PrivateSubnets(private),
            database_subnets: databases.map(DatabaseSubnets),
            route_tables,
            nat: self.nat,
        }
    }
}
