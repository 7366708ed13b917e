//! Databases, keys, secrets.

use super::table::{NOTHING, Pass, Permissions};

const KEYS: &str = "arn:{partition}:kms:{region}:{account}:key/*";
const RDS_TAGS: &[&str] = &["rds:AddTagsToResource", "rds:RemoveTagsFromResource"];

pub(super) const ROWS: &[Permissions] = &[
    KEY,
    Permissions {
        ty: "kms.Alias",
        create: &["kms:CreateAlias"],
        read: &["kms:ListAliases"],
        update: &["kms:UpdateAlias"],
        delete: &["kms:DeleteAlias"],
        // On the alias and on the key.
        on: &["arn:{partition}:kms:{region}:{account}:{AliasName}", KEYS],
        ..NOTHING
    },
    DB_INSTANCE,
    Permissions {
        ty: "rds.DBParameterGroup",
        create: &["rds:CreateDBParameterGroup", "rds:ModifyDBParameterGroup"],
        read: &[
            "rds:DescribeDBParameterGroups",
            "rds:DescribeDBParameters",
            "rds:ListTagsForResource",
        ],
        update: &["rds:ModifyDBParameterGroup", "rds:ResetDBParameterGroup"],
        delete: &["rds:DeleteDBParameterGroup"],
        tag: RDS_TAGS,
        on: &["arn:{partition}:rds:{region}:{account}:pg:{DBParameterGroupName}"],
        ..NOTHING
    },
    Permissions {
        ty: "rds.DBSubnetGroup",
        create: &["rds:CreateDBSubnetGroup"],
        read: &["rds:DescribeDBSubnetGroups", "rds:ListTagsForResource"],
        update: &["rds:ModifyDBSubnetGroup"],
        delete: &["rds:DeleteDBSubnetGroup"],
        tag: RDS_TAGS,
        on: &["arn:{partition}:rds:{region}:{account}:subgrp:{DBSubnetGroupName}"],
        linked: &["rds.amazonaws.com"],
        ..NOTHING
    },
    Permissions {
        ty: "secretsmanager.Secret",
        create: &["secretsmanager:CreateSecret"],
        read: &[
            "secretsmanager:DescribeSecret",
            "secretsmanager:GetSecretValue",
        ],
        update: &["secretsmanager:UpdateSecret"],
        delete: &["secretsmanager:DeleteSecret"],
        tag: &["secretsmanager:TagResource", "secretsmanager:UntagResource"],
        // AWS adds six characters to the name.
        on: &["arn:{partition}:secretsmanager:{region}:{account}:secret:{Name}-*"],
        ..NOTHING
    },
];

const KEY: Permissions = Permissions {
    ty: "kms.Key",
    create: &["kms:CreateKey", "kms:EnableKeyRotation", "kms:PutKeyPolicy"],
    read: &[
        "kms:DescribeKey",
        "kms:GetKeyPolicy",
        "kms:GetKeyRotationStatus",
        "kms:ListResourceTags",
    ],
    update: &[
        "kms:DisableKeyRotation",
        "kms:EnableKeyRotation",
        "kms:PutKeyPolicy",
        "kms:UpdateKeyDescription",
    ],
    delete: &["kms:ScheduleKeyDeletion"],
    tag: &["kms:TagResource", "kms:UntagResource"],
    on: &[KEYS],
    ..NOTHING
};

/// A password that RDS keeps itself is a secret made in the deployer's name.
const DB_INSTANCE: Permissions = Permissions {
    ty: "rds.DBInstance",
    create: &[
        "kms:CreateGrant",
        "kms:DescribeKey",
        "rds:CreateDBInstance",
        "secretsmanager:CreateSecret",
        "secretsmanager:TagResource",
    ],
    read: &["rds:DescribeDBInstances"],
    update: &["rds:ModifyDBInstance", "rds:RebootDBInstance"],
    delete: &["rds:CreateDBSnapshot", "rds:DeleteDBInstance"],
    tag: RDS_TAGS,
    on: &[
        "arn:{partition}:rds:{region}:{account}:db:{DBInstanceIdentifier}",
        // The groups and the last snapshot are named in the same calls.
        "arn:{partition}:rds:{region}:{account}:og:default*",
        "arn:{partition}:rds:{region}:{account}:pg:*",
        "arn:{partition}:rds:{region}:{account}:snapshot:*",
        "arn:{partition}:rds:{region}:{account}:subgrp:*",
        "arn:{partition}:secretsmanager:{region}:{account}:secret:rds!*",
        KEYS,
    ],
    passes: &[Pass {
        field: "MonitoringRoleArn",
        services: &["monitoring.rds.amazonaws.com"],
    }],
    linked: &["rds.amazonaws.com"],
};
