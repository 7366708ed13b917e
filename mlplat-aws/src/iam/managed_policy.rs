//! `iam.ManagedPolicy`: a policy of the account's own.

use mlplat_core::facts::{
    Alphabet, Blocked, Canon, NameRule, OnChange, OutputFact, Quota, Recovery, Refs, Scope, TYPE,
    Type, Unique, f, instant, opt,
};
use mlplat_core::wiring::Gives;
use mlplat_core::{Output, Resource};

use crate::ids::{PolicyArn, PolicyName, Tags};
use crate::sources;

/// Facts of `iam.ManagedPolicy`.
///
/// A new document is a new version, which becomes the default; of the five
/// that IAM keeps, the oldest has to be deleted first, and all but the default
/// before the policy itself. It cannot be deleted while it is attached to
/// anything or bounds a role, in this program or outside it.
pub static MANAGED_POLICY: Type = Type {
    name: "iam.ManagedPolicy",
    doc: "Permissions of the account's own that several roles can share.",
    cloudformation: "AWS::IAM::ManagedPolicy",
    api: "iam:CreatePolicy",
    id: "PolicyArn",
    recovery: Recovery::UniqueName,
    name_rule: Some(NameRule {
        field: "ManagedPolicyName",
        min: 1,
        max: 128,
        alphabet: Alphabet::Iam,
    }),
    fields: &[
        f("ManagedPolicyName", OnChange::Replace, Refs::No),
        f("PolicyDocument", OnChange::InPlace, Refs::No).canon(Canon::Policy),
        opt("Path", OnChange::Replace),
        opt("Description", OnChange::Replace),
        opt("Tags", OnChange::InPlace),
    ],
    outputs: &[
        OutputFact::fixed(
            "PolicyArn",
            "arn:{partition}:iam::{account}:policy{Path}{ManagedPolicyName}",
        ),
        OutputFact::fixed("ManagedPolicyName", "{ManagedPolicyName}"),
        OutputFact::fixed("PolicyId", "ANPA{upper17}"),
    ],
    unique: &[Unique {
        fields: &["ManagedPolicyName"],
        scope: Scope::Account,
        code: "EntityAlreadyExists",
        held_after_delete_s: 0,
    }],
    blocked: &[Blocked {
        when: "the policy is attached or bounds somebody, or has other versions",
        code: "DeleteConflict",
    }],
    create: instant(2),
    update: instant(1),
    delete: instant(1),
    quota: Some(Quota {
        code: "L-E95E4862",
        default: 1500,
        per: Scope::Account,
        error: "LimitExceeded",
    }),
    source: sources::IAM,
    ..TYPE
};

/// Permissions of the account's own that several roles can share. API:
/// `CreatePolicy`; a change is `CreatePolicyVersion`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = MANAGED_POLICY, handle = ManagedPolicyHandle {
    arn("PolicyArn"): PolicyArn,
    managed_policy_name: PolicyName,
    policy_id: String,
})]
pub struct ManagedPolicy {
    /// Unique in the account whatever the path, 1 to 128 characters. Generated
    /// when not set.
    pub managed_policy_name: Option<Output<PolicyName>>,
    /// The permissions as JSON text, up to 6,144 characters without white
    /// space.
    pub policy_document: Output<String>,
    /// `/` or `/team/`. AWS's default is `/`; always sent, since the ARN is
    /// made of it.
    pub path: Output<String>,
    /// Up to 1,000 characters. For life.
    pub description: Option<Output<String>>,
    /// Tags.
    pub tags: Tags,
}

impl ManagedPolicy {
    /// A policy with a generated name.
    pub fn new(policy_document: impl Gives<String>) -> Self {
        Self {
            managed_policy_name: None,
            policy_document: policy_document.into(),
            path: "/".into(),
            description: None,
            tags: Tags::new(),
        }
    }
}
