//! FSx.

use super::{Mapping, Path, p, plain};

pub(super) const DATA_REPOSITORY_ASSOCIATION: Mapping = Mapping {
    also: &["fsx:DeleteDataRepositoryAssociation"],
    status: "fsx:DataRepositoryLifecycle",
    paths: &[
        p(
            "AutoImportEvents",
            "S3.AutoImportPolicy.Events",
            "S3.AutoImportPolicy.Events",
        ),
        p(
            "AutoExportEvents",
            "S3.AutoExportPolicy.Events",
            "S3.AutoExportPolicy.Events",
        ),
    ],
    ..plain(
        "fsx.DataRepositoryAssociation",
        "fsx:DeleteDataRepositoryAssociation",
    )
};

/// A member of the settings for Lustre.
const fn lustre(field: &'static str, path: &'static str) -> Path {
    p(field, path, path)
}

pub(super) const FILE_SYSTEM: Mapping = Mapping {
    also: &["fsx:DeleteFileSystem"],
    status: "fsx:FileSystemLifecycle",
    paths: &[
        lustre("DeploymentType", "LustreConfiguration.DeploymentType"),
        lustre(
            "PerUnitStorageThroughput",
            "LustreConfiguration.PerUnitStorageThroughput",
        ),
        lustre(
            "DataCompressionType",
            "LustreConfiguration.DataCompressionType",
        ),
        lustre(
            "AutomaticBackupRetentionDays",
            "LustreConfiguration.AutomaticBackupRetentionDays",
        ),
        lustre(
            "DailyAutomaticBackupStartTime",
            "LustreConfiguration.DailyAutomaticBackupStartTime",
        ),
        lustre("CopyTagsToBackups", "LustreConfiguration.CopyTagsToBackups"),
        lustre(
            "WeeklyMaintenanceStartTime",
            "LustreConfiguration.WeeklyMaintenanceStartTime",
        ),
        lustre("SkipFinalBackup", "LustreConfiguration.SkipFinalBackup"),
    ],
    ..plain("fsx.FileSystem", "fsx:DeleteFileSystem")
};
