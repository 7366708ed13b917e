//! `efs.MountTarget`.

use mlplat_core::facts::{
    By, Canon, Fails, Held, Join, Need, OnChange, OutputFact, Recovery, Refs, Scope, TYPE, Tagging,
    Type, Unique, f, instant, opt, w,
};
use mlplat_core::{Output, Resource};

use crate::ids::{EfsFileSystemId, MountTargetId, SecurityGroupId, SubnetId};
use crate::sources;

/// Facts of `efs.MountTarget`.
///
/// A file system has at most one in each zone, and none in another VPC.
pub static MOUNT_TARGET: Type = Type {
    name: "efs.MountTarget",
    doc: "The address of a file system in one zone.",
    cloudformation: "AWS::EFS::MountTarget",
    api: "efs:CreateMountTarget",
    recovery: Recovery::NaturalKey(&["FileSystemId", "SubnetId"]),
    tags: Tagging::Never,
    fields: &[
        f(
            "FileSystemId",
            OnChange::Replace,
            Refs::To("efs.FileSystem", Held::Refused("FileSystemInUse")),
        ),
        f(
            "SubnetId",
            OnChange::Replace,
            Refs::To("ec2.Subnet", Held::Refused("DependencyViolation")),
        ),
        opt("SecurityGroups", OnChange::InPlace)
            .canon(Canon::Set)
            .refs(Refs::To(
                "ec2.SecurityGroup",
                Held::Refused("DependencyViolation"),
            )),
        opt("IpAddress", OnChange::Replace),
    ],
    outputs: &[OutputFact::fixed("Id", "fsmt-{hex17}")],
    unique: &[Unique {
        fields: &["SubnetId"],
        scope: Scope::Parent("FileSystemId"),
        code: "MountTargetConflict",
        held_after_delete_s: 0,
    }],
    needs: &[Need {
        what: "the file system, available",
        path: &[Join::Follow("FileSystemId")],
        by: By::AtCall,
        fails: Fails::Refuse("IncorrectFileSystemLifeCycleState"),
    }],
    create: w(85, &["creating", "available"], 0),
    update: instant(2),
    delete: w(20, &["deleting", "deleted"], 0),
    source: sources::EFS,
    ..TYPE
};

/// The address of a file system in one zone. API: `CreateMountTarget`,
/// `ModifyMountTargetSecurityGroups`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = MOUNT_TARGET, handle = MountTargetHandle {
    id: MountTargetId,
})]
pub struct MountTarget {
    /// The file system.
    pub file_system_id: Output<EfsFileSystemId>,
    /// A subnet of the zone.
    pub subnet_id: Output<SubnetId>,
    /// Up to five security groups. Default: the VPC's default group.
    pub security_groups: Vec<Output<SecurityGroupId>>,
    /// Its address in the subnet. Any free one when not set.
    pub ip_address: Option<Output<String>>,
}
