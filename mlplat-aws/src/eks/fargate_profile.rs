//! `eks.FargateProfile`.

use std::collections::BTreeMap;

use mlplat_core::facts::{
    Alone, Alphabet, By, Canon, Fails, Held, Join, NameRule, Need, Offer, OnChange, OutputFact,
    Quota, Recovery, Refs, Scope, TYPE, Type, Unique, f, opt, w,
};
use mlplat_core::wiring::Gives;
use mlplat_core::{Output, Resource};

use crate::ids::{Arn, ClusterName, FargateProfileName, RoleArn, SubnetId, Tags};
use crate::sources;

/// Facts of `eks.FargateProfile`.
///
/// Nothing of a profile can be changed but its tags: another one is made, and
/// the old one deleted. While one comes or goes, the cluster takes no other
/// (hashicorp/terraform-provider-aws makes them one after the other for that
/// reason). Subnets have to be private ones, which EKS finds out from their
/// routes.
pub static FARGATE_PROFILE: Type = Type {
    name: "eks.FargateProfile",
    doc: "Which pods of a cluster run on Fargate, and where.",
    cloudformation: "AWS::EKS::FargateProfile",
    api: "eks:CreateFargateProfile",
    id: "Id",
    recovery: Recovery::UniqueName,
    token: true,
    name_rule: Some(NameRule {
        field: "FargateProfileName",
        min: 1,
        max: 100,
        alphabet: Alphabet::Eks,
    }),
    fields: &[
        f(
            "ClusterName",
            OnChange::Replace,
            Refs::To("eks.Cluster", Held::Refused("ResourceInUseException")),
        ),
        f("FargateProfileName", OnChange::Replace, Refs::No),
        f(
            "PodExecutionRoleArn",
            OnChange::Replace,
            Refs::To("iam.Role", Held::Dangles),
        ),
        opt("Subnets", OnChange::Replace)
            .canon(Canon::Set)
            .refs(Refs::To("ec2.Subnet", Held::Refused("DependencyViolation"))),
        f("Selectors", OnChange::Replace, Refs::No).canon(Canon::Set),
        opt("Tags", OnChange::InPlace),
    ],
    outputs: &[
        OutputFact::fixed("Id", "{ClusterName}|{FargateProfileName}"),
        OutputFact::fixed("FargateProfileName", "{FargateProfileName}"),
        OutputFact::fixed(
            "Arn",
            "arn:{partition}:eks:{region}:{account}:fargateprofile/{ClusterName}/{FargateProfileName}/{uuid}",
        ),
    ],
    unique: &[Unique {
        fields: &["FargateProfileName"],
        scope: Scope::Parent("ClusterName"),
        code: "InvalidRequestException",
        held_after_delete_s: 0,
    }],
    alone: Some(Alone {
        within: "ClusterName",
        code: "ResourceInUseException",
    }),
    offers: &[Offer {
        what: "pods",
        to: "ClusterName",
    }],
    needs: &[
        Need {
            what: "the pod execution role, known to EKS",
            path: &[Join::Follow("PodExecutionRoleArn")],
            by: By::Propagation,
            fails: Fails::Refuse("InvalidParameterException"),
        },
        Need {
            what: "the pod execution role's managed policies",
            path: &[
                Join::Follow("PodExecutionRoleArn"),
                Join::Back("iam.RolePolicyAttachment", "RoleName"),
            ],
            by: By::ToBecomeReady,
            fails: Fails::OrderOnly,
        },
        Need {
            what: "a way out of the subnets",
            path: &[
                Join::Follow("Subnets"),
                Join::Back("ec2.SubnetRouteTableAssociation", "SubnetId"),
                Join::Follow("RouteTableId"),
                Join::Back("ec2.Route", "RouteTableId"),
            ],
            by: By::ToBecomeReady,
            fails: Fails::OrderOnly,
        },
    ],
    create: w(110, &["CREATING", "ACTIVE"], 0),
    update: w(1, &[], 0),
    delete: w(120, &["DELETING"], 0),
    quota: Some(Quota {
        code: "L-F44B8A8B",
        default: 10,
        per: Scope::Parent("ClusterName"),
        error: "ResourceLimitExceededException",
    }),
    source: sources::EKS,
    ..TYPE
};

/// Which pods of a cluster run on Fargate, and where. API:
/// `CreateFargateProfile`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = FARGATE_PROFILE, handle = FargateProfileHandle {
    id: String,
    fargate_profile_name: FargateProfileName,
    arn: Arn,
})]
pub struct FargateProfile {
    /// The cluster.
    pub cluster_name: Output<ClusterName>,
    /// Unique in the cluster, 1 to 100 characters. Generated when not set.
    pub fargate_profile_name: Option<Output<FargateProfileName>>,
    /// The role by which Fargate pulls images and writes logs; not the pods'.
    pub pod_execution_role_arn: Output<RoleArn>,
    /// Private subnets.
    pub subnets: Vec<Output<SubnetId>>,
    /// One to five; a pod runs on Fargate when one of them fits.
    pub selectors: Vec<FargateSelector>,
    /// Tags of the profile, not of its pods.
    pub tags: Tags,
}

impl FargateProfile {
    /// A profile with a generated name.
    pub fn new(
        cluster_name: impl Gives<ClusterName>,
        pod_execution_role_arn: impl Gives<RoleArn>,
        subnets: impl IntoIterator<Item = Output<SubnetId>>,
        selectors: impl IntoIterator<Item = FargateSelector>,
    ) -> Self {
        Self {
            cluster_name: cluster_name.into(),
            fargate_profile_name: None,
            pod_execution_role_arn: pod_execution_role_arn.into(),
            subnets: subnets.into_iter().collect(),
            selectors: selectors.into_iter().collect(),
            tags: Tags::new(),
        }
    }
}

/// Which pods a profile is for.
#[derive(Resource, Clone, Debug)]
#[resource(nested, camel)]
pub struct FargateSelector {
    /// Their namespace; `*` and `?` stand for any characters and any one.
    pub namespace: Output<String>,
    /// Labels that all of them have, up to five.
    pub labels: BTreeMap<String, Output<String>>,
}

/// Whether a text is what a selector says, in which `*` stands for any
/// characters and `?` for one.
///
/// ```
/// use mlplat_aws::eks::selects;
///
/// assert!(selects("ml-*", "ml-training") && selects("*", "") && selects("m?", "ml"));
/// assert!(!selects("ml", "mlflow") && !selects("m?", "m") && !selects("*a", "ab"));
/// ```
#[must_use]
pub fn selects(pattern: &str, text: &str) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => text.is_empty(),
        Some('*') => {
            let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            let mut tails = ends.map(|at| &text[at..]);
            tails.any(|tail| selects(rest.as_str(), tail))
        }
        Some(first) => {
            let mut chars = text.chars();
            let fits = chars.next().is_some_and(|c| first == '?' || first == c);
            fits && selects(rest.as_str(), chars.as_str())
        }
    }
}
