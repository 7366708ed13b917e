//! `eks.AccessEntry`.

use mlplat_core::facts::{
    By, Canon, Fails, Held, Join, Need, OnChange, OutputFact, Recovery, Refs, Scope, TYPE, Type,
    Unique, f, instant, opt,
};
use mlplat_core::wiring::Gives;
use mlplat_core::{Output, Resource};

use crate::ids::{Arn, ClusterName, PrincipalArn, Tags};
use crate::sources;

/// Facts of `eks.AccessEntry`.
///
/// Entries are eventually consistent: "several seconds" between the answer and
/// the first accepted sign-in. Node groups and Fargate profiles get theirs
/// from EKS.
pub static ACCESS_ENTRY: Type = Type {
    name: "eks.AccessEntry",
    doc: "An IAM principal that may sign in to a cluster.",
    cloudformation: "AWS::EKS::AccessEntry",
    api: "eks:CreateAccessEntry",
    id: "Id",
    recovery: Recovery::NaturalKey(&["ClusterName", "PrincipalArn"]),
    token: true,
    fields: &[
        f(
            "ClusterName",
            OnChange::Replace,
            Refs::To("eks.Cluster", Held::Cascades),
        ),
        // Any role or user of IAM, most of them outside the program.
        f("PrincipalArn", OnChange::Replace, Refs::No),
        opt("Type", OnChange::Replace),
        opt("KubernetesGroups", OnChange::InPlace).canon(Canon::Set),
        opt("Username", OnChange::InPlace),
        opt("Tags", OnChange::InPlace),
    ],
    outputs: &[
        OutputFact::fixed("Id", "{PrincipalArn}|{ClusterName}"),
        OutputFact::fixed("PrincipalArn", "{PrincipalArn}"),
        OutputFact::fixed(
            "AccessEntryArn",
            "arn:{partition}:eks:{region}:{account}:access-entry/{ClusterName}/role/{account}/{hex17}/{uuid}",
        ),
    ],
    unique: &[Unique {
        fields: &["PrincipalArn"],
        scope: Scope::Parent("ClusterName"),
        code: "ResourceInUseException",
        held_after_delete_s: 0,
    }],
    needs: &[Need {
        what: "the principal, known to EKS",
        path: &[Join::Follow("PrincipalArn")],
        by: By::Propagation,
        fails: Fails::Refuse("InvalidParameterException"),
    }],
    create: instant(2),
    update: instant(1),
    delete: instant(1),
    source: sources::EKS,
    ..TYPE
};

/// An IAM principal that may sign in to a cluster. API: `CreateAccessEntry`.
/// It may do nothing yet: that is for its groups, or for an
/// [`AccessPolicyAssociation`](super::AccessPolicyAssociation).
#[derive(Resource, Clone, Debug)]
#[resource(facts = ACCESS_ENTRY, handle = AccessEntryHandle {
    id: String,
    principal_arn: PrincipalArn,
    access_entry_arn: Arn,
})]
pub struct AccessEntry {
    /// The cluster; its authentication mode must allow entries.
    pub cluster_name: Output<ClusterName>,
    /// A role or user; one entry per principal and cluster. An STS session is
    /// refused.
    pub principal_arn: Output<PrincipalArn>,
    /// Kind of principal. In the API `type`. Default `STANDARD`; only those can
    /// have access policies.
    #[field("Type")]
    pub entry_type: Option<Output<AccessEntryType>>,
    /// Kubernetes groups. Names that begin with `system:` are refused.
    pub kubernetes_groups: Vec<Output<String>>,
    /// The Kubernetes user name. Default: the principal's ARN.
    pub username: Option<Output<String>>,
    /// Tags.
    pub tags: Tags,
}

impl AccessEntry {
    /// A standard entry without groups.
    pub fn new(
        cluster_name: impl Gives<ClusterName>,
        principal_arn: impl Gives<PrincipalArn>,
    ) -> Self {
        Self {
            cluster_name: cluster_name.into(),
            principal_arn: principal_arn.into(),
            entry_type: None,
            kubernetes_groups: Vec::new(),
            username: None,
            tags: Tags::new(),
        }
    }
}

/// Kind of principal behind an access entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AccessEntryType {
    /// People and programs.
    Standard,
    /// Linux nodes that no managed node group made.
    Ec2Linux,
    /// Windows nodes that no managed node group made.
    Ec2Windows,
    /// Fargate pods.
    FargateLinux,
    /// Nodes outside AWS.
    HybridLinux,
}
