//! `kms.Key`.

use mlplat_core::facts::{
    Canon, Data, OnChange, OutputFact, Quota, Scope, TYPE, Type, instant, opt,
};
use mlplat_core::{Output, Resource};

use crate::ids::{KeyArn, KeyId, Tags};
use crate::sources;

/// Facts of `kms.Key`.
///
/// A key is never deleted at once: `ScheduleKeyDeletion` makes it useless and
/// lets it wait for 7 to 30 days, in which it can be had back. A key that
/// waits counts as gone. Whatever it encrypted is lost with it, and none of
/// its users holds it back.
///
/// Kind and usage of a key are for life. CloudFormation lets a template change
/// them and then fails; here they are replaced.
pub static KEY: Type = Type {
    name: "kms.Key",
    doc: "An encryption key that never leaves AWS.",
    cloudformation: "AWS::KMS::Key",
    api: "kms:CreateKey",
    id: "KeyId",
    fields: &[
        opt("KeyPolicy", OnChange::InPlace).canon(Canon::Policy),
        opt("Description", OnChange::InPlace),
        opt("EnableKeyRotation", OnChange::InPlace),
        opt("RotationPeriodInDays", OnChange::InPlace),
        opt("KeySpec", OnChange::Replace),
        opt("KeyUsage", OnChange::Replace),
        opt("MultiRegion", OnChange::Replace),
        opt("PendingWindowInDays", OnChange::WriteOnly),
        opt("Tags", OnChange::InPlace),
    ],
    outputs: &[
        OutputFact::fixed("KeyId", "{uuid}"),
        OutputFact::fixed("Arn", "arn:{partition}:kms:{region}:{account}:key/{uuid}"),
    ],
    data: Data::Recoverable {
        days: "PendingWindowInDays",
        default: 30,
        unless: "",
    },
    create: instant(1),
    update: instant(1),
    delete: instant(1),
    quota: Some(Quota {
        code: "L-C2F1777E",
        default: 100_000,
        per: Scope::Account,
        error: "LimitExceededException",
    }),
    source: sources::KMS,
    ..TYPE
};

/// An encryption key that never leaves AWS. API: `CreateKey`; changes are
/// `PutKeyPolicy`, `UpdateKeyDescription`, `EnableKeyRotation`,
/// `DisableKeyRotation`; the deletion is `ScheduleKeyDeletion`.
#[derive(Resource, Clone, Debug, Default)]
#[resource(facts = KEY, handle = KeyHandle {
    key_id: KeyId,
    arn: KeyArn,
})]
pub struct Key {
    /// Who may do what with it, as JSON text, up to 32 KiB. Default: the
    /// account's IAM policies decide. In the API `Policy`.
    pub key_policy: Option<Output<String>>,
    /// What it is for, up to 8,192 characters.
    pub description: Option<Output<String>>,
    /// Whether it gets new material regularly; what the old material encrypted
    /// stays readable. Default false.
    pub enable_key_rotation: Option<Output<bool>>,
    /// How often, in days: 90 to 2,560. Default 365.
    pub rotation_period_in_days: Option<Output<u32>>,
    /// What kind of key. Default symmetric.
    pub key_spec: Option<Output<KeySpec>>,
    /// What it does. Default encrypts and decrypts.
    pub key_usage: Option<Output<KeyUsage>>,
    /// Whether it can be copied to other regions. Default false.
    pub multi_region: Option<Output<bool>>,
    /// For how many days a deleted key can be had back, 7 to 30. Default 30.
    pub pending_window_in_days: Option<Output<u32>>,
    /// Tags.
    pub tags: Tags,
}

/// What kind of key. The names are KMS's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum KeySpec {
    /// AES-256 in Galois counter mode: what AWS's services encrypt by.
    SymmetricDefault,
    /// A pair of RSA keys of 2,048 bits.
    #[serde(rename = "RSA_2048")]
    Rsa2048,
    /// A pair of RSA keys of 4,096 bits.
    #[serde(rename = "RSA_4096")]
    Rsa4096,
    /// A pair on NIST's curve P-256.
    EccNistP256,
    /// A pair on NIST's curve P-384.
    EccNistP384,
    /// For message authentication by SHA-256.
    #[serde(rename = "HMAC_256")]
    Hmac256,
}

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum KeyUsage {
    /// Encrypts and decrypts.
    EncryptDecrypt,
    /// Signs and verifies.
    SignVerify,
    /// Makes and verifies message authentication codes.
    GenerateVerifyMac,
    /// Agrees on a shared secret.
    KeyAgreement,
}
