//! `route53.HostedZoneByName`.

use mlplat_core::facts::{Canon, LOOKUP, OnChange, OutputFact, Refs, Type, f};
use mlplat_core::{Output, Resource};

use crate::ids::HostedZoneId;
use crate::sources;

/// Facts of `route53.HostedZoneByName`.
pub static HOSTED_ZONE_BY_NAME: Type = Type {
    name: "route53.HostedZoneByName",
    doc: "The public zone of a domain that is there already.",
    api: "route53:ListHostedZonesByName",
    id: "Id",
    finds: "route53.HostedZone",
    fields: &[f("Name", OnChange::InPlace, Refs::No).canon(Canon::DnsName)],
    outputs: &[
        OutputFact::fixed("Id", "Z{upper20}"),
        OutputFact::fixed("NameServers", "[]"),
    ],
    source: sources::ROUTE53,
    ..LOOKUP
};

/// The public zone of a domain that is there already. API:
/// `ListHostedZonesByName`; it is a problem when there is none or more than
/// one.
#[derive(Resource, Clone, Debug)]
#[resource(facts = HOSTED_ZONE_BY_NAME, handle = HostedZoneByNameHandle {
    id: HostedZoneId,
    name_servers: Vec<String>,
})]
pub struct HostedZoneByName {
    /// The domain: `example.com`.
    pub name: Output<String>,
}
