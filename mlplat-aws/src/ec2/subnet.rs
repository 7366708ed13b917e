//! `ec2.Subnet`.

use ipnet::Ipv4Net;
use mlplat_core::facts::{
    Blocked, Canon, Held, OnChange, OutputFact, Quota, Recovery, Refs, Scope, TYPE, Type, Unique,
    f, instant, opt, w,
};
use mlplat_core::wiring::Gives;
use mlplat_core::{Output, Resource};

use crate::ids::{AvailabilityZone, SubnetId, Tags, VpcId};
use crate::sources;

/// Facts of `ec2.Subnet`.
pub static SUBNET: Type = Type {
    name: "ec2.Subnet",
    doc: "A part of a VPC's address range in one availability zone.",
    cloudformation: "AWS::EC2::Subnet",
    api: "ec2:CreateSubnet",
    id: "SubnetId",
    recovery: Recovery::Tags { window_s: 60 },
    fields: &[
        f(
            "VpcId",
            OnChange::Replace,
            Refs::To("ec2.VPC", Held::Refused("DependencyViolation")),
        ),
        f("CidrBlock", OnChange::Replace, Refs::No).canon(Canon::Cidr),
        opt("AvailabilityZone", OnChange::Replace),
        opt("MapPublicIpOnLaunch", OnChange::InPlace),
        opt("Tags", OnChange::InPlace),
    ],
    outputs: &[
        OutputFact::fixed("SubnetId", "subnet-{hex17}"),
        OutputFact::fixed("AvailabilityZone", "{AvailabilityZone}"),
    ],
    unique: &[Unique {
        fields: &["CidrBlock"],
        scope: Scope::OverlapIn("VpcId"),
        code: "InvalidSubnet.Conflict",
        held_after_delete_s: 0,
    }],
    blocked: &[Blocked {
        when: "network interfaces lie in the subnet",
        code: "DependencyViolation",
    }],
    create: w(1, &["pending", "available"], 0),
    update: instant(1),
    delete: instant(1),
    quota: Some(Quota {
        code: "L-407747CB",
        default: 200,
        per: Scope::Parent("VpcId"),
        error: "SubnetLimitExceeded",
    }),
    source: sources::EC2,
    ..TYPE
};

/// A part of a VPC's address range in one availability zone. API:
/// `CreateSubnet`, then `ModifySubnetAttribute` for `MapPublicIpOnLaunch`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = SUBNET, handle = SubnetHandle {
    subnet_id: SubnetId,
    availability_zone: AvailabilityZone,
})]
pub struct Subnet {
    /// The VPC.
    pub vpc_id: Output<VpcId>,
    /// The address range, `/16` to `/28`, inside the VPC's. AWS keeps five
    /// addresses of it. A change replaces the subnet.
    pub cidr_block: Output<Ipv4Net>,
    /// The zone. AWS would choose one; here it has to be said, because the
    /// choice would not be the same twice.
    pub availability_zone: Output<AvailabilityZone>,
    /// Whether instances get a public address. Default false.
    pub map_public_ip_on_launch: Option<Output<bool>>,
    /// Tags. Load balancers look for `kubernetes.io/role/elb` (public) and
    /// `kubernetes.io/role/internal-elb` (private).
    pub tags: Tags,
}

impl Subnet {
    /// A private subnet without tags.
    pub fn new(
        vpc_id: impl Gives<VpcId>,
        cidr_block: impl Gives<Ipv4Net>,
        availability_zone: impl Gives<AvailabilityZone>,
    ) -> Self {
        Self {
            vpc_id: vpc_id.into(),
            cidr_block: cidr_block.into(),
            availability_zone: availability_zone.into(),
            map_public_ip_on_launch: None,
            tags: Tags::new(),
        }
    }
}
