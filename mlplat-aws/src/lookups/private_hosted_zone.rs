//! `route53.PrivateHostedZone`.

use mlplat_core::facts::{Canon, LOOKUP, OnChange, OutputFact, Refs, Type, f};
use mlplat_core::{Output, Resource};

use crate::ids::{HostedZoneId, Region, VpcId};
use crate::sources;

/// Facts of `route53.PrivateHostedZone`.
pub static PRIVATE_HOSTED_ZONE: Type = Type {
    name: "route53.PrivateHostedZone",
    doc: "The zone of a domain that answers in a VPC and is there already.",
    api: "route53:ListHostedZonesByVPC",
    id: "Id",
    finds: "route53.HostedZone",
    fields: &[
        f("Name", OnChange::InPlace, Refs::No).canon(Canon::DnsName),
        f("VPCId", OnChange::InPlace, Refs::No),
        f("VPCRegion", OnChange::InPlace, Refs::No),
    ],
    outputs: &[OutputFact::fixed("Id", "Z{upper20}")],
    source: sources::ROUTE53,
    ..LOOKUP
};

/// The zone of a domain that answers in a VPC and is there already. API:
/// `ListHostedZonesByVPC`, which also lists zones of other accounts; it is a
/// problem when none of them has the name.
#[derive(Resource, Clone, Debug)]
#[resource(facts = PRIVATE_HOSTED_ZONE, handle = PrivateHostedZoneHandle { id: HostedZoneId })]
pub struct PrivateHostedZone {
    /// The domain: `internal.example.com`.
    pub name: Output<String>,
    /// The VPC.
    #[field("VPCId")]
    pub vpc_id: Output<VpcId>,
    /// The region of the VPC.
    #[field("VPCRegion")]
    pub vpc_region: Output<Region>,
}
