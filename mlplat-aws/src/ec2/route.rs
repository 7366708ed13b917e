//! `ec2.Route`.

use ipnet::Ipv4Net;
use mlplat_core::facts::{
    By, Canon, Fails, Held, Join, Need, OnChange, OutputFact, Recovery, Refs, Scope, TYPE, Tagging,
    Type, Unique, f, instant, opt,
};
use mlplat_core::wiring::Gives;
use mlplat_core::{Output, Resource};

use crate::ids::{InternetGatewayId, NatGatewayId, RouteTableId};
use crate::sources;

/// Facts of `ec2.Route`.
///
/// A route whose target is deleted stays as a black hole, so it never blocks;
/// the need for the attachment keeps the order of creation, and of deletion in
/// reverse.
pub static ROUTE: Type = Type {
    name: "ec2.Route",
    doc: "One line of a route table: a destination and where it goes.",
    cloudformation: "AWS::EC2::Route",
    api: "ec2:CreateRoute",
    id: "Id",
    recovery: Recovery::NaturalKey(&["RouteTableId", "DestinationCidrBlock"]),
    tags: Tagging::Never,
    fields: &[
        f(
            "RouteTableId",
            OnChange::Replace,
            Refs::To("ec2.RouteTable", Held::Cascades),
        ),
        opt("DestinationCidrBlock", OnChange::Replace).canon(Canon::Cidr),
        opt("GatewayId", OnChange::InPlace).refs(Refs::To("ec2.InternetGateway", Held::Dangles)),
        opt("NatGatewayId", OnChange::InPlace).refs(Refs::To("ec2.NatGateway", Held::Dangles)),
    ],
    outputs: &[OutputFact::fixed(
        "Id",
        "{RouteTableId}|{DestinationCidrBlock}",
    )],
    unique: &[Unique {
        fields: &["DestinationCidrBlock"],
        scope: Scope::Parent("RouteTableId"),
        code: "RouteAlreadyExists",
        held_after_delete_s: 0,
    }],
    needs: &[Need {
        what: "the internet gateway attached to the route table's VPC",
        path: &[
            Join::Follow("GatewayId"),
            Join::Back("ec2.VPCGatewayAttachment", "InternetGatewayId"),
        ],
        by: By::AtCall,
        fails: Fails::Refuse("InvalidParameterValue"),
    }],
    create: instant(1),
    update: instant(1),
    delete: instant(1),
    source: sources::EC2,
    ..TYPE
};

/// One line of a route table. API: `CreateRoute`, `ReplaceRoute`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = ROUTE, handle = RouteHandle { id: String })]
pub struct Route {
    /// The table.
    pub route_table_id: Output<RouteTableId>,
    /// The destination; `0.0.0.0/0` is everywhere else.
    pub destination_cidr_block: Output<Ipv4Net>,
    /// To the internet by this gateway. Exactly one target is set.
    pub gateway_id: Option<Output<InternetGatewayId>>,
    /// To the internet by this NAT gateway. Exactly one target is set.
    pub nat_gateway_id: Option<Output<NatGatewayId>>,
}

impl Route {
    /// A route out by an internet gateway.
    pub fn by_gateway(
        route_table_id: impl Gives<RouteTableId>,
        destination: Ipv4Net,
        gateway_id: impl Gives<InternetGatewayId>,
    ) -> Self {
        Self {
            route_table_id: route_table_id.into(),
            destination_cidr_block: destination.into(),
            gateway_id: Some(gateway_id.into()),
            nat_gateway_id: None,
        }
    }

    /// A route out by a NAT gateway.
    pub fn by_nat(
        route_table_id: impl Gives<RouteTableId>,
        destination: Ipv4Net,
        nat_gateway_id: impl Gives<NatGatewayId>,
    ) -> Self {
        Self {
            route_table_id: route_table_id.into(),
            destination_cidr_block: destination.into(),
            gateway_id: None,
            nat_gateway_id: Some(nat_gateway_id.into()),
        }
    }
}
