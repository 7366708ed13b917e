//! RDS.

use super::{Mapping, p, plain};

pub(super) const DB_INSTANCE: Mapping = Mapping {
    also: &["rds:ModifyDBInstance", "rds:DeleteDBInstance"],
    paths: &[
        p(
            "VPCSecurityGroups",
            "VPCSecurityGroups",
            "VpcSecurityGroupIds",
        ),
        p(
            "MasterUserSecretKmsKeyId",
            "MasterUserSecret.KmsKeyId",
            "MasterUserSecretKmsKeyId",
        ),
    ],
    ..plain("rds.DBInstance", "rds:DeleteDBInstance")
};

pub(super) const DB_PARAMETER_GROUP: Mapping = Mapping {
    also: &["rds:ModifyDBParameterGroup"],
    paths: &[p("Family", "Family", "DBParameterGroupFamily")],
    ..plain("rds.DBParameterGroup", "rds:DeleteDBParameterGroup")
};

pub(super) const DB_SUBNET_GROUP: Mapping = plain("rds.DBSubnetGroup", "rds:DeleteDBSubnetGroup");
