//! `ec2.DefaultSecurityGroupLock`.

use mlplat_core::facts::{
    Held, OnChange, OutputFact, Recovery, Refs, Scope, TYPE, Tagging, Type, Unique, f, instant,
};
use mlplat_core::{Output, Resource};

use crate::ids::SecurityGroupId;
use crate::sources;

/// Facts of `ec2.DefaultSecurityGroupLock`.
///
/// Every VPC brings a default security group whose members may reach each
/// other and everything else, and which anything gets that names no group. It
/// cannot be deleted, only emptied. The object here is that emptiness: it is
/// made by revoking every rule, it exists while there is no rule, and when
/// somebody adds one it is gone and made again. Deleting it calls nothing; the
/// group goes with its VPC. CloudFormation has nothing like it.
pub static DEFAULT_SECURITY_GROUP_LOCK: Type = Type {
    name: "ec2.DefaultSecurityGroupLock",
    doc: "The default security group of a VPC, without any rule.",
    api: "ec2:RevokeSecurityGroupIngress",
    id: "Id",
    recovery: Recovery::NaturalKey(&["GroupId"]),
    tags: Tagging::Never,
    fields: &[f(
        "GroupId",
        OnChange::Replace,
        Refs::To("ec2.SecurityGroup", Held::Cascades),
    )],
    outputs: &[OutputFact::fixed("Id", "{GroupId}")],
    unique: &[Unique {
        fields: &["GroupId"],
        scope: Scope::Account,
        code: "",
        held_after_delete_s: 0,
    }],
    create: instant(1),
    update: instant(1),
    delete: instant(0),
    source: sources::EC2,
    ..TYPE
};

/// The default security group of a VPC, without any rule. API:
/// `RevokeSecurityGroupIngress` and `RevokeSecurityGroupEgress` with every
/// rule that `DescribeSecurityGroupRules` lists.
#[derive(Resource, Clone, Debug)]
#[resource(facts = DEFAULT_SECURITY_GROUP_LOCK, handle = DefaultSecurityGroupLockHandle { id: String })]
pub struct DefaultSecurityGroupLock {
    /// The group: `default_security_group` of a VPC.
    pub group_id: Output<SecurityGroupId>,
}
