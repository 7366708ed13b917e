//! A shared file system that is there already.

use mlplat_core::wiring::Gives;
use mlplat_core::{Construct, Output, Scope};

use crate::constructs::efs_storage::{EfsStorage, EfsStorageHandle};
use crate::efs;
use crate::ids::{EfsFileSystemId, SecurityGroupId};

impl EfsStorage {
    /// A file system that is there already, by its id, with the security
    /// group of its addresses.
    pub fn existing(
        id: impl Gives<EfsFileSystemId>,
        security_group: impl Gives<SecurityGroupId>,
    ) -> ExistingFiles {
        ExistingFiles {
            id: id.into(),
            security_group: security_group.into(),
        }
    }
}

/// A file system that is there already: see [`EfsStorage::existing`].
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct ExistingFiles {
    id: Output<EfsFileSystemId>,
    security_group: Output<SecurityGroupId>,
}

impl Construct for ExistingFiles {
    type Handle = EfsStorageHandle;

    fn build(self, scope: &mut Scope<'_>) -> EfsStorageHandle {
        let files = scope.existing::<efs::FileSystem>("file-system", self.id.cast::<String>());
        EfsStorageHandle {
            file_system_id: files.file_system_id,
            arn: files.arn,
            security_group: self.security_group,
            // They are there with it.
            mount_targets: vec![files.node],
            node: files.node,
        }
    }
}
