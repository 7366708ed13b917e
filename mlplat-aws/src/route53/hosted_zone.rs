//! `route53.HostedZone`.

use mlplat_core::facts::{
    Blocked, Canon, Data, Held, OnChange, OutputFact, Quota, Recovery, Refs, Scope, TYPE, Tagging,
    Type, Unique, f, instant, opt, w,
};
use mlplat_core::wiring::Gives;
use mlplat_core::{Output, Resource};

use crate::ids::{HostedZoneId, Region, Tags, VpcId};
use crate::sources;

/// Facts of `route53.HostedZone`.
///
/// With a VPC the zone is private. Only one VPC is offered, although the API
/// can add more by further calls, and changing it is one call to add the new
/// and one to take away the old.
///
/// Tags are set by a second call, but the request's `CallerReference` is the
/// birth's token and every list answers it, so that a zone is found again by
/// it. The API refuses a second request with the same reference with
/// `HostedZoneAlreadyExists`: there is never a second zone. Two public zones of
/// one name are allowed otherwise.
///
/// A zone's own `NS` and `SOA` records come and go with it. Any other record,
/// whoever made it, keeps it from being deleted.
pub static HOSTED_ZONE: Type = Type {
    name: "route53.HostedZone",
    doc: "A DNS domain and its records, public or of a VPC.",
    cloudformation: "AWS::Route53::HostedZone",
    api: "route53:CreateHostedZone",
    id: "Id",
    recovery: Recovery::Tags { window_s: 60 },
    token: true,
    tags: Tagging::AfterCreate,
    fields: &[
        f("Name", OnChange::Replace, Refs::No).canon(Canon::DnsName),
        opt("VPCId", OnChange::InPlace).refs(Refs::To("ec2.VPC", Held::Dangles)),
        opt("VPCRegion", OnChange::InPlace),
        opt("Comment", OnChange::InPlace),
        opt("Tags", OnChange::InPlace),
    ],
    outputs: &[
        OutputFact::fixed("Id", "Z{upper20}"),
        OutputFact::fixed("Name", "{Name}"),
        OutputFact::fixed(
            "NameServers",
            r#"["ns-1.{hex2}.awsdns-01.com","ns-2.{hex2}.awsdns-02.net","ns-3.{hex2}.awsdns-03.org","ns-4.{hex2}.awsdns-04.co.uk"]"#,
        ),
    ],
    unique: &[Unique {
        fields: &["Name"],
        scope: Scope::Parent("VPCId"),
        code: "ConflictingDomainExists",
        held_after_delete_s: 0,
    }],
    blocked: &[Blocked {
        when: "records other than its own NS and SOA are in it",
        code: "HostedZoneNotEmpty",
    }],
    data: Data::MustBeEmpty,
    create: w(35, &["PENDING", "INSYNC"], 0),
    update: instant(2),
    delete: instant(2),
    quota: Some(Quota {
        code: "L-4EA4796A",
        default: 500,
        per: Scope::Account,
        error: "TooManyHostedZones",
    }),
    source: sources::ROUTE53,
    ..TYPE
};

/// A DNS domain and its records. API: `CreateHostedZone`,
/// `ChangeTagsForResource`; changes by `UpdateHostedZoneComment`,
/// `AssociateVPCWithHostedZone`, `DisassociateVPCFromHostedZone`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = HOSTED_ZONE, handle = HostedZoneHandle {
    id: HostedZoneId,
    name: String,
    name_servers: Vec<String>,
})]
pub struct HostedZone {
    /// The domain: `ml.example.com`.
    pub name: Output<String>,
    /// The VPC in which alone the zone answers. Left out, it answers everyone.
    #[field("VPCId")]
    pub vpc_id: Option<Output<VpcId>>,
    /// The region of the VPC.
    #[field("VPCRegion")]
    pub vpc_region: Option<Output<Region>>,
    /// What it is for, up to 256 characters.
    pub comment: Option<Output<String>>,
    /// Tags.
    pub tags: Tags,
}

impl HostedZone {
    /// A public zone.
    pub fn new(name: impl Gives<String>) -> Self {
        Self {
            name: name.into(),
            vpc_id: None,
            vpc_region: None,
            comment: None,
            tags: Tags::new(),
        }
    }
}
