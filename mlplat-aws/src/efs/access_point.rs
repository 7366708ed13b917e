//! `efs.AccessPoint`.

use mlplat_core::facts::{
    By, Fails, Held, Join, Need, OnChange, OutputFact, Quota, Refs, Scope, TYPE, Type, f, instant,
    opt, w,
};
use mlplat_core::wiring::Gives;
use mlplat_core::{Output, Resource};

use crate::ids::{AccessPointArn, AccessPointId, EfsFileSystemId, Tags};
use crate::sources;

/// Facts of `efs.AccessPoint`.
///
/// Nested members stand at the top level: `Uid`, `Gid` and `SecondaryGids` of
/// `PosixUser`; `Path`, `OwnerUid`, `OwnerGid` and `Permissions` of
/// `RootDirectory` and its creation.
pub static ACCESS_POINT: Type = Type {
    name: "efs.AccessPoint",
    doc: "A way into one directory of a file system, as one user.",
    cloudformation: "AWS::EFS::AccessPoint",
    api: "efs:CreateAccessPoint",
    id: "AccessPointId",
    token: true,
    fields: &[
        f(
            "FileSystemId",
            OnChange::Replace,
            Refs::To("efs.FileSystem", Held::Refused("FileSystemInUse")),
        ),
        opt("Uid", OnChange::Replace),
        opt("Gid", OnChange::Replace),
        opt("SecondaryGids", OnChange::Replace),
        opt("Path", OnChange::Replace),
        opt("OwnerUid", OnChange::Replace),
        opt("OwnerGid", OnChange::Replace),
        opt("Permissions", OnChange::Replace),
        opt("Tags", OnChange::InPlace),
    ],
    outputs: &[
        OutputFact::fixed("AccessPointId", "fsap-{hex17}"),
        OutputFact::fixed(
            "Arn",
            "arn:{partition}:elasticfilesystem:{region}:{account}:access-point/fsap-{hex17}",
        ),
    ],
    needs: &[Need {
        what: "the file system, available",
        path: &[Join::Follow("FileSystemId")],
        by: By::AtCall,
        fails: Fails::Refuse("IncorrectFileSystemLifeCycleState"),
    }],
    create: w(5, &["creating", "available"], 0),
    update: instant(1),
    delete: w(5, &["deleting", "deleted"], 0),
    quota: Some(Quota {
        code: "L-7391BA2F",
        default: 10_000,
        per: Scope::Parent("FileSystemId"),
        error: "AccessPointLimitExceeded",
    }),
    source: sources::EFS,
    ..TYPE
};

/// A way into one directory of a file system, as one user. API:
/// `CreateAccessPoint`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = ACCESS_POINT, handle = AccessPointHandle {
    access_point_id: AccessPointId,
    arn: AccessPointArn,
})]
pub struct AccessPoint {
    /// The file system.
    pub file_system_id: Output<EfsFileSystemId>,
    /// The user that everyone is, whoever they are on their machine. Everyone
    /// stays who they are when not set; goes with [`Self::gid`].
    pub uid: Option<Output<u32>>,
    /// That user's group.
    pub gid: Option<Output<u32>>,
    /// Further groups, up to sixteen.
    pub secondary_gids: Vec<Output<u32>>,
    /// The directory, up to four levels deep. Default `/`.
    pub path: Option<Output<String>>,
    /// Who owns the directory when it has to be made; goes with
    /// [`Self::owner_gid`] and [`Self::permissions`].
    pub owner_uid: Option<Output<u32>>,
    /// Which group.
    pub owner_gid: Option<Output<u32>>,
    /// In octal digits: `0755`.
    pub permissions: Option<Output<String>>,
    /// Tags.
    pub tags: Tags,
}

impl AccessPoint {
    /// A way into the whole file system, as oneself.
    pub fn new(file_system_id: impl Gives<EfsFileSystemId>) -> Self {
        Self {
            file_system_id: file_system_id.into(),
            uid: None,
            gid: None,
            secondary_gids: Vec::new(),
            path: None,
            owner_uid: None,
            owner_gid: None,
            permissions: None,
            tags: Tags::new(),
        }
    }
}
