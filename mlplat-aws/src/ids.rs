//! Newtypes for AWS identifiers: a subnet id does not fit where a VPC id goes.

use std::collections::BTreeMap;

use mlplat_core::Output;

/// Tags of an object by key. At most 50; keys up to 128 characters, values up
/// to 256; keys that begin with `aws:` are AWS's own. Ownership tags are added
/// by the engine and do not appear here.
pub type Tags = BTreeMap<String, Output<String>>;

mlplat_core::ids! {
    /// Twelve digits: `123456789012`.
    pub struct AccountId;
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub struct Partition;
    /// `eu-central-1`.
    pub struct Region;
    /// `eu-central-1a`. The letter names different places in different accounts.
    pub struct AvailabilityZone;
    /// `euc1-az2`: the same place in every account.
    pub struct AvailabilityZoneId;
    /// Any ARN.
    pub struct Arn;

    /// `vpc-0123456789abcdef0`.
    pub struct VpcId;
    /// `subnet-0123456789abcdef0`.
    pub struct SubnetId;
    /// `igw-0123456789abcdef0`.
    pub struct InternetGatewayId;
    /// An Elastic IP address: `eipalloc-0123456789abcdef0`.
    pub struct AllocationId;
    /// `nat-0123456789abcdef0`.
    pub struct NatGatewayId;
    /// `rtb-0123456789abcdef0`.
    pub struct RouteTableId;
    /// `rtbassoc-0123456789abcdef0`.
    pub struct RouteTableAssociationId;
    /// `sg-0123456789abcdef0`.
    pub struct SecurityGroupId;
    /// `sgr-0123456789abcdef0`.
    pub struct SecurityGroupRuleId;
    /// `acl-0123456789abcdef0`.
    pub struct NetworkAclId;
    /// `vpce-0123456789abcdef0`.
    pub struct VpcEndpointId;
    /// `fl-0123456789abcdef0`.
    pub struct FlowLogId;
    /// `lt-0123456789abcdef0`.
    pub struct LaunchTemplateId;

    /// The name of a role, without its path.
    pub struct RoleName;
    /// `arn:aws:iam::123456789012:role/name`.
    pub struct RoleArn;
    /// The name of a managed policy, without its path.
    pub struct PolicyName;
    /// `arn:aws:iam::aws:policy/Name`, or one of the account's own.
    pub struct PolicyArn;
    /// `arn:aws:iam::123456789012:oidc-provider/host/path`.
    pub struct OidcProviderArn;

    /// The name of an EKS cluster.
    pub struct ClusterName;
    /// `arn:aws:eks:eu-central-1:123456789012:cluster/name`.
    pub struct ClusterArn;
    /// The name of a managed node group.
    pub struct NodegroupName;
    /// The name of a Fargate profile.
    pub struct FargateProfileName;
    /// `a-0123456789abcdef0`.
    pub struct PodIdentityAssociationId;
    /// The ARN of an IAM principal (role or user) that has an access entry.
    pub struct PrincipalArn;

    /// `Z0123456789ABCDEFGHIJ`.
    pub struct HostedZoneId;
    /// `arn:aws:acm:eu-central-1:123456789012:certificate/uuid`.
    pub struct CertificateArn;

    /// The name of a CloudWatch log group.
    pub struct LogGroupName;
    /// `arn:aws:logs:eu-central-1:123456789012:log-group:name:*`.
    pub struct LogGroupArn;

    /// What the names of mirrored ECR repositories begin with: `quay`.
    pub struct RegistryPrefix;
    /// The name of an ECR repository.
    pub struct RepositoryName;
    /// `arn:aws:ecr:eu-central-1:123456789012:repository/name`.
    pub struct RepositoryArn;

    /// The name of a bucket, unique in all of AWS.
    pub struct BucketName;
    /// `arn:aws:s3:::name`.
    pub struct BucketArn;

    /// The name of a database instance.
    pub struct DbInstanceIdentifier;
    /// `arn:aws:rds:eu-central-1:123456789012:db:name`.
    pub struct DbInstanceArn;
    /// The name of a group of database parameters.
    pub struct DbParameterGroupName;
    /// `arn:aws:rds:eu-central-1:123456789012:pg:name`.
    pub struct DbParameterGroupArn;
    /// The name of a group of subnets for databases.
    pub struct DbSubnetGroupName;
    /// `arn:aws:rds:eu-central-1:123456789012:subgrp:name`.
    pub struct DbSubnetGroupArn;
    /// The name of a secret in Secrets Manager.
    pub struct SecretName;
    /// `arn:aws:secretsmanager:eu-central-1:123456789012:secret:name-AbCdEf`.
    pub struct SecretArn;

    /// The id of a KMS key: 36 characters of hexadecimal digits and `-`.
    pub struct KeyId;
    /// `arn:aws:kms:eu-central-1:123456789012:key/id`.
    pub struct KeyArn;
    /// `alias/name`.
    pub struct AliasName;
    /// The id of an EFS file system: `fs-0123456789abcdef0`.
    pub struct EfsFileSystemId;
    /// `fsmt-0123456789abcdef0`.
    pub struct MountTargetId;
    /// `fsap-0123456789abcdef0`.
    pub struct AccessPointId;
    /// `arn:aws:elasticfilesystem:eu-central-1:123456789012:access-point/fsap-0123456789abcdef0`.
    pub struct AccessPointArn;
    /// The id of an FSx file system: `fs-0123456789abcdef0`.
    pub struct FsxFileSystemId;
    /// A directory of an FSx file system that shows a bucket:
    /// `dra-0123456789abcdef0`.
    pub struct AssociationId;
}
