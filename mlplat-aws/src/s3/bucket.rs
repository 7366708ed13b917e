//! `s3.Bucket`.

use mlplat_core::facts::{
    Alphabet, Blocked, Data, NameRule, OnChange, OutputFact, Quota, Recovery, Refs, Scope, TYPE,
    Type, Unique, f, instant, opt,
};
use mlplat_core::{Output, Resource};

use crate::ids::{BucketArn, BucketName, Tags};
use crate::sources;

/// Facts of `s3.Bucket`.
///
/// Members of the settings stand at the top level: `VersioningStatus` of the
/// versioning configuration; `SSEAlgorithm`, `KMSMasterKeyID` and
/// `BucketKeyEnabled` of the one encryption rule; four switches of the public
/// access block; `ObjectOwnership` of the ownership controls;
/// `LifecycleRules`.
///
/// Tags go with `CreateBucket`. AWS keeps the name of a deleted bucket for an
/// unstated while; two minutes is an estimate.
pub static BUCKET: Type = Type {
    name: "s3.Bucket",
    doc: "A place for objects, with a name that is unique in all of AWS.",
    cloudformation: "AWS::S3::Bucket",
    api: "s3:CreateBucket",
    id: "BucketName",
    recovery: Recovery::UniqueName,
    name_rule: Some(NameRule {
        field: "BucketName",
        min: 3,
        max: 63,
        alphabet: Alphabet::S3,
    }),
    fields: &[
        f("BucketName", OnChange::Replace, Refs::No),
        opt("VersioningStatus", OnChange::InPlace),
        opt("SSEAlgorithm", OnChange::InPlace),
        opt("KMSMasterKeyID", OnChange::InPlace),
        opt("BucketKeyEnabled", OnChange::InPlace),
        opt("BlockPublicAcls", OnChange::InPlace),
        opt("IgnorePublicAcls", OnChange::InPlace),
        opt("BlockPublicPolicy", OnChange::InPlace),
        opt("RestrictPublicBuckets", OnChange::InPlace),
        opt("ObjectOwnership", OnChange::InPlace),
        opt("LifecycleRules", OnChange::InPlace),
        opt("Tags", OnChange::InPlace),
    ],
    outputs: &[
        OutputFact::fixed("BucketName", "{BucketName}"),
        OutputFact::fixed("Arn", "arn:{partition}:s3:::{BucketName}"),
        OutputFact::fixed(
            "RegionalDomainName",
            "{BucketName}.s3.{region}.amazonaws.com",
        ),
    ],
    unique: &[Unique {
        fields: &["BucketName"],
        scope: Scope::World,
        code: "BucketAlreadyExists",
        held_after_delete_s: 120,
    }],
    blocked: &[Blocked {
        when: "the bucket is not empty",
        code: "BucketNotEmpty",
    }],
    data: Data::MustBeEmpty,
    create: instant(3),
    update: instant(1),
    delete: instant(1),
    quota: Some(Quota {
        code: "L-DC2B2D3D",
        default: 10_000,
        per: Scope::Account,
        error: "TooManyBuckets",
    }),
    source: sources::S3,
    ..TYPE
};

/// A place for objects. API: `CreateBucket`, then one call for each group of
/// settings: `PutBucketVersioning`, `PutBucketEncryption`,
/// `PutPublicAccessBlock`, `PutBucketOwnershipControls`,
/// `PutBucketLifecycleConfiguration`, `PutBucketTagging`.
#[derive(Resource, Clone, Debug, Default)]
#[resource(facts = BUCKET, handle = BucketHandle {
    bucket_name: BucketName,
    arn: BucketArn,
    regional_domain_name: String,
})]
pub struct Bucket {
    /// Unique in all of AWS, 3 to 63 characters `a-z 0-9 -`. Generated when
    /// not set.
    pub bucket_name: Option<Output<BucketName>>,
    /// Whether old versions of objects are kept. Once on, it can only be
    /// suspended. In the API `VersioningConfiguration.Status`.
    pub versioning_status: Option<Output<VersioningStatus>>,
    /// How objects are encrypted at rest. Default: `AES256`, which cannot be
    /// switched off.
    #[field("SSEAlgorithm")]
    pub sse_algorithm: Option<Output<SseAlgorithm>>,
    /// The KMS key, for [`SseAlgorithm::Kms`]. Default: the account's S3 key.
    #[field("KMSMasterKeyID")]
    pub kms_master_key_id: Option<Output<String>>,
    /// Whether one data key per bucket saves calls to KMS.
    pub bucket_key_enabled: Option<Output<bool>>,
    /// Refuses new public ACLs. Default true for new buckets.
    pub block_public_acls: Option<Output<bool>>,
    /// Ignores public ACLs that exist. Default true for new buckets.
    pub ignore_public_acls: Option<Output<bool>>,
    /// Refuses new public bucket policies. Default true for new buckets.
    pub block_public_policy: Option<Output<bool>>,
    /// Lets a public bucket policy reach nobody outside the account. Default
    /// true for new buckets.
    pub restrict_public_buckets: Option<Output<bool>>,
    /// Who owns objects that others put. Default `BucketOwnerEnforced`: the
    /// bucket's owner, and ACLs are off.
    pub object_ownership: Option<Output<ObjectOwnership>>,
    /// What happens to objects with age. Default none.
    pub lifecycle_rules: Vec<LifecycleRule>,
    /// Tags.
    pub tags: Tags,
}

/// Whether old versions of objects are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum VersioningStatus {
    /// They are.
    Enabled,
    /// No more new ones; those that exist stay.
    Suspended,
}

/// How objects are encrypted at rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum SseAlgorithm {
    /// By a key of S3.
    #[serde(rename = "AES256")]
    Aes256,
    /// By a key of KMS.
    #[serde(rename = "aws:kms")]
    Kms,
    /// By a key of KMS, in two layers.
    #[serde(rename = "aws:kms:dsse")]
    KmsDsse,
}

/// Who owns objects that others put.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum ObjectOwnership {
    /// The bucket's owner; ACLs are off.
    BucketOwnerEnforced,
    /// The bucket's owner, if the writer says so.
    BucketOwnerPreferred,
    /// The writer.
    ObjectWriter,
}

/// What happens to objects with age.
#[derive(Resource, Clone, Debug)]
#[resource(nested)]
pub struct LifecycleRule {
    /// Unique in the bucket, up to 255 characters.
    #[field("ID")]
    pub id: Output<String>,
    /// `Enabled` or `Disabled`.
    pub status: Output<String>,
    /// Only objects whose key starts so; empty for all.
    pub prefix: Output<String>,
    /// Days until an object expires. In the API `Expiration.Days`.
    pub expiration_in_days: Option<Output<u32>>,
    /// Days until an old version goes. In the API
    /// `NoncurrentVersionExpiration.NoncurrentDays`.
    pub noncurrent_version_expiration_in_days: Option<Output<u32>>,
    /// Days until an unfinished upload goes. In the API
    /// `AbortIncompleteMultipartUpload.DaysAfterInitiation`.
    pub abort_incomplete_multipart_upload_in_days: Option<Output<u32>>,
}
