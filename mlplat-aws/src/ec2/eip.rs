//! `ec2.EIP`.

use std::net::Ipv4Addr;

use mlplat_core::Resource;
use mlplat_core::facts::{OnChange, OutputFact, Quota, Recovery, Scope, TYPE, Type, instant, opt};

use crate::ids::{AllocationId, Tags};
use crate::sources;

/// Facts of `ec2.EIP`.
pub static EIP: Type = Type {
    name: "ec2.EIP",
    doc: "A public IPv4 address that stays the same.",
    cloudformation: "AWS::EC2::EIP",
    api: "ec2:AllocateAddress",
    id: "AllocationId",
    recovery: Recovery::Tags { window_s: 60 },
    fields: &[opt("Tags", OnChange::InPlace)],
    outputs: &[
        OutputFact::fixed("AllocationId", "eipalloc-{hex17}"),
        OutputFact::fixed("PublicIp", "{ipv4}"),
    ],
    create: instant(1),
    update: instant(1),
    delete: instant(1),
    quota: Some(Quota {
        code: "L-0263D0A3",
        default: 5,
        per: Scope::Account,
        error: "AddressLimitExceeded",
    }),
    source: sources::EC2,
    ..TYPE
};

/// A public IPv4 address that stays the same. API: `AllocateAddress`, always
/// with domain `vpc`.
#[derive(Resource, Clone, Debug, Default)]
#[resource(facts = EIP, handle = EipHandle {
    allocation_id: AllocationId,
    public_ip: Ipv4Addr,
})]
pub struct Eip {
    /// Tags.
    pub tags: Tags,
}
