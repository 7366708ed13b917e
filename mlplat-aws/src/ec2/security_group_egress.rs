//! `ec2.SecurityGroupEgress`.

use ipnet::{Ipv4Net, Ipv6Net};
use mlplat_core::facts::{
    Canon, Held, OnChange, OutputFact, Quota, Recovery, Refs, Scope, TYPE, Tagging, Type, Unique,
    f, instant, opt,
};
use mlplat_core::wiring::Gives;
use mlplat_core::{Output, Resource};

use crate::ids::{SecurityGroupId, SecurityGroupRuleId};
use crate::sources;

/// Facts of `ec2.SecurityGroupEgress`.
///
/// A rule is identified by what it says: the second one that says the same is
/// refused, so an interrupted creation is found by its natural key. The key is
/// given once per kind of peer, since a rule has exactly one peer.
///
/// `ModifySecurityGroupRules` could change a rule in place; CloudFormation
/// calls everything but the description create-only, and so does this: the new
/// rule comes before the old one goes, and traffic never stops.
pub static SECURITY_GROUP_EGRESS: Type = Type {
    name: "ec2.SecurityGroupEgress",
    doc: "One rule of a security group: who may be reached from it.",
    cloudformation: "AWS::EC2::SecurityGroupEgress",
    api: "ec2:AuthorizeSecurityGroupEgress",
    id: "Id",
    recovery: Recovery::NaturalKey(&[
        "GroupId",
        "IpProtocol",
        "FromPort",
        "ToPort",
        "CidrIp",
        "CidrIpv6",
        "DestinationSecurityGroupId",
    ]),
    tags: Tagging::OnCreate,
    fields: &[
        f(
            "GroupId",
            OnChange::Replace,
            Refs::To("ec2.SecurityGroup", Held::Cascades),
        ),
        f("IpProtocol", OnChange::Replace, Refs::No),
        opt("FromPort", OnChange::Replace),
        opt("ToPort", OnChange::Replace),
        opt("CidrIp", OnChange::Replace).canon(Canon::Cidr),
        opt("CidrIpv6", OnChange::Replace).canon(Canon::Cidr),
        opt("DestinationSecurityGroupId", OnChange::Replace).refs(Refs::To(
            "ec2.SecurityGroup",
            Held::Refused("DependencyViolation"),
        )),
        opt("Description", OnChange::InPlace),
    ],
    outputs: &[OutputFact::fixed("Id", "sgr-{hex17}")],
    unique: &[
        Unique {
            fields: &["IpProtocol", "FromPort", "ToPort", "CidrIp"],
            scope: Scope::Parent("GroupId"),
            code: "InvalidPermission.Duplicate",
            held_after_delete_s: 0,
        },
        Unique {
            fields: &["IpProtocol", "FromPort", "ToPort", "CidrIpv6"],
            scope: Scope::Parent("GroupId"),
            code: "InvalidPermission.Duplicate",
            held_after_delete_s: 0,
        },
        Unique {
            fields: &[
                "IpProtocol",
                "FromPort",
                "ToPort",
                "DestinationSecurityGroupId",
            ],
            scope: Scope::Parent("GroupId"),
            code: "InvalidPermission.Duplicate",
            held_after_delete_s: 0,
        },
    ],
    create: instant(1),
    update: instant(1),
    delete: instant(1),
    quota: Some(Quota {
        code: "L-0EA8095F",
        default: 60,
        per: Scope::Parent("GroupId"),
        error: "RulesPerSecurityGroupLimitExceeded",
    }),
    source: sources::EC2,
    ..TYPE
};

/// One rule of a security group: who may be reached from it. API:
/// `AuthorizeSecurityGroupEgress` with one permission of one peer.
#[derive(Resource, Clone, Debug)]
#[resource(facts = SECURITY_GROUP_EGRESS, handle = SecurityGroupEgressHandle { id: SecurityGroupRuleId })]
pub struct SecurityGroupEgress {
    /// The group that the rule belongs to.
    pub group_id: Output<SecurityGroupId>,
    /// `tcp`, `udp`, `icmp`, `icmpv6`, or `-1` for everything.
    pub ip_protocol: Output<String>,
    /// First port; -1 with protocol `-1`.
    pub from_port: Output<i32>,
    /// Last port; -1 with protocol `-1`.
    pub to_port: Output<i32>,
    /// Peer: an IPv4 network. Exactly one peer is set.
    pub cidr_ip: Option<Output<Ipv4Net>>,
    /// Peer: an IPv6 network. Exactly one peer is set.
    pub cidr_ipv6: Option<Output<Ipv6Net>>,
    /// Peer: the interfaces of another group. Exactly one peer is set.
    pub destination_security_group_id: Option<Output<SecurityGroupId>>,
    /// What it is for; up to 255 characters. In the API it stands with the peer.
    pub description: Option<Output<String>>,
}

impl SecurityGroupEgress {
    /// A rule without a peer yet: set exactly one.
    pub fn new(
        group_id: impl Gives<SecurityGroupId>,
        ip_protocol: impl Gives<String>,
        ports: (i32, i32),
    ) -> Self {
        Self {
            group_id: group_id.into(),
            ip_protocol: ip_protocol.into(),
            from_port: ports.0.into(),
            to_port: ports.1.into(),
            cidr_ip: None,
            cidr_ipv6: None,
            destination_security_group_id: None,
            description: None,
        }
    }
}
