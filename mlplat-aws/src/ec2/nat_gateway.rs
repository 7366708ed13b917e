//! `ec2.NatGateway`.

use mlplat_core::facts::{
    By, Fails, Held, Join, Need, OnChange, OutputFact, Quota, Recovery, Refs, Scope, Side, TYPE,
    Type, instant, opt, w,
};
use mlplat_core::wiring::Gives;
use mlplat_core::{Output, Resource};

use crate::ids::{AllocationId, NatGatewayId, SubnetId, Tags};
use crate::sources;

/// Facts of `ec2.NatGateway`.
///
/// Only public gateways of one zone: private ones need no internet gateway,
/// regional ones no subnet, and no construct uses either.
///
/// Releasing the address of a gateway that is not gone yet, or only just, is
/// answered with `AuthFailure`, however many rights the caller has
/// (kubernetes/kops#938 and #1604, genevieve/leftovers#33); the code
/// `InvalidIPAddress.InUse` is for addresses of instances.
pub static NAT_GATEWAY: Type = Type {
    name: "ec2.NatGateway",
    doc: "The way out to the internet for subnets without public addresses.",
    cloudformation: "AWS::EC2::NatGateway",
    api: "ec2:CreateNatGateway",
    id: "NatGatewayId",
    recovery: Recovery::Tags { window_s: 60 },
    token: true,
    fields: &[
        opt("SubnetId", OnChange::Replace)
            .refs(Refs::To("ec2.Subnet", Held::Refused("DependencyViolation"))),
        opt("AllocationId", OnChange::Replace)
            .refs(Refs::To("ec2.EIP", Held::Refused("AuthFailure"))),
        opt("Tags", OnChange::InPlace),
    ],
    outputs: &[OutputFact::fixed("NatGatewayId", "nat-{hex17}")],
    brings: &[
        Side::Lingers {
            kind: "eni",
            holds: "SubnetId",
            s: (0, 120),
        },
        Side::Lingers {
            kind: "address",
            holds: "AllocationId",
            s: (0, 30),
        },
    ],
    needs: &[Need {
        what: "an internet gateway attached to the subnet's VPC",
        path: &[
            Join::Follow("SubnetId"),
            Join::Follow("VpcId"),
            Join::Back("ec2.VPCGatewayAttachment", "VpcId"),
        ],
        by: By::ToBecomeReady,
        fails: Fails::EndsIn("failed: Gateway.NotAttached"),
    }],
    create: w(106, &["pending", "available"], 0),
    update: instant(1),
    delete: w(60, &["deleting", "deleted"], 3600),
    quota: Some(Quota {
        code: "L-FE5A380F",
        default: 5,
        // Counted per availability zone; a subnet lies in one.
        per: Scope::Parent("SubnetId"),
        error: "NatGatewayLimitExceeded",
    }),
    source: sources::EC2,
    ..TYPE
};

/// The way out to the internet for subnets without public addresses. API:
/// `CreateNatGateway` with connectivity type `public`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = NAT_GATEWAY, handle = NatGatewayHandle { nat_gateway_id: NatGatewayId })]
pub struct NatGateway {
    /// The public subnet that it lies in.
    pub subnet_id: Output<SubnetId>,
    /// Its public address.
    pub allocation_id: Output<AllocationId>,
    /// Tags.
    pub tags: Tags,
}

impl NatGateway {
    /// A gateway without tags.
    pub fn new(subnet_id: impl Gives<SubnetId>, allocation_id: impl Gives<AllocationId>) -> Self {
        Self {
            subnet_id: subnet_id.into(),
            allocation_id: allocation_id.into(),
            tags: Tags::new(),
        }
    }
}
