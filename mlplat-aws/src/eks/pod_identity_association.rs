//! `eks.PodIdentityAssociation`.

use mlplat_core::facts::{
    By, Canon, Fails, Held, Join, Need, OnChange, OutputFact, Recovery, Refs, Scope, TYPE, Type,
    Unique, f, instant, opt,
};
use mlplat_core::wiring::Gives;
use mlplat_core::{Output, Resource};

use crate::ids::{Arn, ClusterName, PodIdentityAssociationId, RoleArn, Tags};
use crate::sources;

/// Facts of `eks.PodIdentityAssociation`.
///
/// AWS does not check that the service account exists, nor that an agent does:
/// without one the pods have no credentials, in silence. So the agent's add-on
/// comes first where there is one; in Auto Mode the nodes have it built in.
/// Associations are eventually consistent ("several seconds"), and there is no
/// waiter.
pub static POD_IDENTITY_ASSOCIATION: Type = Type {
    name: "eks.PodIdentityAssociation",
    doc: "The role whose credentials the pods of a service account get.",
    cloudformation: "AWS::EKS::PodIdentityAssociation",
    api: "eks:CreatePodIdentityAssociation",
    id: "AssociationArn",
    recovery: Recovery::NaturalKey(&["ClusterName", "Namespace", "ServiceAccount"]),
    token: true,
    fields: &[
        f(
            "ClusterName",
            OnChange::Replace,
            Refs::To("eks.Cluster", Held::Cascades),
        ),
        f("Namespace", OnChange::Replace, Refs::No),
        f("ServiceAccount", OnChange::Replace, Refs::No),
        f(
            "RoleArn",
            OnChange::InPlace,
            Refs::To("iam.Role", Held::Dangles),
        ),
        opt("TargetRoleArn", OnChange::InPlace).refs(Refs::To("iam.Role", Held::Dangles)),
        opt("DisableSessionTags", OnChange::InPlace),
        opt("Policy", OnChange::InPlace).canon(Canon::Policy),
        opt("Tags", OnChange::InPlace),
    ],
    outputs: &[
        OutputFact::fixed(
            "AssociationArn",
            "arn:{partition}:eks:{region}:{account}:podidentityassociation/{ClusterName}/a-{hex17}",
        ),
        OutputFact::fixed("AssociationId", "a-{hex17}"),
    ],
    unique: &[Unique {
        fields: &["Namespace", "ServiceAccount"],
        scope: Scope::Parent("ClusterName"),
        code: "ResourceInUseException",
        held_after_delete_s: 0,
    }],
    needs: &[
        Need {
            what: "the Pod Identity agent of the cluster",
            path: &[
                Join::Follow("ClusterName"),
                Join::Back("eks.Addon", "ClusterName"),
                Join::Where("AddonName", "eks-pod-identity-agent"),
            ],
            by: By::ToBecomeReady,
            fails: Fails::OrderOnly,
        },
        Need {
            what: "the role, known to EKS",
            path: &[Join::Follow("RoleArn")],
            by: By::Propagation,
            fails: Fails::Refuse("InvalidParameterException"),
        },
        Need {
            what: "the role's managed policies",
            path: &[
                Join::Follow("RoleArn"),
                Join::Back("iam.RolePolicyAttachment", "RoleName"),
            ],
            by: By::ToBecomeReady,
            fails: Fails::OrderOnly,
        },
        Need {
            what: "the role's inline policies",
            path: &[
                Join::Follow("RoleArn"),
                Join::Back("iam.RolePolicy", "RoleName"),
            ],
            by: By::ToBecomeReady,
            fails: Fails::OrderOnly,
        },
    ],
    create: instant(2),
    update: instant(1),
    delete: instant(1),
    source: sources::EKS,
    ..TYPE
};

/// The role whose credentials the pods of a service account get. Works on
/// Linux EC2 nodes with the Pod Identity agent; not on Fargate, not on
/// Windows. API: `CreatePodIdentityAssociation`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = POD_IDENTITY_ASSOCIATION, handle = PodIdentityAssociationHandle {
    association_arn: Arn,
    association_id: PodIdentityAssociationId,
})]
pub struct PodIdentityAssociation {
    /// The cluster.
    pub cluster_name: Output<ClusterName>,
    /// The Kubernetes namespace.
    pub namespace: Output<String>,
    /// The Kubernetes service account; one role each.
    pub service_account: Output<String>,
    /// The role, of the cluster's account, that trusts
    /// `pods.eks.amazonaws.com`.
    pub role_arn: Output<RoleArn>,
    /// A role of another account that the first one then takes on.
    pub target_role_arn: Option<Output<RoleArn>>,
    /// Whether the six session tags (cluster, namespace, service account ...)
    /// are left out. Default false; required with `policy`.
    pub disable_session_tags: Option<Output<bool>>,
    /// A session policy that narrows the role, as JSON text.
    pub policy: Option<Output<String>>,
    /// Tags.
    pub tags: Tags,
}

impl PodIdentityAssociation {
    /// The credentials of `role_arn` for one service account.
    pub fn new(
        cluster_name: impl Gives<ClusterName>,
        namespace: impl Gives<String>,
        service_account: impl Gives<String>,
        role_arn: impl Gives<RoleArn>,
    ) -> Self {
        Self {
            cluster_name: cluster_name.into(),
            namespace: namespace.into(),
            service_account: service_account.into(),
            role_arn: role_arn.into(),
            target_role_arn: None,
            disable_session_tags: None,
            policy: None,
            tags: Tags::new(),
        }
    }
}
