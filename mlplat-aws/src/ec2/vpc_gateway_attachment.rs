//! `ec2.VPCGatewayAttachment`.

use mlplat_core::facts::{
    Blocked, Held, OnChange, OutputFact, Recovery, Refs, Scope, TYPE, Tagging, Type, Unique, f,
    instant,
};
use mlplat_core::{Output, Resource};

use crate::ids::{InternetGatewayId, VpcId};
use crate::sources;

/// Facts of `ec2.VPCGatewayAttachment`.
///
/// Detaching is refused while the VPC holds mapped public addresses (a NAT
/// gateway, an internet-facing load balancer), which is why NAT gateways and
/// routes declare a need for it: what needs it goes first.
pub static VPC_GATEWAY_ATTACHMENT: Type = Type {
    name: "ec2.VPCGatewayAttachment",
    doc: "An internet gateway in place in a VPC.",
    cloudformation: "AWS::EC2::VPCGatewayAttachment",
    api: "ec2:AttachInternetGateway",
    id: "Id",
    recovery: Recovery::NaturalKey(&["InternetGatewayId", "VpcId"]),
    tags: Tagging::Never,
    fields: &[
        f(
            "InternetGatewayId",
            OnChange::Replace,
            Refs::To("ec2.InternetGateway", Held::Refused("DependencyViolation")),
        ),
        f(
            "VpcId",
            OnChange::Replace,
            Refs::To("ec2.VPC", Held::Refused("DependencyViolation")),
        ),
    ],
    outputs: &[OutputFact::fixed("Id", "IGW|{VpcId}")],
    unique: &[
        Unique {
            fields: &["InternetGatewayId"],
            scope: Scope::Account,
            code: "Resource.AlreadyAssociated",
            held_after_delete_s: 0,
        },
        Unique {
            fields: &["VpcId"],
            scope: Scope::Account,
            code: "InvalidParameterValue",
            held_after_delete_s: 0,
        },
    ],
    blocked: &[Blocked {
        when: "the VPC holds mapped public addresses",
        code: "DependencyViolation",
    }],
    create: instant(1),
    update: instant(1),
    delete: instant(10),
    source: sources::EC2,
    ..TYPE
};

/// An internet gateway in place in a VPC; one per VPC. API:
/// `AttachInternetGateway`, `DetachInternetGateway`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = VPC_GATEWAY_ATTACHMENT, handle = VpcGatewayAttachmentHandle { id: String })]
pub struct VpcGatewayAttachment {
    /// The gateway.
    pub internet_gateway_id: Output<InternetGatewayId>,
    /// The VPC.
    pub vpc_id: Output<VpcId>,
}
