//! `ec2.InternetGateway`.

use mlplat_core::Resource;
use mlplat_core::facts::{OnChange, OutputFact, Quota, Recovery, Scope, TYPE, Type, instant, opt};

use crate::ids::{InternetGatewayId, Tags};
use crate::sources;

/// Facts of `ec2.InternetGateway`.
pub static INTERNET_GATEWAY: Type = Type {
    name: "ec2.InternetGateway",
    doc: "The way between a VPC and the internet.",
    cloudformation: "AWS::EC2::InternetGateway",
    api: "ec2:CreateInternetGateway",
    id: "InternetGatewayId",
    recovery: Recovery::Tags { window_s: 60 },
    fields: &[opt("Tags", OnChange::InPlace)],
    outputs: &[OutputFact::fixed("InternetGatewayId", "igw-{hex17}")],
    create: instant(1),
    update: instant(1),
    delete: instant(1),
    quota: Some(Quota {
        code: "L-A4707A72",
        default: 5,
        per: Scope::Account,
        error: "InternetGatewayLimitExceeded",
    }),
    source: sources::EC2,
    ..TYPE
};

/// The way between a VPC and the internet; a
/// [`VpcGatewayAttachment`](super::VpcGatewayAttachment) puts it in place.
/// API: `CreateInternetGateway`.
#[derive(Resource, Clone, Debug, Default)]
#[resource(facts = INTERNET_GATEWAY, handle = InternetGatewayHandle {
    internet_gateway_id: InternetGatewayId,
})]
pub struct InternetGateway {
    /// Tags.
    pub tags: Tags,
}
