//! `ec2.NetworkAcl`: only ever a VPC's default one.

use mlplat_core::facts::{
    Held, OnChange, OutputFact, Recovery, Refs, TYPE, Tagging, Type, f, instant,
};

use crate::sources;

/// Facts of `ec2.NetworkAcl`.
///
/// Every VPC brings one that allows everything and cannot be deleted by
/// itself. There is no struct: security groups do the filtering in every
/// construct of this crate.
pub static NETWORK_ACL: Type = Type {
    name: "ec2.NetworkAcl",
    doc: "The default network ACL of a VPC, made and deleted with it.",
    cloudformation: "AWS::EC2::NetworkAcl",
    api: "ec2:CreateNetworkAcl",
    id: "Id",
    token: true,
    recovery: Recovery::Tags { window_s: 60 },
    tags: Tagging::OnCreate,
    fields: &[f(
        "VpcId",
        OnChange::Replace,
        Refs::To("ec2.VPC", Held::Refused("DependencyViolation")),
    )],
    outputs: &[OutputFact::fixed("Id", "acl-{hex17}")],
    create: instant(1),
    update: instant(1),
    delete: instant(1),
    source: sources::EC2,
    ..TYPE
};
