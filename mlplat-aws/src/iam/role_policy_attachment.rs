//! `iam.RolePolicyAttachment`.

use mlplat_core::facts::{
    Held, Offer, OnChange, OutputFact, Quota, Recovery, Refs, Scope, TYPE, Tagging, Type, Unique,
    f, instant,
};
use mlplat_core::wiring::Gives;
use mlplat_core::{Output, Resource};

use crate::ids::{PolicyArn, RoleName};
use crate::sources;

/// Facts of `iam.RolePolicyAttachment`.
///
/// CloudFormation has no type for it (it is the property `ManagedPolicyArns`
/// of the role); here it is one, because `AttachRolePolicy` is a call of its
/// own that may fail by itself. Attaching twice is harmless: the code is empty.
pub static ROLE_POLICY_ATTACHMENT: Type = Type {
    name: "iam.RolePolicyAttachment",
    doc: "A managed policy attached to a role.",
    api: "iam:AttachRolePolicy",
    id: "Id",
    recovery: Recovery::NaturalKey(&["RoleName", "PolicyArn"]),
    tags: Tagging::Never,
    fields: &[
        f(
            "RoleName",
            OnChange::Replace,
            Refs::To("iam.Role", Held::Refused("DeleteConflict")),
        ),
        f(
            "PolicyArn",
            OnChange::Replace,
            Refs::May("iam.ManagedPolicy", Held::Refused("DeleteConflict")),
        ),
    ],
    outputs: &[OutputFact::fixed("Id", "{RoleName}|{PolicyArn}")],
    unique: &[Unique {
        fields: &["PolicyArn"],
        scope: Scope::Parent("RoleName"),
        code: "",
        held_after_delete_s: 0,
    }],
    offers: &[Offer {
        what: "permissions",
        to: "RoleName",
    }],
    create: instant(2),
    update: instant(1),
    delete: instant(1),
    quota: Some(Quota {
        code: "L-0DA4ABF3",
        default: 10,
        per: Scope::Parent("RoleName"),
        error: "LimitExceeded",
    }),
    source: sources::IAM,
    ..TYPE
};

/// A managed policy attached to a role. API: `AttachRolePolicy`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = ROLE_POLICY_ATTACHMENT, handle = RolePolicyAttachmentHandle { id: String })]
pub struct RolePolicyAttachment {
    /// The role.
    pub role_name: Output<RoleName>,
    /// The policy; see [`ManagedPolicy`](crate::policy::ManagedPolicy).
    pub policy_arn: Output<PolicyArn>,
}

impl RolePolicyAttachment {
    /// `policy_arn` attached to `role_name`.
    pub fn new(role_name: impl Gives<RoleName>, policy_arn: impl Gives<PolicyArn>) -> Self {
        Self {
            role_name: role_name.into(),
            policy_arn: policy_arn.into(),
        }
    }
}
