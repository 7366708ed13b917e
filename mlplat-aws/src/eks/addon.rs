//! `eks.Addon`.

use mlplat_core::facts::{
    By, Canon, Fails, Held, Join, Need, Offer, OnChange, OutputFact, Recovery, Refs, Scope, TYPE,
    Type, Unique, Updating, f, opt, w,
};
use mlplat_core::wiring::Gives;
use mlplat_core::{Output, Resource};

use crate::ids::{Arn, ClusterName, RoleArn, Tags};
use crate::sources;

/// An add-on whose pods cannot run without nodes or Fargate.
macro_rules! needs_nodes {
    ($addon:literal) => {
        Need {
            what: concat!(
                "a node group or a Fargate profile of the cluster, for the pods of ",
                $addon
            ),
            path: &[
                Join::Where("AddonName", $addon),
                Join::Follow("ClusterName"),
                Join::BackAny(&[
                    ("eks.Nodegroup", "ClusterName"),
                    ("eks.FargateProfile", "ClusterName"),
                ]),
            ],
            by: By::ToBecomeReady,
            fails: Fails::EndsIn("DEGRADED: InsufficientNumberOfReplicas"),
        }
    };
}

/// An add-on whose pods take their credentials from an association, which has
/// to be there before they start: a running pod does not notice a new one.
macro_rules! needs_identity {
    ($addon:literal, $service_account:literal) => {
        Need {
            what: concat!("the pod identity of ", $service_account),
            path: &[
                Join::Where("AddonName", $addon),
                Join::Follow("ClusterName"),
                Join::Back("eks.PodIdentityAssociation", "ClusterName"),
                Join::Where("ServiceAccount", $service_account),
            ],
            by: By::ToBecomeReady,
            fails: Fails::OrderOnly,
        }
    };
}

/// Facts of `eks.Addon`.
///
/// The API's `podIdentityAssociations` are missing on purpose: an association
/// that an add-on owns cannot be read back as part of it, is replaced whole on
/// every update, and cannot be adopted. A
/// [`PodIdentityAssociation`](super::PodIdentityAssociation) of its own does
/// the same, is one call, and comes first by the needs declared here.
pub static ADDON: Type = Type {
    name: "eks.Addon",
    doc: "A part of a cluster that AWS installs and updates.",
    cloudformation: "AWS::EKS::Addon",
    api: "eks:CreateAddon",
    id: "Id",
    recovery: Recovery::NaturalKey(&["ClusterName", "AddonName"]),
    token: true,
    fields: &[
        f(
            "ClusterName",
            OnChange::Replace,
            Refs::To("eks.Cluster", Held::Cascades),
        ),
        f("AddonName", OnChange::Replace, Refs::No),
        opt("AddonVersion", OnChange::InPlace),
        opt("ConfigurationValues", OnChange::InPlace).canon(Canon::Json),
        opt("ServiceAccountRoleArn", OnChange::InPlace).refs(Refs::To("iam.Role", Held::Dangles)),
        opt("ResolveConflicts", OnChange::WriteOnly),
        opt("Tags", OnChange::InPlace),
    ],
    outputs: &[
        OutputFact::fixed("Id", "{ClusterName}|{AddonName}"),
        OutputFact::fixed(
            "Arn",
            "arn:{partition}:eks:{region}:{account}:addon/{ClusterName}/{AddonName}/{uuid}",
        ),
    ],
    unique: &[Unique {
        fields: &["AddonName"],
        scope: Scope::Parent("ClusterName"),
        code: "ResourceInUseException",
        held_after_delete_s: 0,
    }],
    // Names, volumes and credentials of pods are the work of add-ons: what
    // runs in the cluster comes after them and goes before them.
    offers: &[Offer {
        what: "pods",
        to: "ClusterName",
    }],
    needs: &[
        needs_nodes!("coredns"),
        needs_nodes!("aws-ebs-csi-driver"),
        needs_nodes!("aws-efs-csi-driver"),
        needs_nodes!("aws-fsx-csi-driver"),
        needs_nodes!("aws-mountpoint-s3-csi-driver"),
        needs_nodes!("amazon-cloudwatch-observability"),
        needs_nodes!("cert-manager"),
        needs_nodes!("external-dns"),
        needs_nodes!("kube-state-metrics"),
        needs_nodes!("metrics-server"),
        needs_nodes!("snapshot-controller"),
        needs_identity!("vpc-cni", "aws-node"),
        needs_identity!("aws-ebs-csi-driver", "ebs-csi-controller-sa"),
        needs_identity!("aws-efs-csi-driver", "efs-csi-controller-sa"),
        needs_identity!("aws-fsx-csi-driver", "fsx-csi-controller-sa"),
        needs_identity!("aws-mountpoint-s3-csi-driver", "s3-csi-driver-sa"),
        needs_identity!("amazon-cloudwatch-observability", "cloudwatch-agent"),
        needs_identity!("external-dns", "external-dns"),
        Need {
            what: "the add-on's role, known to EKS",
            path: &[Join::Follow("ServiceAccountRoleArn")],
            by: By::Propagation,
            fails: Fails::Refuse("InvalidParameterException"),
        },
    ],
    // 25 s without pods of its own kind to wait for, 40 s with.
    create: w(25, &["CREATING", "ACTIVE"], 0),
    update: w(40, &["UPDATING", "ACTIVE"], 0),
    delete: w(15, &["DELETING"], 0),
    updating: Updating::OneAtATime,
    source: sources::EKS,
    ..TYPE
};

/// A part of a cluster that AWS installs and updates. API: `CreateAddon`,
/// `UpdateAddon`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = ADDON, handle = AddonHandle { id: String, arn: Arn })]
pub struct Addon {
    /// The cluster.
    pub cluster_name: Output<ClusterName>,
    /// `vpc-cni`, `kube-proxy`, `coredns`, `eks-pod-identity-agent`,
    /// `aws-ebs-csi-driver` ...
    pub addon_name: Output<String>,
    /// `v1.20.4-eksbuild.2`. Default: AWS's for the cluster's version.
    pub addon_version: Option<Output<String>>,
    /// Settings as JSON text, by the add-on's own schema.
    pub configuration_values: Option<Output<String>>,
    /// The role of its service account by IRSA; pod identity needs none here.
    pub service_account_role_arn: Option<Output<RoleArn>>,
    /// What to do with fields that somebody else changed. Never read back.
    pub resolve_conflicts: Option<Output<ResolveConflicts>>,
    /// Tags.
    pub tags: Tags,
}

impl Addon {
    /// An add-on in AWS's default version and settings.
    pub fn new(cluster_name: impl Gives<ClusterName>, addon_name: impl Gives<String>) -> Self {
        Self {
            cluster_name: cluster_name.into(),
            addon_name: addon_name.into(),
            addon_version: None,
            configuration_values: None,
            service_account_role_arn: None,
            resolve_conflicts: None,
            tags: Tags::new(),
        }
    }
}

/// What to do with fields that somebody else changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ResolveConflicts {
    /// Fail.
    None,
    /// Take the add-on's values.
    Overwrite,
    /// Keep the changed values.
    Preserve,
}
