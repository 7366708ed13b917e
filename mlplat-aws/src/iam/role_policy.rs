//! `iam.RolePolicy`: an inline policy.

use mlplat_core::facts::{
    Alphabet, Canon, Held, NameRule, Offer, OnChange, OutputFact, Recovery, Refs, Scope, TYPE,
    Tagging, Type, Unique, f, instant,
};
use mlplat_core::{Output, Resource};

use crate::ids::RoleName;
use crate::sources;

/// Facts of `iam.RolePolicy`.
///
/// `PutRolePolicy` overwrites what is there, so a second policy of the same
/// name is never refused: its code is empty.
pub static ROLE_POLICY: Type = Type {
    name: "iam.RolePolicy",
    doc: "Permissions written into a role.",
    cloudformation: "AWS::IAM::RolePolicy",
    api: "iam:PutRolePolicy",
    id: "Id",
    recovery: Recovery::NaturalKey(&["RoleName", "PolicyName"]),
    tags: Tagging::Never,
    name_rule: Some(NameRule {
        field: "PolicyName",
        min: 1,
        max: 128,
        alphabet: Alphabet::Iam,
    }),
    fields: &[
        f(
            "RoleName",
            OnChange::Replace,
            Refs::To("iam.Role", Held::Refused("DeleteConflict")),
        ),
        f("PolicyName", OnChange::Replace, Refs::No),
        f("PolicyDocument", OnChange::InPlace, Refs::No).canon(Canon::Policy),
    ],
    outputs: &[OutputFact::fixed("Id", "{PolicyName}|{RoleName}")],
    unique: &[Unique {
        fields: &["PolicyName"],
        scope: Scope::Parent("RoleName"),
        code: "",
        held_after_delete_s: 0,
    }],
    offers: &[Offer {
        what: "permissions",
        to: "RoleName",
    }],
    create: instant(1),
    update: instant(1),
    delete: instant(1),
    source: sources::IAM,
    ..TYPE
};

/// Permissions written into a role. API: `PutRolePolicy`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = ROLE_POLICY, handle = RolePolicyHandle { id: String })]
pub struct RolePolicy {
    /// The role.
    pub role_name: Output<RoleName>,
    /// Unique in the role, 1 to 128 characters. Generated when not set.
    pub policy_name: Option<Output<String>>,
    /// What is allowed, as JSON text. All inline policies of a role together
    /// may have 10,240 characters without white space.
    pub policy_document: Output<String>,
}
