//! `rds.DBInstance`.

use mlplat_core::facts::{
    Alphabet, Blocked, Canon, Data, Held, NameRule, OnChange, OutputFact, OutputLife, Quota,
    Recovery, Refs, Scope, Side, TYPE, Type, Unique, Updating, f, opt, w,
};
use mlplat_core::wiring::Gives;
use mlplat_core::{Output, Resource, Secret};

use crate::ids::{
    AvailabilityZone, DbInstanceArn, DbInstanceIdentifier, DbParameterGroupName, DbSubnetGroupName,
    RoleArn, SecretArn, SecurityGroupId, Tags,
};
use crate::sources;

/// Facts of `rds.DBInstance`.
///
/// Names are CloudFormation's where the API has others:
/// `VPCSecurityGroups` is `VpcSecurityGroupIds` there. Three fields belong to
/// the deletion: `SkipFinalSnapshot`, `FinalDBSnapshotIdentifier` and
/// `DeleteAutomatedBackups`. A final snapshot is the one thing of an instance
/// that outlives it; without a name of its own it is called after the
/// instance, `-final-` and the birth.
///
/// An `EngineVersion` of fewer parts than RDS reports (`8.4` for `8.4.9`) is
/// compared by those parts: minor versions go up on their own.
///
/// `MasterUserSecret.SecretArn` is there only with `ManageMasterUserPassword`.
/// AWS changes that secret every seven days, so whoever uses it has to read it
/// again and again.
///
/// Creation: 365 s is the median of public logs. Deletion is an estimate; with
/// a final snapshot it grows with the data.
pub static DB_INSTANCE: Type = Type {
    name: "rds.DBInstance",
    doc: "A database server that AWS runs.",
    cloudformation: "AWS::RDS::DBInstance",
    api: "rds:CreateDBInstance",
    id: "DBInstanceIdentifier",
    recovery: Recovery::UniqueName,
    name_rule: Some(NameRule {
        field: "DBInstanceIdentifier",
        min: 1,
        max: 63,
        alphabet: Alphabet::Rds,
    }),
    fields: &[
        f("DBInstanceIdentifier", OnChange::Replace, Refs::No).canon(Canon::CaseInsensitive),
        f("Engine", OnChange::Replace, Refs::No),
        opt("EngineVersion", OnChange::InPlace),
        opt("AllowMajorVersionUpgrade", OnChange::WriteOnly),
        opt("AutoMinorVersionUpgrade", OnChange::InPlace),
        opt("EngineLifecycleSupport", OnChange::InPlace),
        f("DBInstanceClass", OnChange::InPlace, Refs::No),
        opt("AllocatedStorage", OnChange::AtLeast),
        opt("MaxAllocatedStorage", OnChange::InPlace),
        opt("StorageType", OnChange::InPlace),
        opt("Iops", OnChange::InPlace),
        opt("StorageThroughput", OnChange::InPlace),
        opt("StorageEncrypted", OnChange::Replace),
        opt("KmsKeyId", OnChange::Replace),
        opt("DBSubnetGroupName", OnChange::Replace).refs(Refs::To(
            "rds.DBSubnetGroup",
            Held::Refused("InvalidDBSubnetGroupStateFault"),
        )),
        opt("VPCSecurityGroups", OnChange::InPlace)
            .canon(Canon::Set)
            .refs(Refs::To(
                "ec2.SecurityGroup",
                Held::Refused("DependencyViolation"),
            )),
        opt("PubliclyAccessible", OnChange::InPlace),
        opt("MultiAZ", OnChange::InPlace),
        opt("AvailabilityZone", OnChange::Replace),
        opt("Port", OnChange::InPlace),
        opt("CACertificateIdentifier", OnChange::InPlace),
        opt("DBParameterGroupName", OnChange::InPlace).refs(Refs::To(
            "rds.DBParameterGroup",
            Held::Refused("InvalidDBParameterGroupState"),
        )),
        opt("DBName", OnChange::Replace),
        opt("MasterUsername", OnChange::Replace),
        opt("MasterUserPassword", OnChange::WriteOnly).secret(),
        opt("ManageMasterUserPassword", OnChange::InPlace),
        opt("MasterUserSecretKmsKeyId", OnChange::InPlace),
        opt("EnableIAMDatabaseAuthentication", OnChange::InPlace),
        opt("BackupRetentionPeriod", OnChange::InPlace),
        opt("PreferredBackupWindow", OnChange::InPlace),
        opt("PreferredMaintenanceWindow", OnChange::InPlace),
        opt("CopyTagsToSnapshot", OnChange::InPlace),
        opt("EnablePerformanceInsights", OnChange::InPlace),
        opt("PerformanceInsightsRetentionPeriod", OnChange::InPlace),
        opt("PerformanceInsightsKMSKeyId", OnChange::Replace),
        opt("MonitoringInterval", OnChange::InPlace),
        opt("MonitoringRoleArn", OnChange::InPlace).refs(Refs::To("iam.Role", Held::Dangles)),
        opt("EnableCloudwatchLogsExports", OnChange::InPlace).canon(Canon::Set),
        opt("DeletionProtection", OnChange::InPlace),
        opt("SkipFinalSnapshot", OnChange::WriteOnly),
        opt("FinalDBSnapshotIdentifier", OnChange::WriteOnly),
        opt("DeleteAutomatedBackups", OnChange::WriteOnly),
        opt("ApplyImmediately", OnChange::WriteOnly),
        opt("Tags", OnChange::InPlace),
    ],
    outputs: &[
        OutputFact::fixed("DBInstanceIdentifier", "{DBInstanceIdentifier}"),
        OutputFact::fixed(
            "DBInstanceArn",
            "arn:{partition}:rds:{region}:{account}:db:{DBInstanceIdentifier}",
        ),
        OutputFact::fixed("DbiResourceId", "db-{upper26}"),
        OutputFact::fixed(
            "Endpoint.Address",
            "{DBInstanceIdentifier}.c{hex11}.{region}.rds.amazonaws.com",
        ),
        OutputFact {
            life: OutputLife::ChangesWith(&["Port"]),
            ..OutputFact::fixed("Endpoint.Port", "{Port}")
        },
        OutputFact {
            life: OutputLife::ChangesWith(&["ManageMasterUserPassword"]),
            ..OutputFact::fixed(
                "MasterUserSecret.SecretArn",
                "arn:{partition}:secretsmanager:{region}:{account}:secret:rds!db-{uuid}-{hex6}",
            )
        },
    ],
    unique: &[Unique {
        fields: &["DBInstanceIdentifier"],
        scope: Scope::Account,
        code: "DBInstanceAlreadyExists",
        held_after_delete_s: 0,
    }],
    brings: &[Side::Lingers {
        kind: "eni",
        holds: "VPCSecurityGroups",
        s: (0, 120),
    }],
    blocked: &[
        Blocked {
            when: "deletion protection is on",
            code: "InvalidParameterCombination",
        },
        Blocked {
            when: "a last snapshot is wanted and it is not available",
            code: "InvalidDBInstanceState",
        },
    ],
    data: Data::CopiedUnless("SkipFinalSnapshot"),
    create: w(365, &["creating", "available"], 0),
    update: w(60, &["modifying", "available"], 0),
    delete: w(240, &["deleting"], 0),
    updating: Updating::OneAtATime,
    quota: Some(Quota {
        code: "L-7B6409FD",
        default: 40,
        per: Scope::Account,
        error: "InstanceQuotaExceeded",
    }),
    source: sources::RDS,
    ..TYPE
};

/// A database server that AWS runs. API: `CreateDBInstance`,
/// `ModifyDBInstance`, `DeleteDBInstance`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = DB_INSTANCE, handle = DbInstanceHandle {
    db_instance_identifier("DBInstanceIdentifier"): DbInstanceIdentifier,
    db_instance_arn("DBInstanceArn"): DbInstanceArn,
    dbi_resource_id: String,
    endpoint_address("Endpoint.Address"): String,
    endpoint_port("Endpoint.Port"): u16,
    master_user_secret_arn("MasterUserSecret.SecretArn"): SecretArn,
})]
pub struct DbInstance {
    /// Unique in the account and region, 1 to 63 letters, digits and `-`; kept
    /// in lower case. Generated when not set.
    #[field("DBInstanceIdentifier")]
    pub db_instance_identifier: Option<Output<DbInstanceIdentifier>>,
    /// The database engine: `mysql`, `postgres`.
    pub engine: Output<String>,
    /// `8.4` for the newest minor version, or `8.4.9`. Default: RDS's own.
    pub engine_version: Option<Output<String>>,
    /// Whether a change of the major version is meant. Default false.
    pub allow_major_version_upgrade: Option<Output<bool>>,
    /// Whether RDS raises the minor version in the maintenance window. Default
    /// true.
    pub auto_minor_version_upgrade: Option<Output<bool>>,
    /// What happens at the end of a major version's standard support. AWS's
    /// default is to stay, at an extra price for each vCPU and hour.
    pub engine_lifecycle_support: Option<Output<EngineLifecycleSupport>>,
    /// `db.t4g.micro`.
    #[field("DBInstanceClass")]
    pub db_instance_class: Output<String>,
    /// Least storage in GiB, 20 to 65,536 with `gp3`. It cannot be made
    /// smaller; an instance that has more, because it has grown or because
    /// more was asked for once, is left as it is.
    pub allocated_storage: Option<Output<u32>>,
    /// Up to how many GiB RDS makes the storage larger by itself when it is
    /// nearly full, at least a tenth above [`Self::allocated_storage`]. Not at
    /// all when not set.
    pub max_allocated_storage: Option<Output<u32>>,
    /// Kind of storage. AWS's default is `gp2`.
    pub storage_type: Option<Output<StorageType>>,
    /// Provisioned operations a second, for `io1`, `io2`, and `gp3` from 400
    /// GiB on.
    pub iops: Option<Output<u32>>,
    /// Provisioned MiB a second, for `gp3` from 400 GiB on.
    pub storage_throughput: Option<Output<u32>>,
    /// Whether storage, backups and snapshots are encrypted. AWS's default is
    /// false; for life.
    pub storage_encrypted: Option<Output<bool>>,
    /// The KMS key, by its ARN. Default: the account's key `aws/rds`.
    pub kms_key_id: Option<Output<String>>,
    /// Where it may stand. Default: the subnets of the default VPC.
    #[field("DBSubnetGroupName")]
    pub db_subnet_group_name: Option<Output<DbSubnetGroupName>>,
    /// Security groups of its network interfaces. Default: the VPC's default
    /// group. In the API `VpcSecurityGroupIds`.
    #[field("VPCSecurityGroups")]
    pub vpc_security_groups: Vec<Output<SecurityGroupId>>,
    /// Whether it has a public address. AWS's default depends on the subnets;
    /// always sent.
    pub publicly_accessible: Output<bool>,
    /// Whether a second server stands by in another zone. Default false.
    #[field("MultiAZ")]
    pub multi_az: Option<Output<bool>>,
    /// In which zone it stands. RDS's choice when not set.
    pub availability_zone: Option<Output<AvailabilityZone>>,
    /// TCP port, 1,150 to 65,535. Always sent, since the endpoint is made of
    /// it. In the API `DBPortNumber` for a change.
    pub port: Output<u16>,
    /// The authority of its certificate: `rds-ca-rsa2048-g1`.
    #[field("CACertificateIdentifier")]
    pub ca_certificate_identifier: Option<Output<String>>,
    /// Settings of the engine. Default: the family's own group.
    #[field("DBParameterGroupName")]
    pub db_parameter_group_name: Option<Output<DbParameterGroupName>>,
    /// A database that is made along. Default: MySQL none, PostgreSQL
    /// `postgres`.
    #[field("DBName")]
    pub db_name: Option<Output<String>>,
    /// Name of the first user.
    pub master_username: Option<Output<String>>,
    /// Their password: MySQL 8 to 41, PostgreSQL 8 to 128 printable ASCII
    /// characters without `/`, `"`, `@` and spaces.
    pub master_user_password: Option<Output<Secret<String>>>,
    /// Whether RDS makes the password, keeps it in Secrets Manager and changes
    /// it every seven days. Excludes [`Self::master_user_password`].
    pub manage_master_user_password: Option<Output<bool>>,
    /// The KMS key of that secret. Default: the account's key
    /// `aws/secretsmanager`.
    pub master_user_secret_kms_key_id: Option<Output<String>>,
    /// Whether users may sign in by IAM. Default false.
    #[field("EnableIAMDatabaseAuthentication")]
    pub enable_iam_database_authentication: Option<Output<bool>>,
    /// For how many days backups are kept, 0 (no backups) to 35. Default 1.
    pub backup_retention_period: Option<Output<u32>>,
    /// When the daily backup starts, in UTC: `03:00-03:30`. RDS's choice when
    /// not set.
    pub preferred_backup_window: Option<Output<String>>,
    /// When RDS may restart it, in UTC: `sun:04:00-sun:04:30`. RDS's choice
    /// when not set.
    pub preferred_maintenance_window: Option<Output<String>>,
    /// Whether snapshots get its tags. Default false.
    pub copy_tags_to_snapshot: Option<Output<bool>>,
    /// Whether RDS records what the database waits for. Default false.
    pub enable_performance_insights: Option<Output<bool>>,
    /// For how many days that is kept: 7 (free), 31 times a number of months,
    /// or 731. Default 7.
    pub performance_insights_retention_period: Option<Output<u32>>,
    /// The KMS key of those records. Default: the account's key `aws/rds`.
    #[field("PerformanceInsightsKMSKeyId")]
    pub performance_insights_kms_key_id: Option<Output<String>>,
    /// Every how many seconds the operating system is measured: 0 (not), 1, 5,
    /// 10, 15, 30, 60. Default 0.
    pub monitoring_interval: Option<Output<u32>>,
    /// The role by which those measurements go to CloudWatch.
    pub monitoring_role_arn: Option<Output<RoleArn>>,
    /// Logs that go to CloudWatch: MySQL `audit`, `error`, `general`,
    /// `iam-db-auth-error`, `slowquery`; PostgreSQL `iam-db-auth-error`,
    /// `postgresql`, `upgrade`. Default none.
    pub enable_cloudwatch_logs_exports: Vec<Output<String>>,
    /// Whether `DeleteDBInstance` is refused. Default false.
    pub deletion_protection: Option<Output<bool>>,
    /// Whether the deletion leaves no last snapshot. Default false.
    pub skip_final_snapshot: Option<Output<bool>>,
    /// What that snapshot is called. Default: after the instance and its
    /// birth, so that two never share a name.
    #[field("FinalDBSnapshotIdentifier")]
    pub final_db_snapshot_identifier: Option<Output<String>>,
    /// Whether automatic backups go along with the instance. Default true.
    pub delete_automated_backups: Option<Output<bool>>,
    /// Whether changes are made at once and not in the next maintenance
    /// window. AWS's default is false; always sent, since a change that waits
    /// looks like one that was never made.
    pub apply_immediately: Output<bool>,
    /// Tags.
    pub tags: Tags,
}

impl DbInstance {
    /// A private, encrypted instance of this engine and class that listens on
    /// `port`. It lacks a master user still.
    pub fn new(engine: impl Gives<String>, class: impl Gives<String>, port: u16) -> Self {
        Self {
            db_instance_identifier: None,
            engine: engine.into(),
            engine_version: None,
            allow_major_version_upgrade: None,
            auto_minor_version_upgrade: None,
            engine_lifecycle_support: None,
            db_instance_class: class.into(),
            allocated_storage: None,
            max_allocated_storage: None,
            storage_type: None,
            iops: None,
            storage_throughput: None,
            storage_encrypted: Some(true.into()),
            kms_key_id: None,
            db_subnet_group_name: None,
            vpc_security_groups: Vec::new(),
            publicly_accessible: false.into(),
            multi_az: None,
            availability_zone: None,
            port: port.into(),
            ca_certificate_identifier: None,
            db_parameter_group_name: None,
            db_name: None,
            master_username: None,
            master_user_password: None,
            manage_master_user_password: None,
            master_user_secret_kms_key_id: None,
            enable_iam_database_authentication: None,
            backup_retention_period: None,
            preferred_backup_window: None,
            preferred_maintenance_window: None,
            copy_tags_to_snapshot: None,
            enable_performance_insights: None,
            performance_insights_retention_period: None,
            performance_insights_kms_key_id: None,
            monitoring_interval: None,
            monitoring_role_arn: None,
            enable_cloudwatch_logs_exports: Vec::new(),
            deletion_protection: None,
            skip_final_snapshot: None,
            final_db_snapshot_identifier: None,
            delete_automated_backups: None,
            apply_immediately: true.into(),
            tags: Tags::new(),
        }
    }
}

/// Kind of storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StorageType {
    /// General purpose, speed apart from size.
    Gp3,
    /// General purpose, speed by size.
    Gp2,
    /// Provisioned speed.
    Io1,
    /// Provisioned speed, more durable.
    Io2,
}

/// What happens at the end of a major version's standard support.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum EngineLifecycleSupport {
    /// The version stays for up to three years, at an extra price.
    #[serde(rename = "open-source-rds-extended-support")]
    Extended,
    /// RDS upgrades to the next major version.
    #[serde(rename = "open-source-rds-extended-support-disabled")]
    ExtendedDisabled,
}
