//! Buckets, registries, logs, file systems.

use super::table::{NOTHING, Permissions};

const FILE_SYSTEMS: &str = "arn:{partition}:elasticfilesystem:{region}:{account}:file-system/*";
const ACCESS_POINTS: &str = "arn:{partition}:elasticfilesystem:{region}:{account}:access-point/*";
const KEYS: &str = "arn:{partition}:kms:{region}:{account}:key/*";
const EFS_TAGS: &[&str] = &[
    "elasticfilesystem:TagResource",
    "elasticfilesystem:UntagResource",
];
/// Associations, backups, file systems and tasks.
const FSX: &str = "arn:{partition}:fsx:{region}:{account}:*/*";
const FSX_TAGS: &[&str] = &["fsx:TagResource", "fsx:UntagResource"];

pub(super) const ROWS: &[Permissions] = &[
    BUCKET,
    Permissions {
        ty: "s3.BucketPolicy",
        create: &["s3:PutBucketPolicy"],
        read: &["s3:GetBucketPolicy"],
        update: &["s3:PutBucketPolicy"],
        delete: &["s3:DeleteBucketPolicy"],
        on: &["arn:{partition}:s3:::{Bucket}"],
        ..NOTHING
    },
    // The account and region, and not the prefix: the actions know no
    // narrower resource.
    Permissions {
        ty: "ecr.PullThroughCacheRule",
        create: &[
            "ecr:CreatePullThroughCacheRule",
            "secretsmanager:GetSecretValue",
        ],
        read: &["ecr:DescribePullThroughCacheRules"],
        update: &[
            "ecr:UpdatePullThroughCacheRule",
            "secretsmanager:GetSecretValue",
        ],
        delete: &["ecr:DeletePullThroughCacheRule"],
        on: &["arn:{partition}:secretsmanager:{region}:{account}:secret:ecr-pullthroughcache/*"],
        linked: &["pullthroughcache.ecr.amazonaws.com"],
        ..NOTHING
    },
    REPOSITORY,
    LOG_GROUP,
    Permissions {
        ty: "efs.AccessPoint",
        create: &["elasticfilesystem:CreateAccessPoint"],
        read: &["elasticfilesystem:DescribeAccessPoints"],
        delete: &["elasticfilesystem:DeleteAccessPoint"],
        tag: EFS_TAGS,
        on: &[FILE_SYSTEMS, ACCESS_POINTS],
        ..NOTHING
    },
    FILE_SYSTEM,
    Permissions {
        ty: "efs.MountTarget",
        create: &["elasticfilesystem:CreateMountTarget"],
        read: &[
            "elasticfilesystem:DescribeMountTargetSecurityGroups",
            "elasticfilesystem:DescribeMountTargets",
        ],
        update: &["elasticfilesystem:ModifyMountTargetSecurityGroups"],
        delete: &["elasticfilesystem:DeleteMountTarget"],
        on: &[FILE_SYSTEMS],
        ..NOTHING
    },
    Permissions {
        ty: "fsx.DataRepositoryAssociation",
        create: &["fsx:CreateDataRepositoryAssociation"],
        read: &["fsx:DescribeDataRepositoryAssociations"],
        update: &["fsx:UpdateDataRepositoryAssociation"],
        delete: &["fsx:DeleteDataRepositoryAssociation"],
        tag: FSX_TAGS,
        on: &[FSX],
        ..NOTHING
    },
    Permissions {
        ty: "fsx.FileSystem",
        create: &["fsx:CreateFileSystem", "kms:CreateGrant", "kms:DescribeKey"],
        read: &["fsx:DescribeFileSystems", "fsx:ListTagsForResource"],
        update: &["fsx:UpdateFileSystem"],
        // The last backup is made in the deployer's name.
        delete: &["fsx:CreateBackup", "fsx:DeleteFileSystem"],
        tag: FSX_TAGS,
        on: &[FSX, KEYS],
        linked: &[
            "fsx.amazonaws.com",
            "s3.data-source.lustre.fsx.amazonaws.com",
        ],
        ..NOTHING
    },
];

/// Every group of settings is a call of its own. IAM's names of the actions
/// are not always those of the calls: `PutBucketEncryption` needs
/// `s3:PutEncryptionConfiguration`.
const BUCKET: Permissions = Permissions {
    ty: "s3.Bucket",
    create: &[
        "s3:CreateBucket",
        "s3:PutBucketOwnershipControls",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutBucketVersioning",
        "s3:PutEncryptionConfiguration",
        "s3:PutLifecycleConfiguration",
    ],
    read: &[
        "s3:GetBucketOwnershipControls",
        "s3:GetBucketPublicAccessBlock",
        "s3:GetBucketTagging",
        "s3:GetBucketVersioning",
        "s3:GetEncryptionConfiguration",
        "s3:GetLifecycleConfiguration",
        "s3:ListBucket",
        "s3:ListTagsForResource",
    ],
    update: &[
        "s3:PutBucketOwnershipControls",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutBucketVersioning",
        "s3:PutEncryptionConfiguration",
        "s3:PutLifecycleConfiguration",
    ],
    delete: &["s3:DeleteBucket"],
    tag: &["s3:PutBucketTagging", "s3:TagResource", "s3:UntagResource"],
    on: &["arn:{partition}:s3:::{BucketName}"],
    ..NOTHING
};

const REPOSITORY: Permissions = Permissions {
    ty: "ecr.Repository",
    create: &[
        "ecr:CreateRepository",
        "ecr:PutLifecyclePolicy",
        "ecr:SetRepositoryPolicy",
        "kms:CreateGrant",
        "kms:DescribeKey",
    ],
    read: &[
        "ecr:DescribeRepositories",
        "ecr:GetLifecyclePolicy",
        "ecr:GetRepositoryPolicy",
        "ecr:ListTagsForResource",
    ],
    update: &[
        "ecr:DeleteLifecyclePolicy",
        "ecr:DeleteRepositoryPolicy",
        "ecr:PutImageScanningConfiguration",
        "ecr:PutImageTagMutability",
        "ecr:PutLifecyclePolicy",
        "ecr:SetRepositoryPolicy",
    ],
    delete: &["ecr:DeleteRepository", "kms:RetireGrant"],
    tag: &["ecr:TagResource", "ecr:UntagResource"],
    on: &[
        "arn:{partition}:ecr:{region}:{account}:repository/{RepositoryName}",
        KEYS,
    ],
    ..NOTHING
};

const LOG_GROUP: Permissions = Permissions {
    ty: "logs.LogGroup",
    create: &["logs:CreateLogGroup", "logs:PutRetentionPolicy"],
    read: &["logs:DescribeLogGroups", "logs:ListTagsForResource"],
    update: &[
        "logs:AssociateKmsKey",
        "logs:DeleteRetentionPolicy",
        "logs:DisassociateKmsKey",
        "logs:PutLogGroupDeletionProtection",
        "logs:PutRetentionPolicy",
    ],
    delete: &["logs:DeleteLogGroup"],
    tag: &["logs:TagResource", "logs:UntagResource"],
    on: &[
        "arn:{partition}:logs:{region}:{account}:log-group:{LogGroupName}",
        "arn:{partition}:logs:{region}:{account}:log-group:{LogGroupName}:*",
    ],
    ..NOTHING
};

const FILE_SYSTEM: Permissions = Permissions {
    ty: "efs.FileSystem",
    create: &[
        "elasticfilesystem:CreateFileSystem",
        "elasticfilesystem:PutBackupPolicy",
        "elasticfilesystem:PutFileSystemPolicy",
        "elasticfilesystem:PutLifecycleConfiguration",
        "kms:CreateGrant",
        "kms:DescribeKey",
        "kms:GenerateDataKeyWithoutPlaintext",
    ],
    read: &[
        "elasticfilesystem:DescribeBackupPolicy",
        "elasticfilesystem:DescribeFileSystemPolicy",
        "elasticfilesystem:DescribeFileSystems",
        "elasticfilesystem:DescribeLifecycleConfiguration",
    ],
    update: &[
        "elasticfilesystem:DeleteFileSystemPolicy",
        "elasticfilesystem:PutBackupPolicy",
        "elasticfilesystem:PutFileSystemPolicy",
        "elasticfilesystem:PutLifecycleConfiguration",
        "elasticfilesystem:UpdateFileSystem",
    ],
    delete: &["elasticfilesystem:DeleteFileSystem"],
    tag: EFS_TAGS,
    on: &[FILE_SYSTEMS, KEYS],
    linked: &["elasticfilesystem.amazonaws.com"],
    ..NOTHING
};
