//! `ecr.Repository`.

use mlplat_core::facts::{
    Alphabet, Blocked, Canon, Data, NameRule, OnChange, OutputFact, Quota, Recovery, Refs, Scope,
    TYPE, Type, Unique, f, instant, opt,
};
use mlplat_core::{Output, Resource};

use crate::ids::{RepositoryArn, RepositoryName, Tags};
use crate::sources;

/// Facts of `ecr.Repository`.
///
/// Members of the request stand at the top level: `ScanOnPush` of the scanning
/// configuration, `EncryptionType` and `KmsKey` of the encryption. The two
/// policies are calls of their own after the creation, as the settings of a
/// bucket are.
///
/// `RegistryHost` is what a client signs in to. A deletion is refused while
/// images are left; the API's way to delete them along, `force`, is not
/// offered.
pub static REPOSITORY: Type = Type {
    name: "ecr.Repository",
    doc: "A place for container images.",
    cloudformation: "AWS::ECR::Repository",
    api: "ecr:CreateRepository",
    id: "RepositoryName",
    recovery: Recovery::UniqueName,
    name_rule: Some(NameRule {
        field: "RepositoryName",
        min: 2,
        max: 256,
        alphabet: Alphabet::Ecr,
    }),
    fields: &[
        f("RepositoryName", OnChange::Replace, Refs::No),
        opt("ImageTagMutability", OnChange::InPlace),
        opt("ScanOnPush", OnChange::InPlace),
        opt("EncryptionType", OnChange::Replace),
        opt("KmsKey", OnChange::Replace),
        opt("LifecyclePolicyText", OnChange::InPlace).canon(Canon::Json),
        opt("RepositoryPolicyText", OnChange::InPlace).canon(Canon::Policy),
        opt("Tags", OnChange::InPlace),
    ],
    outputs: &[
        OutputFact::fixed("RepositoryName", "{RepositoryName}"),
        OutputFact::fixed(
            "Arn",
            "arn:{partition}:ecr:{region}:{account}:repository/{RepositoryName}",
        ),
        OutputFact::fixed(
            "RepositoryUri",
            "{account}.dkr.ecr.{region}.amazonaws.com/{RepositoryName}",
        ),
        OutputFact::fixed("RegistryHost", "{account}.dkr.ecr.{region}.amazonaws.com"),
    ],
    unique: &[Unique {
        fields: &["RepositoryName"],
        scope: Scope::Account,
        code: "RepositoryAlreadyExistsException",
        held_after_delete_s: 0,
    }],
    blocked: &[Blocked {
        when: "the repository holds images",
        code: "RepositoryNotEmptyException",
    }],
    data: Data::MustBeEmpty,
    create: instant(1),
    update: instant(1),
    delete: instant(1),
    quota: Some(Quota {
        code: "L-CFEB8E8D",
        default: 100_000,
        per: Scope::Account,
        error: "LimitExceededException",
    }),
    source: sources::ECR,
    ..TYPE
};

/// A place for container images. API: `CreateRepository`, then
/// `PutLifecyclePolicy` and `SetRepositoryPolicy`; changes by
/// `PutImageTagMutability` and `PutImageScanningConfiguration`.
#[derive(Resource, Clone, Debug, Default)]
#[resource(facts = REPOSITORY, handle = RepositoryHandle {
    repository_name: RepositoryName,
    arn: RepositoryArn,
    repository_uri: String,
    registry_host: String,
})]
pub struct Repository {
    /// Unique in the account and region, 2 to 256 characters `a-z 0-9 . _ - /`.
    /// Generated when not set.
    pub repository_name: Option<Output<RepositoryName>>,
    /// Whether a tag can be moved to another image. AWS's default is
    /// `MUTABLE`.
    pub image_tag_mutability: Option<Output<ImageTagMutability>>,
    /// Whether images are searched for known weaknesses when they arrive. In
    /// the API `imageScanningConfiguration.scanOnPush`. Default false.
    pub scan_on_push: Option<Output<bool>>,
    /// How layers are encrypted at rest. In the API
    /// `encryptionConfiguration.encryptionType`. Default `AES256`.
    pub encryption_type: Option<Output<EncryptionType>>,
    /// The KMS key by ARN, id or alias. Default: the account's ECR key. In the
    /// API `encryptionConfiguration.kmsKey`.
    pub kms_key: Option<Output<String>>,
    /// Which images expire, as JSON text. Default none.
    pub lifecycle_policy_text: Option<Output<String>>,
    /// Who else may use the repository, as JSON text. Default nobody outside
    /// the account.
    pub repository_policy_text: Option<Output<String>>,
    /// Tags.
    pub tags: Tags,
}

/// Whether a tag can be moved to another image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ImageTagMutability {
    /// It can.
    Mutable,
    /// It stays with its image for ever.
    Immutable,
}

/// How layers are encrypted at rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum EncryptionType {
    /// By a key of S3.
    #[serde(rename = "AES256")]
    Aes256,
    /// By a key of KMS.
    #[serde(rename = "KMS")]
    Kms,
    /// By a key of KMS, in two layers.
    #[serde(rename = "KMS_DSSE")]
    KmsDsse,
}
