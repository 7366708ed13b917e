//! `fsx.DataRepositoryAssociation`.

use mlplat_core::facts::{
    Canon, Held, OnChange, OutputFact, Quota, Refs, Scope, TYPE, Type, Unique, Updating, f, opt, w,
};
use mlplat_core::{Output, Resource};

use crate::ids::{Arn, AssociationId, FsxFileSystemId, Tags};
use crate::sources;

/// Facts of `fsx.DataRepositoryAssociation`.
///
/// `AutoImportEvents` and `AutoExportEvents` are `S3.AutoImportPolicy.Events`
/// and `S3.AutoExportPolicy.Events`. `DeleteDataInFileSystem` belongs to the
/// deletion; what is in the bucket stays in any case. The bucket is named by
/// its URI, so nothing here holds it.
///
/// Creation and deletion are estimates; importing the names of a large bucket
/// takes as long as it takes.
pub static DATA_REPOSITORY_ASSOCIATION: Type = Type {
    name: "fsx.DataRepositoryAssociation",
    doc: "A directory of a Lustre file system that shows what is in a bucket.",
    cloudformation: "AWS::FSx::DataRepositoryAssociation",
    api: "fsx:CreateDataRepositoryAssociation",
    id: "AssociationId",
    token: true,
    fields: &[
        f(
            "FileSystemId",
            OnChange::Replace,
            Refs::To("fsx.FileSystem", Held::Cascades),
        ),
        f("FileSystemPath", OnChange::Replace, Refs::No),
        f("DataRepositoryPath", OnChange::Replace, Refs::No),
        opt("BatchImportMetaDataOnCreate", OnChange::Replace),
        opt("ImportedFileChunkSize", OnChange::InPlace),
        opt("AutoImportEvents", OnChange::InPlace).canon(Canon::Set),
        opt("AutoExportEvents", OnChange::InPlace).canon(Canon::Set),
        opt("DeleteDataInFileSystem", OnChange::WriteOnly),
        opt("Tags", OnChange::InPlace),
    ],
    outputs: &[
        OutputFact::fixed("AssociationId", "dra-{hex17}"),
        OutputFact::fixed(
            "ResourceARN",
            "arn:{partition}:fsx:{region}:{account}:association/dra-{hex17}",
        ),
    ],
    unique: &[Unique {
        fields: &["FileSystemPath"],
        scope: Scope::Parent("FileSystemId"),
        code: "BadRequest",
        held_after_delete_s: 0,
    }],
    create: w(240, &["CREATING", "AVAILABLE"], 0),
    update: w(60, &["UPDATING", "AVAILABLE"], 0),
    delete: w(60, &["DELETING"], 0),
    updating: Updating::OneAtATime,
    quota: Some(Quota {
        code: "",
        default: 8,
        per: Scope::Parent("FileSystemId"),
        error: "ServiceLimitExceeded",
    }),
    source: sources::FSX,
    ..TYPE
};

/// A directory of a Lustre file system that shows what is in a bucket. API:
/// `CreateDataRepositoryAssociation`, `UpdateDataRepositoryAssociation`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = DATA_REPOSITORY_ASSOCIATION, handle = DataRepositoryAssociationHandle {
    association_id: AssociationId,
    resource_arn("ResourceARN"): Arn,
})]
pub struct DataRepositoryAssociation {
    /// The file system; not one of kind `SCRATCH_1`.
    pub file_system_id: Output<FsxFileSystemId>,
    /// The directory: `/data`. No other association's may lie in it.
    pub file_system_path: Output<String>,
    /// `s3://bucket/prefix/`.
    pub data_repository_path: Output<String>,
    /// Whether the names of everything in the bucket are read at once. Default
    /// false.
    pub batch_import_meta_data_on_create: Option<Output<bool>>,
    /// Largest part of a file on one disk, in MiB. Default 1,024.
    pub imported_file_chunk_size: Option<Output<u32>>,
    /// What happens in the bucket and then here. Default nothing.
    pub auto_import_events: Vec<Output<RepositoryEvent>>,
    /// What happens here and then in the bucket. Default nothing.
    pub auto_export_events: Vec<Output<RepositoryEvent>>,
    /// Whether the deletion takes the files in the directory along. Default
    /// false.
    pub delete_data_in_file_system: Option<Output<bool>>,
    /// Tags.
    pub tags: Tags,
}

/// What can happen to a file or object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RepositoryEvent {
    /// A new one.
    New,
    /// A change.
    Changed,
    /// A deletion.
    Deleted,
}
