//! `secretsmanager.Secret`.

use mlplat_core::facts::{
    Alphabet, Data, NameRule, OnChange, OutputFact, Quota, Recovery, Refs, Scope, TYPE, Type,
    Unique, f, instant, opt,
};
use mlplat_core::wiring::Gives;
use mlplat_core::{Output, Resource, Secret as Sealed};

use crate::ids::{SecretArn, SecretName, Tags};
use crate::sources;

/// Facts of `secretsmanager.Secret`.
///
/// A deleted secret can be had back for 7 to 30 days and keeps its name all
/// that time; `ForceDeleteWithoutRecovery` deletes it at once. Generated names
/// are never used twice, so they do not mind. Both fields belong to the
/// deletion. The ARN ends in six letters that are drawn anew each time.
///
/// Creating one repeatedly with the same token and value is harmless.
pub static SECRET: Type = Type {
    name: "secretsmanager.Secret",
    doc: "A value that AWS keeps encrypted and hands to whoever is permitted.",
    cloudformation: "AWS::SecretsManager::Secret",
    api: "secretsmanager:CreateSecret",
    id: "Id",
    recovery: Recovery::UniqueName,
    token: true,
    name_rule: Some(NameRule {
        field: "Name",
        min: 1,
        max: 512,
        alphabet: Alphabet::SecretsManager,
    }),
    fields: &[
        f("Name", OnChange::Replace, Refs::No),
        opt("Description", OnChange::InPlace),
        opt("KmsKeyId", OnChange::InPlace),
        opt("SecretString", OnChange::WriteOnly).secret(),
        opt("RecoveryWindowInDays", OnChange::WriteOnly),
        opt("ForceDeleteWithoutRecovery", OnChange::WriteOnly),
        opt("Tags", OnChange::InPlace),
    ],
    outputs: &[
        OutputFact::fixed(
            "Id",
            "arn:{partition}:secretsmanager:{region}:{account}:secret:{Name}-{hex6}",
        ),
        OutputFact::fixed("Name", "{Name}"),
    ],
    unique: &[Unique {
        fields: &["Name"],
        scope: Scope::Account,
        code: "ResourceExistsException",
        held_after_delete_s: 0,
    }],
    data: Data::Recoverable {
        days: "RecoveryWindowInDays",
        default: 30,
        unless: "ForceDeleteWithoutRecovery",
    },
    create: instant(1),
    update: instant(1),
    delete: instant(1),
    quota: Some(Quota {
        code: "L-2F66C23C",
        default: 500_000,
        per: Scope::Account,
        error: "LimitExceededException",
    }),
    source: sources::SECRETS_MANAGER,
    ..TYPE
};

/// A value that AWS keeps encrypted. API: `CreateSecret`, `UpdateSecret`,
/// `DeleteSecret`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = SECRET, handle = SecretHandle {
    arn("Id"): SecretArn,
    name: SecretName,
})]
pub struct Secret {
    /// Unique in the account and region, 1 to 512 letters, digits and
    /// `/_+=.@-`. Generated when not set.
    pub name: Option<Output<SecretName>>,
    /// What it is for, up to 2,048 characters.
    pub description: Option<Output<String>>,
    /// The KMS key, by its ARN. Default: the account's key
    /// `aws/secretsmanager`, which no other account can use.
    pub kms_key_id: Option<Output<String>>,
    /// The value, up to 65,536 bytes.
    pub secret_string: Option<Output<Sealed<String>>>,
    /// For how many days a deleted secret can be had back, 7 to 30. Default
    /// 30.
    pub recovery_window_in_days: Option<Output<u32>>,
    /// Whether a deleted secret is gone at once. Default false. Excludes
    /// [`Self::recovery_window_in_days`].
    pub force_delete_without_recovery: Option<Output<bool>>,
    /// Tags.
    pub tags: Tags,
}

impl Secret {
    /// A secret of this value with a generated name.
    pub fn new(value: impl Gives<Sealed<String>>) -> Self {
        Self {
            name: None,
            description: None,
            kms_key_id: None,
            secret_string: Some(value.into()),
            recovery_window_in_days: None,
            force_delete_without_recovery: None,
            tags: Tags::new(),
        }
    }
}
