//! Every type of this crate.

use mlplat_core::facts::Type;

use crate::{
    acm, autoscaling, ec2, ecr, efs, eks, fsx, iam, kms, logs, lookups, rds, route53, s3,
    secretsmanager,
};

/// The facts of every type, in order of service and name.
///
/// ```
/// let nat = mlplat_aws::catalog().iter().find(|ty| ty.name == "ec2.NatGateway");
/// assert!(nat.is_some_and(|ty| ty.token));
/// ```
#[must_use]
pub const fn catalog() -> &'static [&'static Type] {
    CATALOG
}

static CATALOG: &[&Type] = &[
    &acm::CERTIFICATE,
    &acm::CERTIFICATE_VALIDATION,
    &autoscaling::TAG,
    &lookups::CALLER_IP,
    &lookups::AVAILABILITY_ZONES,
    &ec2::DEFAULT_SECURITY_GROUP_LOCK,
    &ec2::EIP,
    &ec2::FLOW_LOG,
    &ec2::INTERNET_GATEWAY,
    &ec2::LAUNCH_TEMPLATE,
    &ec2::NAT_GATEWAY,
    &ec2::NETWORK_ACL,
    &ec2::ROUTE,
    &ec2::ROUTE_TABLE,
    &ec2::SECURITY_GROUP,
    &ec2::SECURITY_GROUP_EGRESS,
    &ec2::SECURITY_GROUP_INGRESS,
    &ec2::SUBNET,
    &ec2::SUBNET_ROUTE_TABLE_ASSOCIATION,
    &ec2::VPC,
    &ec2::VPC_ENDPOINT,
    &ec2::VPC_GATEWAY_ATTACHMENT,
    &ecr::PULL_THROUGH_CACHE_RULE,
    &ecr::REPOSITORY,
    &efs::ACCESS_POINT,
    &efs::FILE_SYSTEM,
    &efs::MOUNT_TARGET,
    &eks::ACCESS_ENTRY,
    &eks::ACCESS_POLICY_ASSOCIATION,
    &eks::ADDON,
    &lookups::ADDON_VERSION,
    &eks::CLUSTER,
    &lookups::CLUSTER_VERSIONS,
    &eks::FARGATE_PROFILE,
    &eks::NODEGROUP,
    &eks::POD_IDENTITY_ASSOCIATION,
    &fsx::DATA_REPOSITORY_ASSOCIATION,
    &fsx::FILE_SYSTEM,
    &iam::MANAGED_POLICY,
    &iam::OIDC_PROVIDER,
    &iam::ROLE,
    &iam::ROLE_POLICY,
    &iam::ROLE_POLICY_ATTACHMENT,
    &kms::ALIAS,
    &kms::KEY,
    &rds::DB_INSTANCE,
    &rds::DB_PARAMETER_GROUP,
    &rds::DB_SUBNET_GROUP,
    &logs::LOG_GROUP,
    &route53::HOSTED_ZONE,
    &lookups::HOSTED_ZONE_BY_NAME,
    &lookups::PRIVATE_HOSTED_ZONE,
    &route53::RECORD_SET,
    &s3::BUCKET,
    &s3::BUCKET_POLICY,
    &secretsmanager::SECRET,
    &lookups::QUOTA,
    &lookups::CALLER_IDENTITY,
];
