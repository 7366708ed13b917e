//! `fsx.FileSystem`.

use mlplat_core::facts::{
    Canon, Data, Held, OnChange, OutputFact, Quota, Refs, Scope, Side, TYPE, Type, Updating, f,
    opt, w,
};
use mlplat_core::{Output, Resource};

use crate::ids::{Arn, FsxFileSystemId, SecurityGroupId, SubnetId, Tags};
use crate::sources;

/// Facts of `fsx.FileSystem`, as far as Lustre goes.
///
/// Members of `LustreConfiguration` stand at the top level. `SkipFinalBackup`
/// belongs to the deletion; AWS's default is true, and it is always sent.
/// Storage grows in place and never shrinks.
///
/// Creation and deletion take minutes; 450 and 180 s are estimates.
pub static FILE_SYSTEM: Type = Type {
    name: "fsx.FileSystem",
    doc: "A Lustre file system: fast for many machines at once.",
    cloudformation: "AWS::FSx::FileSystem",
    api: "fsx:CreateFileSystem",
    token: true,
    fields: &[
        f("FileSystemType", OnChange::Replace, Refs::No),
        opt("FileSystemTypeVersion", OnChange::InPlace),
        opt("StorageCapacity", OnChange::AtLeast),
        opt("StorageType", OnChange::Replace),
        f(
            "SubnetIds",
            OnChange::Replace,
            Refs::To("ec2.Subnet", Held::Refused("DependencyViolation")),
        ),
        opt("SecurityGroupIds", OnChange::Replace)
            .canon(Canon::Set)
            .refs(Refs::To(
                "ec2.SecurityGroup",
                Held::Refused("DependencyViolation"),
            )),
        opt("KmsKeyId", OnChange::Replace),
        opt("DeploymentType", OnChange::Replace),
        opt("PerUnitStorageThroughput", OnChange::InPlace),
        opt("DataCompressionType", OnChange::InPlace),
        opt("AutomaticBackupRetentionDays", OnChange::InPlace),
        opt("DailyAutomaticBackupStartTime", OnChange::InPlace),
        opt("CopyTagsToBackups", OnChange::Replace),
        opt("WeeklyMaintenanceStartTime", OnChange::InPlace),
        opt("SkipFinalBackup", OnChange::WriteOnly),
        opt("Tags", OnChange::InPlace),
    ],
    outputs: &[
        OutputFact::fixed("Id", "fs-{hex17}"),
        OutputFact::fixed(
            "ResourceARN",
            "arn:{partition}:fsx:{region}:{account}:file-system/fs-{hex17}",
        ),
        OutputFact::fixed("DNSName", "fs-{hex17}.fsx.{region}.amazonaws.com"),
        OutputFact::fixed("LustreMountName", "{hex8}"),
    ],
    brings: &[
        Side::Lingers {
            kind: "eni",
            holds: "SubnetIds",
            s: (0, 60),
        },
        Side::Lingers {
            kind: "eni",
            holds: "SecurityGroupIds",
            s: (0, 60),
        },
    ],
    data: Data::CopiedUnless("SkipFinalBackup"),
    create: w(450, &["CREATING", "AVAILABLE"], 0),
    update: w(300, &["UPDATING", "AVAILABLE"], 0),
    delete: w(180, &["DELETING"], 0),
    updating: Updating::OneAtATime,
    quota: Some(Quota {
        code: "L-EDF1BF2E",
        default: 100,
        per: Scope::Account,
        error: "ServiceLimitExceeded",
    }),
    source: sources::FSX,
    ..TYPE
};

/// A Lustre file system. API: `CreateFileSystem`, `UpdateFileSystem`,
/// `DeleteFileSystem`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = FILE_SYSTEM, handle = FileSystemHandle {
    id: FsxFileSystemId,
    resource_arn("ResourceARN"): Arn,
    dns_name("DNSName"): String,
    lustre_mount_name: String,
})]
pub struct FileSystem {
    /// `LUSTRE`.
    pub file_system_type: Output<String>,
    /// Lustre's version: `2.15`. AWS's default is `2.10` for the oldest kinds.
    pub file_system_type_version: Option<Output<String>>,
    /// Size in GiB: 1,200, or a multiple of 2,400. It can only grow, six hours
    /// after the last time at the earliest.
    pub storage_capacity: Option<Output<u32>>,
    /// `SSD` or `HDD`. Default `SSD`.
    pub storage_type: Option<Output<String>>,
    /// The one subnet that it stands in.
    pub subnet_ids: Vec<Output<SubnetId>>,
    /// Security groups of its network interfaces. Default: the VPC's default
    /// group.
    pub security_group_ids: Vec<Output<SecurityGroupId>>,
    /// The KMS key, by its ARN, for persistent kinds. Default: the account's
    /// key `aws/fsx`; scratch ones are encrypted by a key of FSx.
    pub kms_key_id: Option<Output<String>>,
    /// How durable it is.
    pub deployment_type: Option<Output<LustreDeploymentType>>,
    /// MB/s for each TiB, for persistent kinds: 125, 250, 500 or 1,000 with
    /// `PERSISTENT_2`.
    pub per_unit_storage_throughput: Option<Output<u32>>,
    /// `LZ4` or `NONE`. Default `NONE`.
    pub data_compression_type: Option<Output<String>>,
    /// For how many days daily backups are kept, 0 (none) to 90; only of
    /// persistent ones that are linked to no bucket. Default 0.
    pub automatic_backup_retention_days: Option<Output<u32>>,
    /// When the daily backup starts, in UTC: `03:00`.
    pub daily_automatic_backup_start_time: Option<Output<String>>,
    /// Whether backups get its tags. Default false.
    pub copy_tags_to_backups: Option<Output<bool>>,
    /// When FSx may work on it, in UTC: `7:04:00` is Sunday at four.
    pub weekly_maintenance_start_time: Option<Output<String>>,
    /// Whether the deletion leaves no last backup. AWS's default is true;
    /// always sent. Scratch ones and those with a bucket cannot be backed up.
    pub skip_final_backup: Output<bool>,
    /// Tags.
    pub tags: Tags,
}

/// How durable a Lustre file system is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LustreDeploymentType {
    /// Nothing is replicated: a failure loses files. For temporary data that
    /// is elsewhere too.
    #[serde(rename = "SCRATCH_2")]
    Scratch2,
    /// Replicated within the zone.
    #[serde(rename = "PERSISTENT_1")]
    Persistent1,
    /// Replicated within the zone, faster.
    #[serde(rename = "PERSISTENT_2")]
    Persistent2,
}
