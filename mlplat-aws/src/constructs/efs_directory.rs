//! `EfsDirectory`: one directory of a shared file system.

use mlplat_core::wiring::{KnownText, NodeRef};
use mlplat_core::{Construct, Output, Scope, text};

use super::efs_storage::EfsStorageHandle;
use super::tags::named;
use crate::efs;
use crate::ids::{AccessPointArn, AccessPointId, EfsFileSystemId};

/// A directory of a file system, and the user that everyone in it is: an
/// access point.
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct EfsDirectory {
    storage: EfsStorageHandle,
    path: String,
    owner: (u32, u32),
    permissions: String,
}

impl EfsDirectory {
    /// The directory `path`, up to four levels deep, which is made when it is
    /// not there. It belongs to user and group 1000.
    pub fn new(storage: &EfsStorageHandle, path: impl KnownText) -> Self {
        Self {
            storage: storage.clone(),
            path: path.into(),
            owner: (1000, 1000),
            permissions: "0750".to_owned(),
        }
    }

    /// Whose it is, and who everyone in it is.
    pub fn owned_by(mut self, uid: u32, gid: u32) -> Self {
        self.owner = (uid, gid);
        self
    }

    /// Its permissions in octal digits. Default `0750`.
    pub fn permissions(mut self, octal: impl KnownText) -> Self {
        self.permissions = octal.into();
        self
    }

    fn check(&self, scope: &mut Scope<'_>) {
        if !is_directory(&self.path) {
            scope.problem(
                "bad-directory",
                format!(
                    "EFS would refuse the directory \"{}\"",
                    self.path.escape_debug()
                ),
                "write /one/to/four/levels, up to 100 characters",
            );
        }
        let octal = |c: char| ('0'..='7').contains(&c);
        if !(3..=4).contains(&self.permissions.len()) || !self.permissions.chars().all(octal) {
            scope.problem(
                "bad-permissions",
                format!("\"{}\" are no permissions", self.permissions.escape_debug()),
                "write three or four octal digits: 0750",
            );
        }
    }
}

/// Whether EFS takes a path for an access point: one to four levels, none of
/// which begins with a dot.
fn is_directory(path: &str) -> bool {
    const ODD: [char; 13] = [
        '$', '#', '<', '>', ';', '`', '|', '&', '?', '{', '}', '^', '*',
    ];
    let odd = |c: char| ODD.contains(&c) || c.is_control();
    let Some(levels) = path.strip_prefix('/') else {
        return false;
    };
    let fits = |level: &str| !level.is_empty() && !level.starts_with('.') && !level.contains(odd);
    path.len() <= 100 && levels.split('/').count() <= 4 && levels.split('/').all(fits)
}

impl Construct for EfsDirectory {
    type Handle = EfsDirectoryHandle;

    fn build(self, scope: &mut Scope<'_>) -> EfsDirectoryHandle {
        self.check(scope);
        let (uid, gid) = self.owner;
        let point = scope.add(
            "access-point",
            efs::AccessPoint {
                uid: Some(uid.into()),
                gid: Some(gid.into()),
                path: Some(self.path.into()),
                owner_uid: Some(uid.into()),
                owner_gid: Some(gid.into()),
                permissions: Some(self.permissions.into()),
                tags: named(scope, ""),
                ..efs::AccessPoint::new(&self.storage.file_system_id)
            },
        );
        EfsDirectoryHandle {
            file_system_id: self.storage.file_system_id,
            access_point_id: point.access_point_id,
            arn: point.arn,
            mount_targets: self.storage.mount_targets,
            node: point.node,
        }
    }
}

/// A directory of a file system.
#[derive(Debug, Clone)]
pub struct EfsDirectoryHandle {
    /// The file system.
    pub file_system_id: Output<EfsFileSystemId>,
    /// The way into the directory, which a volume names after the file system:
    /// `fs-..::fsap-..`.
    pub access_point_id: Output<AccessPointId>,
    /// The way's ARN.
    pub arn: Output<AccessPointArn>,
    /// The nodes that have to be there before anybody mounts it.
    pub mount_targets: Vec<NodeRef>,
    /// The access point's node.
    pub node: NodeRef,
}

impl EfsDirectoryHandle {
    /// `fs-..::fsap-..`, as the EFS CSI driver names volumes.
    #[must_use]
    pub fn volume_handle(&self) -> Output<String> {
        text!(
            "{}::{}",
            self.file_system_id.cast::<String>(),
            self.access_point_id.cast::<String>()
        )
    }
}
