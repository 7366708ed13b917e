//! `eks.AccessPolicyAssociation`.

use mlplat_core::facts::{
    Canon, Held, OnChange, OutputFact, Recovery, Refs, Scope, TYPE, Tagging, Type, Unique, f,
    instant, opt,
};
use mlplat_core::{Output, Resource};

use crate::ids::{Arn, ClusterName, PrincipalArn};
use crate::sources;

/// Facts of `eks.AccessPolicyAssociation`.
///
/// CloudFormation has it as the property `AccessPolicies` of the entry; here
/// it is a type, because `AssociateAccessPolicy` is a call of its own that may
/// fail by itself and be repeated: a second association of the same policy
/// sets its scope, so the code is empty.
pub static ACCESS_POLICY_ASSOCIATION: Type = Type {
    name: "eks.AccessPolicyAssociation",
    doc: "What an access entry may do, in the whole cluster or in some namespaces.",
    api: "eks:AssociateAccessPolicy",
    id: "Id",
    recovery: Recovery::NaturalKey(&["ClusterName", "PrincipalArn", "PolicyArn"]),
    tags: Tagging::Never,
    fields: &[
        f(
            "ClusterName",
            OnChange::Replace,
            Refs::To("eks.Cluster", Held::Cascades),
        ),
        f(
            "PrincipalArn",
            OnChange::Replace,
            Refs::To("eks.AccessEntry", Held::Cascades),
        ),
        f("PolicyArn", OnChange::Replace, Refs::No),
        opt("AccessScopeType", OnChange::InPlace),
        opt("AccessScopeNamespaces", OnChange::InPlace).canon(Canon::Set),
    ],
    outputs: &[OutputFact::fixed(
        "Id",
        "{ClusterName}|{PrincipalArn}|{PolicyArn}",
    )],
    unique: &[Unique {
        fields: &["PrincipalArn", "PolicyArn"],
        scope: Scope::Parent("ClusterName"),
        code: "",
        held_after_delete_s: 0,
    }],
    create: instant(2),
    update: instant(1),
    delete: instant(1),
    source: sources::EKS,
    ..TYPE
};

/// What an access entry may do. API: `AssociateAccessPolicy`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = ACCESS_POLICY_ASSOCIATION, handle = AccessPolicyAssociationHandle { id: String })]
pub struct AccessPolicyAssociation {
    /// The cluster.
    pub cluster_name: Output<ClusterName>,
    /// The principal, as the output of its
    /// [`AccessEntry`](super::AccessEntry), so that the entry comes first.
    pub principal_arn: Output<PrincipalArn>,
    /// `arn:aws:eks::aws:cluster-access-policy/...`; see
    /// [`AccessPolicy`](crate::policy::AccessPolicy).
    pub policy_arn: Output<Arn>,
    /// In the whole cluster or in some namespaces. In the API
    /// `accessScope.type`.
    pub access_scope_type: Output<AccessScopeType>,
    /// The namespaces, for [`AccessScopeType::Namespace`]. In the API
    /// `accessScope.namespaces`.
    pub access_scope_namespaces: Vec<Output<String>>,
}

/// How far an access policy reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccessScopeType {
    /// Everywhere.
    Cluster,
    /// In the namespaces that are named.
    Namespace,
}
