//! The shape of the table, and the way into it.

use serde::Serialize;

use super::{cluster, data, dns, identity, network, storage};

/// What the calls of one type need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Permissions {
    /// The type: `eks.Cluster`.
    pub ty: &'static str,
    /// Actions that make an object: `eks:CreateCluster`.
    pub create: &'static [&'static str],
    /// Actions that read it, and that find it again after an interruption.
    pub read: &'static [&'static str],
    /// Actions that change it.
    pub update: &'static [&'static str],
    /// Actions that delete it.
    pub delete: &'static [&'static str],
    /// Actions that set and take away tags.
    pub tag: &'static [&'static str],
    /// ARNs on which the actions are, with `{Field}` for an input and
    /// `{partition}`, `{region}`, `{account}`. An action is allowed on those
    /// of its own service; on everything if there is none.
    pub on: &'static [&'static str],
    /// Roles that the object is given, to be handed to a service.
    pub passes: &'static [Pass],
    /// Services whose own role AWS makes when the first object is made.
    pub linked: &'static [&'static str],
}

/// A role that an object is given: `iam:PassRole` on it, for these services.
/// The one that receives it and the one that takes it on may differ, and AWS
/// does not say for each call which of the two it asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Pass {
    /// The field that names the role.
    pub field: &'static str,
    /// `eks.amazonaws.com`.
    pub services: &'static [&'static str],
}

/// What a row begins with.
pub(super) const NOTHING: Permissions = Permissions {
    ty: "",
    create: &[],
    read: &[],
    update: &[],
    delete: &[],
    tag: &[],
    on: &[],
    passes: &[],
    linked: &[],
};

/// Actions that know no resource and have to be allowed on everything; a final
/// `*` stands for any end. After the service authorization reference, from
/// general knowledge: compared with nothing.
pub const EVERYWHERE: &[&str] = &[
    "acm:ListCertificates",
    "acm:RequestCertificate",
    "autoscaling:DescribeTags",
    "ec2:Describe*",
    "ecr:CreatePullThroughCacheRule",
    "ecr:DeletePullThroughCacheRule",
    "ecr:DescribePullThroughCacheRules",
    "ecr:GetAuthorizationToken",
    "ecr:UpdatePullThroughCacheRule",
    "eks:DescribeAddonVersions",
    "eks:DescribeClusterVersions",
    "elasticfilesystem:CreateFileSystem",
    "fsx:DescribeFileSystems",
    "iam:ListOpenIDConnectProviders",
    "kms:CreateKey",
    "kms:ListAliases",
    "logs:DescribeLogGroups",
    "rds:DescribeEngineDefaultParameters",
    "route53:CreateHostedZone",
    "route53:ListHostedZones",
    "route53:ListHostedZonesByName",
    "route53:ListHostedZonesByVPC",
    "secretsmanager:GetRandomPassword",
    "servicequotas:GetAWSDefaultServiceQuota",
    "servicequotas:GetServiceQuota",
    "sts:GetCallerIdentity",
    "tag:GetResources",
];

/// The rows of every type, by service.
pub fn all() -> impl Iterator<Item = &'static Permissions> {
    let rooms = [
        dns::ROWS,
        network::ROWS,
        storage::ROWS,
        cluster::ROWS,
        identity::ROWS,
        data::ROWS,
    ];
    rooms.into_iter().flatten()
}

/// The row of a type.
///
/// ```
/// let bucket = mlplat_aws::permissions::of("s3.Bucket");
/// assert!(bucket.is_some_and(|row| row.delete.contains(&"s3:DeleteBucket")));
/// ```
#[must_use]
pub fn of(ty: &str) -> Option<&'static Permissions> {
    all().find(|row| row.ty == ty)
}
