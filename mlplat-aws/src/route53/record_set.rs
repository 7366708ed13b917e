//! `route53.RecordSet`.

use mlplat_core::facts::{
    Canon, Held, OnChange, OutputFact, Quota, Recovery, Refs, Scope, TYPE, Tagging, Type, Unique,
    f, instant, opt, w,
};
use mlplat_core::wiring::Gives;
use mlplat_core::{Output, Resource};

use crate::ids::HostedZoneId;
use crate::sources;

/// Facts of `route53.RecordSet`.
///
/// Name and type identify a record in its zone; records of the same name and
/// type for several places or weights (`SetIdentifier`) are not offered.
/// `AliasDNSName` and `AliasHostedZoneId` are members of the alias target.
///
/// A value may be one that a certificate asks for: [`acm`](crate::acm) says
/// what for.
pub static RECORD_SET: Type = Type {
    name: "route53.RecordSet",
    doc: "The values of one type under one name of a zone.",
    cloudformation: "AWS::Route53::RecordSet",
    api: "route53:ChangeResourceRecordSets",
    id: "Id",
    recovery: Recovery::NaturalKey(&["HostedZoneId", "Name", "Type"]),
    tags: Tagging::Never,
    fields: &[
        f(
            "HostedZoneId",
            OnChange::Replace,
            Refs::To("route53.HostedZone", Held::Refused("HostedZoneNotEmpty")),
        ),
        f("Name", OnChange::Replace, Refs::No).canon(Canon::DnsName),
        f("Type", OnChange::Replace, Refs::No),
        opt("TTL", OnChange::InPlace),
        opt("ResourceRecords", OnChange::InPlace)
            .canon(Canon::Set)
            .refs(Refs::May("acm.Certificate", Held::Dangles)),
        opt("AliasDNSName", OnChange::InPlace).canon(Canon::DnsName),
        opt("AliasHostedZoneId", OnChange::InPlace),
        opt("EvaluateTargetHealth", OnChange::InPlace),
    ],
    outputs: &[
        OutputFact::fixed("Id", "{HostedZoneId}|{Name}|{Type}"),
        OutputFact::fixed("Name", "{Name}"),
    ],
    unique: &[Unique {
        fields: &["Name", "Type"],
        scope: Scope::Parent("HostedZoneId"),
        code: "InvalidChangeBatch",
        held_after_delete_s: 0,
    }],
    create: w(35, &["PENDING", "INSYNC"], 0),
    update: w(35, &["PENDING", "INSYNC"], 0),
    delete: instant(2),
    quota: Some(Quota {
        code: "L-E209CC9F",
        default: 10_000,
        per: Scope::Parent("HostedZoneId"),
        error: "InvalidChangeBatch",
    }),
    source: sources::ROUTE53,
    ..TYPE
};

/// The values of one type under one name of a zone. API:
/// `ChangeResourceRecordSets` with `CREATE`, `UPSERT` or `DELETE`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = RECORD_SET, handle = RecordSetHandle { id: String, name: String })]
pub struct RecordSet {
    /// The zone.
    pub hosted_zone_id: Output<HostedZoneId>,
    /// The whole name: `www.ml.example.com`; `*` as its first part stands for
    /// any.
    pub name: Output<String>,
    /// What the values are.
    #[field("Type")]
    pub record_type: Output<RecordType>,
    /// For how many seconds others may remember the values; not for an alias.
    #[field("TTL")]
    pub ttl: Option<Output<u32>>,
    /// The values; texts of `TXT` in double quotes.
    pub resource_records: Vec<Output<String>>,
    /// The name of the AWS object that answers instead of values.
    #[field("AliasDNSName")]
    pub alias_dns_name: Option<Output<String>>,
    /// The zone of that name, which is AWS's own for a load balancer.
    pub alias_hosted_zone_id: Option<Output<HostedZoneId>>,
    /// Whether the alias answers only while its target is healthy; always sent
    /// with an alias.
    pub evaluate_target_health: Option<Output<bool>>,
}

impl RecordSet {
    /// A record of values, remembered for five minutes.
    pub fn new(
        hosted_zone_id: impl Gives<HostedZoneId>,
        name: impl Gives<String>,
        record_type: RecordType,
        values: impl IntoIterator<Item = Output<String>>,
    ) -> Self {
        Self {
            ttl: Some(300.into()),
            resource_records: values.into_iter().collect(),
            ..Self::empty(hosted_zone_id.into(), name.into(), record_type)
        }
    }

    /// A record that answers with the addresses of an AWS object.
    pub fn alias(
        hosted_zone_id: impl Gives<HostedZoneId>,
        name: impl Gives<String>,
        target: impl Gives<String>,
        target_zone: impl Gives<HostedZoneId>,
    ) -> Self {
        Self {
            alias_dns_name: Some(target.into()),
            alias_hosted_zone_id: Some(target_zone.into()),
            evaluate_target_health: Some(false.into()),
            ..Self::empty(hosted_zone_id.into(), name.into(), RecordType::A)
        }
    }

    fn empty(zone: Output<HostedZoneId>, name: Output<String>, record_type: RecordType) -> Self {
        Self {
            hosted_zone_id: zone,
            name,
            record_type: record_type.into(),
            ttl: None,
            resource_records: Vec::new(),
            alias_dns_name: None,
            alias_hosted_zone_id: None,
            evaluate_target_health: None,
        }
    }
}

/// What the values of a record are. `SOA` is missing: a zone's own one is the
/// only one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RecordType {
    /// IPv4 addresses.
    A,
    /// IPv6 addresses.
    Aaaa,
    /// Certificate authorities that may issue for the name.
    Caa,
    /// Another name.
    Cname,
    /// Mail servers.
    Mx,
    /// Name servers of a part of the zone.
    Ns,
    /// The name of an address.
    Ptr,
    /// Hosts and ports of a service.
    Srv,
    /// Texts.
    Txt,
}
