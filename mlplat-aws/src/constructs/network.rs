//! What a network offers to others.

use ipnet::Ipv4Net;
use mlplat_core::Output;
use mlplat_core::wiring::Gives;

use crate::checks::is_prod;
use crate::ids::{AvailabilityZone, RouteTableId, SubnetId, VpcId};

/// How private subnets reach the internet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Nat {
    /// They do not. Nodes then run in the public subnets.
    None,
    /// By one gateway, in the first zone: the cheapest, and a failure of that
    /// zone cuts the others off. The default.
    #[default]
    Single,
    /// By one gateway in each zone: for production.
    PerAz,
}

impl Nat {
    /// One gateway in each zone in production, one in all elsewhere:
    /// `Vpc::new(..).nat(Nat::for_env(stack.env()))`. Production is an
    /// environment called `prod`, `production` or `prod-...`.
    #[must_use]
    pub fn for_env(env: &str) -> Self {
        if is_prod(env) {
            Self::PerAz
        } else {
            Self::Single
        }
    }
}

/// The public subnets of a network, one per zone. Only a network makes them.
#[derive(Debug, Clone)]
pub struct PublicSubnets(pub(super) Vec<Output<SubnetId>>);

/// The private subnets of a network, one per zone. Only a network makes them,
/// so what must not face the internet (databases, Fargate pods) can ask for
/// them by type.
#[derive(Debug, Clone)]
pub struct PrivateSubnets(pub(super) Vec<Output<SubnetId>>);

/// The subnets of a network that have no way out at all, one per zone: for
/// databases. Only a network makes them.
#[derive(Debug, Clone)]
pub struct DatabaseSubnets(pub(super) Vec<Output<SubnetId>>);

impl DatabaseSubnets {
    /// Their ids, in order of zone.
    #[must_use]
    pub fn ids(&self) -> &[Output<SubnetId>] {
        &self.0
    }
}

impl PublicSubnets {
    /// Their ids, in order of zone.
    #[must_use]
    pub fn ids(&self) -> &[Output<SubnetId>] {
        &self.0
    }
}

impl PrivateSubnets {
    /// Their ids, in order of zone.
    #[must_use]
    pub fn ids(&self) -> &[Output<SubnetId>] {
        &self.0
    }
}

/// A network: what [`Vpc`](crate::Vpc) hands back.
#[derive(Debug, Clone)]
pub struct Network {
    /// The VPC.
    pub vpc_id: Output<VpcId>,
    /// Its range, known when the program runs.
    pub cidr: Ipv4Net,
    /// The zones, in the order of the subnets.
    pub zones: Vec<Output<AvailabilityZone>>,
    /// For load balancers and NAT gateways.
    pub public_subnets: PublicSubnets,
    /// For everything else.
    pub private_subnets: PrivateSubnets,
    /// For databases, if the network has a place of their own for them.
    pub database_subnets: Option<DatabaseSubnets>,
    /// Its route tables. Of a network that was there already, those that were
    /// named.
    pub route_tables: Vec<Output<RouteTableId>>,
    /// How the private subnets reach the internet.
    pub nat: Nat,
}

/// The subnets of one zone of a network that is there already.
#[derive(Debug, Clone)]
pub struct ExistingZone {
    /// The zone: `eu-central-1a`.
    pub zone: Output<AvailabilityZone>,
    /// Its public subnet.
    pub public: Output<SubnetId>,
    /// Its private subnet.
    pub private: Output<SubnetId>,
}

impl Network {
    /// A network that is there already and that nobody here owns: known by its
    /// ids, or by what another stack exports. Its subnets should carry the tags `kubernetes.io/role/elb` and
    /// `kubernetes.io/role/internal-elb`, by which load balancers find them.
    ///
    /// ```
    /// use mlplat_aws::ids::{AvailabilityZone, SubnetId, VpcId};
    /// use mlplat_aws::{ExistingZone, Nat, Network};
    ///
    /// let zone = |zone: &str, public: &str, private: &str| ExistingZone {
    ///     zone: AvailabilityZone::new(zone).into(),
    ///     public: SubnetId::new(public).into(),
    ///     private: SubnetId::new(private).into(),
    /// };
    /// let zones = [
    ///     zone("eu-central-1a", "subnet-1", "subnet-2"),
    ///     zone("eu-central-1b", "subnet-3", "subnet-4"),
    /// ];
    /// let network = Network::existing(VpcId::new("vpc-1"), "10.0.0.0/16".parse()?, Nat::Single, zones);
    /// assert_eq!(network.node_subnets().len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn existing(
        vpc_id: impl Gives<VpcId>,
        cidr: Ipv4Net,
        nat: Nat,
        zones: impl IntoIterator<Item = ExistingZone>,
    ) -> Self {
        let mut network = Self {
            vpc_id: vpc_id.into(),
            cidr,
            zones: Vec::new(),
            public_subnets: PublicSubnets(Vec::new()),
            private_subnets: PrivateSubnets(Vec::new()),
            database_subnets: None,
            route_tables: Vec::new(),
            nat,
        };
        for zone in zones {
            network.zones.push(zone.zone);
            network.public_subnets.0.push(zone.public);
            network.private_subnets.0.push(zone.private);
        }
        network
    }

    /// The same network, with the route tables that endpoints may add to.
    #[must_use]
    pub fn with_route_tables(self, tables: impl IntoIterator<Item = RouteTableId>) -> Self {
        let route_tables = tables.into_iter().map(Into::into).collect();
        Self {
            route_tables,
            ..self
        }
    }

    /// The same network, with subnets for databases alone, one per zone.
    #[must_use]
    pub fn with_database_subnets(self, subnets: impl IntoIterator<Item = SubnetId>) -> Self {
        let subnets = subnets.into_iter().map(Into::into).collect();
        Self {
            database_subnets: Some(DatabaseSubnets(subnets)),
            ..self
        }
    }

    /// Where nodes belong: the private subnets when they have a way out, the
    /// public ones otherwise. A network without public ones has endpoints.
    #[must_use]
    pub fn node_subnets(&self) -> &[Output<SubnetId>] {
        match self.nat {
            Nat::None if !self.public_subnets.0.is_empty() => self.public_subnets.ids(),
            Nat::None | Nat::Single | Nat::PerAz => self.private_subnets.ids(),
        }
    }

    /// Where databases belong: the subnets of their own, if there are any.
    pub(super) fn store_subnets(&self) -> &[Output<SubnetId>] {
        match &self.database_subnets {
            Some(subnets) => subnets.ids(),
            None => self.private_subnets.ids(),
        }
    }
}
