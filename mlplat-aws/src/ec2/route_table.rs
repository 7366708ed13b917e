//! `ec2.RouteTable`.

use mlplat_core::facts::{
    Held, OnChange, OutputFact, Quota, Recovery, Refs, Scope, TYPE, Type, f, instant, opt,
};
use mlplat_core::wiring::Gives;
use mlplat_core::{Output, Resource};

use crate::ids::{RouteTableId, Tags, VpcId};
use crate::sources;

/// Facts of `ec2.RouteTable`.
///
/// The route to the VPC's own range is always in it and is not listed as an
/// object.
pub static ROUTE_TABLE: Type = Type {
    name: "ec2.RouteTable",
    doc: "Where traffic of the subnets that are associated with it goes.",
    cloudformation: "AWS::EC2::RouteTable",
    api: "ec2:CreateRouteTable",
    id: "RouteTableId",
    recovery: Recovery::Tags { window_s: 60 },
    token: true,
    fields: &[
        f(
            "VpcId",
            OnChange::Replace,
            Refs::To("ec2.VPC", Held::Refused("DependencyViolation")),
        ),
        opt("Tags", OnChange::InPlace),
    ],
    outputs: &[OutputFact::fixed("RouteTableId", "rtb-{hex17}")],
    create: instant(1),
    update: instant(1),
    delete: instant(1),
    quota: Some(Quota {
        code: "L-589F43AA",
        default: 200,
        per: Scope::Parent("VpcId"),
        error: "RouteTableLimitExceeded",
    }),
    source: sources::EC2,
    ..TYPE
};

/// Where traffic of the subnets that are associated with it goes. API:
/// `CreateRouteTable`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = ROUTE_TABLE, handle = RouteTableHandle { route_table_id: RouteTableId })]
pub struct RouteTable {
    /// The VPC.
    pub vpc_id: Output<VpcId>,
    /// Tags.
    pub tags: Tags,
}

impl RouteTable {
    /// A table without tags.
    pub fn new(vpc_id: impl Gives<VpcId>) -> Self {
        Self {
            vpc_id: vpc_id.into(),
            tags: Tags::new(),
        }
    }
}
