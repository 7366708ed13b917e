//! What a network offers to others.

use ipnet::Ipv4Net;
use mlplat_core::Output;

use crate::ids::{AvailabilityZone, SubnetId, VpcId};

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

/// The public subnets of a network, one per zone. Only a network makes them.
#[derive(Debug, Clone)]
pub struct PublicSubnets(pub(super) Vec<Output<SubnetId>>);

/// The private subnets of a network, one per zone. Only a network makes them,
/// so what must not face the internet (databases, Fargate pods) can ask for
/// them by type.
#[derive(Debug, Clone)]
pub struct PrivateSubnets(pub(super) Vec<Output<SubnetId>>);

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
    /// How the private subnets reach the internet.
    pub nat: Nat,
}

impl Network {
    /// Where nodes belong: the private subnets when they have a way out, the
    /// public ones otherwise.
    #[must_use]
    pub fn node_subnets(&self) -> &[Output<SubnetId>] {
        match self.nat {
            Nat::None => self.public_subnets.ids(),
            Nat::Single | Nat::PerAz => self.private_subnets.ids(),
        }
    }
}
