//! `efs.FileSystem`.

use mlplat_core::facts::{
    Blocked, Canon, Data, OnChange, OutputFact, Quota, Scope, TYPE, Type, instant, opt, w,
};
use mlplat_core::{Output, Resource};

use crate::ids::{Arn, AvailabilityZone, EfsFileSystemId, Tags};
use crate::sources;

/// Facts of `efs.FileSystem`.
///
/// `BackupStatus` is `BackupPolicy.Status`. The policy of storage classes, the
/// one of backups and the one of access are set by calls of their own.
pub static FILE_SYSTEM: Type = Type {
    name: "efs.FileSystem",
    doc: "A file system that grows with its files and that many machines mount at once.",
    cloudformation: "AWS::EFS::FileSystem",
    api: "efs:CreateFileSystem",
    id: "FileSystemId",
    token: true,
    fields: &[
        opt("Encrypted", OnChange::Replace),
        opt("KmsKeyId", OnChange::Replace),
        opt("PerformanceMode", OnChange::Replace),
        opt("AvailabilityZoneName", OnChange::Replace),
        opt("ThroughputMode", OnChange::InPlace),
        opt("ProvisionedThroughputInMibps", OnChange::InPlace),
        opt("LifecyclePolicies", OnChange::InPlace).canon(Canon::Set),
        opt("BackupStatus", OnChange::InPlace),
        opt("FileSystemPolicy", OnChange::InPlace).canon(Canon::Policy),
        opt("Tags", OnChange::InPlace),
    ],
    outputs: &[
        OutputFact::fixed("FileSystemId", "fs-{hex17}"),
        OutputFact::fixed(
            "Arn",
            "arn:{partition}:elasticfilesystem:{region}:{account}:file-system/fs-{hex17}",
        ),
    ],
    blocked: &[Blocked {
        when: "it has mount targets",
        code: "FileSystemInUse",
    }],
    data: Data::Destroyed,
    create: w(10, &["creating", "available"], 0),
    update: instant(2),
    delete: w(10, &["deleting", "deleted"], 0),
    quota: Some(Quota {
        code: "L-848C634D",
        default: 1000,
        per: Scope::Account,
        error: "FileSystemLimitExceeded",
    }),
    source: sources::EFS,
    ..TYPE
};

/// A file system that grows with its files. API: `CreateFileSystem`, then
/// `PutLifecycleConfiguration`, `PutBackupPolicy`, `PutFileSystemPolicy`;
/// `UpdateFileSystem`.
#[derive(Resource, Clone, Debug, Default)]
#[resource(facts = FILE_SYSTEM, handle = FileSystemHandle {
    file_system_id: EfsFileSystemId,
    arn: Arn,
})]
pub struct FileSystem {
    /// Whether it is encrypted at rest. AWS's default is false; for life.
    pub encrypted: Option<Output<bool>>,
    /// The KMS key, by its ARN. Default: the account's key
    /// `aws/elasticfilesystem`.
    pub kms_key_id: Option<Output<String>>,
    /// `generalPurpose` or `maxIO`. Default `generalPurpose`.
    pub performance_mode: Option<Output<PerformanceMode>>,
    /// The one zone that it is kept in, at a lower price. Default: all zones
    /// of the region.
    pub availability_zone_name: Option<Output<AvailabilityZone>>,
    /// How its speed is determined. AWS's default is `bursting`.
    pub throughput_mode: Option<Output<ThroughputMode>>,
    /// MiB a second, for [`ThroughputMode::Provisioned`].
    pub provisioned_throughput_in_mibps: Option<Output<f64>>,
    /// When files that nobody reads move to cheaper storage. Default never.
    pub lifecycle_policies: Vec<LifecyclePolicy>,
    /// Whether AWS Backup keeps daily copies for 35 days. Default `DISABLED`.
    /// In the API `BackupPolicy.Status`.
    pub backup_status: Option<Output<BackupStatus>>,
    /// Who may mount it how, as JSON text. Default: whoever reaches it. In the
    /// API `Policy`.
    pub file_system_policy: Option<Output<String>>,
    /// Tags.
    pub tags: Tags,
}

/// One step between storage classes; EFS wants one step in each policy.
#[derive(Resource, Clone, Debug, Default)]
#[resource(nested)]
pub struct LifecyclePolicy {
    /// To the class for files that are read a few times a quarter:
    /// `AFTER_30_DAYS`.
    #[field("TransitionToIA")]
    pub transition_to_ia: Option<Output<String>>,
    /// To the class for files that are read a few times a year:
    /// `AFTER_90_DAYS`.
    pub transition_to_archive: Option<Output<String>>,
    /// Back, at the first read: `AFTER_1_ACCESS`.
    pub transition_to_primary_storage_class: Option<Output<String>>,
}

/// Latency or scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum PerformanceMode {
    /// Lowest latency. AWS recommends it always.
    #[serde(rename = "generalPurpose")]
    GeneralPurpose,
    /// More operations a second, slower each.
    #[serde(rename = "maxIO")]
    MaxIo,
}

/// How a file system's speed is determined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ThroughputMode {
    /// As needed, paid by use.
    Elastic,
    /// By size, with credits.
    Bursting,
    /// As bought.
    Provisioned,
}

/// Whether AWS Backup keeps copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum BackupStatus {
    /// It does.
    Enabled,
    /// It does not.
    Disabled,
}
