//! EFS.

use super::{Mapping, p, plain};

pub(super) const ACCESS_POINT: Mapping = Mapping {
    status: "efs:LifeCycleState",
    paths: &[
        p("Uid", "PosixUser.Uid", "PosixUser.Uid"),
        p("Gid", "PosixUser.Gid", "PosixUser.Gid"),
        p(
            "SecondaryGids",
            "PosixUser.SecondaryGids",
            "PosixUser.SecondaryGids",
        ),
        p("Path", "RootDirectory.Path", "RootDirectory.Path"),
        p(
            "OwnerUid",
            "RootDirectory.CreationInfo.OwnerUid",
            "RootDirectory.CreationInfo.OwnerUid",
        ),
        p(
            "OwnerGid",
            "RootDirectory.CreationInfo.OwnerGid",
            "RootDirectory.CreationInfo.OwnerGid",
        ),
        p(
            "Permissions",
            "RootDirectory.CreationInfo.Permissions",
            "RootDirectory.CreationInfo.Permissions",
        ),
        p("Tags", "AccessPointTags", "Tags"),
    ],
    ..plain("efs.AccessPoint", "efs:DeleteAccessPoint")
};

pub(super) const FILE_SYSTEM: Mapping = Mapping {
    also: &[
        "efs:PutLifecycleConfiguration",
        "efs:PutBackupPolicy",
        "efs:PutFileSystemPolicy",
    ],
    status: "efs:LifeCycleState",
    paths: &[
        p("BackupStatus", "BackupPolicy.Status", "BackupPolicy.Status"),
        p("FileSystemPolicy", "FileSystemPolicy", "Policy"),
        p("Tags", "FileSystemTags", "Tags"),
    ],
    ..plain("efs.FileSystem", "efs:DeleteFileSystem")
};

pub(super) const MOUNT_TARGET: Mapping = Mapping {
    status: "efs:LifeCycleState",
    ..plain("efs.MountTarget", "efs:DeleteMountTarget")
};
