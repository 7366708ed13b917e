//! `iam.Role`.

use mlplat_core::facts::{
    Alphabet, Blocked, Canon, Held, NameRule, OnChange, OutputFact, Quota, Recovery, Refs, Scope,
    TYPE, Type, Unique, f, instant, opt,
};
use mlplat_core::wiring::Gives;
use mlplat_core::{Output, Resource};

use crate::ids::{PolicyArn, RoleArn, RoleName, Tags};
use crate::sources;

/// Facts of `iam.Role`.
///
/// A role that is made again under the same name has the same ARN and another
/// `RoleId`; whoever remembered the id (an EKS access entry, a resource
/// policy) no longer knows it.
pub static ROLE: Type = Type {
    name: "iam.Role",
    doc: "An identity that services, pods or people take on for a while.",
    cloudformation: "AWS::IAM::Role",
    api: "iam:CreateRole",
    id: "RoleName",
    recovery: Recovery::UniqueName,
    name_rule: Some(NameRule {
        field: "RoleName",
        min: 1,
        max: 64,
        alphabet: Alphabet::Iam,
    }),
    fields: &[
        f("RoleName", OnChange::Replace, Refs::No),
        f("AssumeRolePolicyDocument", OnChange::InPlace, Refs::No).canon(Canon::Policy),
        opt("Path", OnChange::Replace),
        opt("Description", OnChange::InPlace),
        opt("MaxSessionDuration", OnChange::InPlace),
        opt("PermissionsBoundary", OnChange::InPlace).refs(Refs::May(
            "iam.ManagedPolicy",
            Held::Refused("DeleteConflict"),
        )),
        opt("Tags", OnChange::InPlace),
    ],
    outputs: &[
        OutputFact::fixed("RoleName", "{RoleName}"),
        OutputFact::fixed("Arn", "arn:{partition}:iam::{account}:role{Path}{RoleName}"),
        OutputFact::fixed("RoleId", "AROA{upper17}"),
    ],
    unique: &[Unique {
        fields: &["RoleName"],
        scope: Scope::Account,
        code: "EntityAlreadyExists",
        held_after_delete_s: 0,
    }],
    blocked: &[Blocked {
        when: "policies are attached to the role or it is in an instance profile",
        code: "DeleteConflict",
    }],
    create: instant(2),
    update: instant(1),
    delete: instant(1),
    quota: Some(Quota {
        code: "L-FE177D64",
        default: 1000,
        per: Scope::Account,
        error: "LimitExceeded",
    }),
    source: sources::IAM,
    ..TYPE
};

/// An identity that services, pods or people take on for a while. API:
/// `CreateRole`; changes are `UpdateAssumeRolePolicy`, `UpdateRole`,
/// `PutRolePermissionsBoundary` and `TagRole`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = ROLE, handle = RoleHandle {
    role_name: RoleName,
    arn: RoleArn,
    role_id: String,
})]
pub struct Role {
    /// Unique in the account whatever the path, 1 to 64 characters. Generated
    /// when not set.
    pub role_name: Option<Output<RoleName>>,
    /// Who may take it on: a trust policy as JSON text, up to 2,048
    /// characters. See [`trust`](crate::policy::trust).
    pub assume_role_policy_document: Output<String>,
    /// `/` or `/team/`. AWS's default is `/`; always sent, since the ARN is
    /// made of it.
    pub path: Output<String>,
    /// Up to 1,000 characters.
    pub description: Option<Output<String>>,
    /// Longest session in seconds, 3,600 to 43,200. Default 3,600.
    pub max_session_duration: Option<Output<u32>>,
    /// A managed policy that no permission of the role can exceed.
    pub permissions_boundary: Option<Output<PolicyArn>>,
    /// Tags.
    pub tags: Tags,
}

impl Role {
    /// A role with a generated name that `trust` may take on.
    pub fn new(trust: impl Gives<String>) -> Self {
        Self {
            role_name: None,
            assume_role_policy_document: trust.into(),
            path: "/".into(),
            description: None,
            max_session_duration: None,
            permissions_boundary: None,
            tags: Tags::new(),
        }
    }
}
