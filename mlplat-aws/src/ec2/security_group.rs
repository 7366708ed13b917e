//! `ec2.SecurityGroup`.

use mlplat_core::facts::{
    Alphabet, Blocked, Held, NameRule, OnChange, OutputFact, Quota, Recovery, Refs, Scope, Side,
    TYPE, Type, Unique, f, instant, opt,
};
use mlplat_core::wiring::Gives;
use mlplat_core::{Output, Resource};

use crate::ids::{SecurityGroupId, Tags, VpcId};
use crate::sources;

/// Facts of `ec2.SecurityGroup`.
///
/// A new group brings one egress rule that allows everything. Its rules are
/// types of their own, so that two groups may name each other.
pub static SECURITY_GROUP: Type = Type {
    name: "ec2.SecurityGroup",
    doc: "A set of network interfaces and what may reach them.",
    cloudformation: "AWS::EC2::SecurityGroup",
    api: "ec2:CreateSecurityGroup",
    id: "GroupId",
    recovery: Recovery::Tags { window_s: 60 },
    name_rule: Some(NameRule {
        field: "GroupName",
        min: 1,
        max: 255,
        alphabet: Alphabet::SecurityGroup,
    }),
    fields: &[
        f("GroupName", OnChange::Replace, Refs::No),
        f("GroupDescription", OnChange::Replace, Refs::No),
        opt("VpcId", OnChange::Replace)
            .refs(Refs::To("ec2.VPC", Held::Refused("DependencyViolation"))),
        opt("Tags", OnChange::InPlace),
    ],
    outputs: &[OutputFact::fixed("GroupId", "sg-{hex17}")],
    unique: &[Unique {
        fields: &["GroupName"],
        scope: Scope::Parent("VpcId"),
        code: "InvalidGroup.Duplicate",
        held_after_delete_s: 0,
    }],
    brings: &[Side::Child {
        ty: "ec2.SecurityGroupEgress",
        output: None,
        field: "GroupId",
    }],
    blocked: &[Blocked {
        when: "network interfaces use the group",
        code: "DependencyViolation",
    }],
    create: instant(3),
    update: instant(1),
    delete: instant(1),
    quota: Some(Quota {
        code: "L-E79EC296",
        default: 2500,
        per: Scope::Account,
        error: "SecurityGroupLimitExceeded",
    }),
    source: sources::EC2,
    ..TYPE
};

/// A set of network interfaces and what may reach them. API:
/// `CreateSecurityGroup`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = SECURITY_GROUP, handle = SecurityGroupHandle { group_id: SecurityGroupId })]
pub struct SecurityGroup {
    /// Unique in the VPC, 1 to 255 characters, not starting with `sg-`.
    /// Generated when not set.
    pub group_name: Option<Output<String>>,
    /// What it is for; up to 255 characters. A change replaces the group.
    /// In the API `Description`.
    pub group_description: Output<String>,
    /// The VPC.
    pub vpc_id: Output<VpcId>,
    /// Tags.
    pub tags: Tags,
}

impl SecurityGroup {
    /// A group with a generated name.
    pub fn new(vpc_id: impl Gives<VpcId>, group_description: impl Gives<String>) -> Self {
        Self {
            group_name: None,
            group_description: group_description.into(),
            vpc_id: vpc_id.into(),
            tags: Tags::new(),
        }
    }
}
