//! `kms.Alias`.

use mlplat_core::facts::{
    Alphabet, Held, NameRule, OnChange, OutputFact, Recovery, Refs, Scope, TYPE, Tagging, Type,
    Unique, f, instant,
};
use mlplat_core::{Output, Resource};

use crate::ids::{AliasName, KeyId};
use crate::sources;

/// Facts of `kms.Alias`.
///
/// An alias of a key that waits for its deletion stays, and keeps its name,
/// until the key is gone; deleted itself, it frees the name at once.
pub static ALIAS: Type = Type {
    name: "kms.Alias",
    doc: "A name for a key.",
    cloudformation: "AWS::KMS::Alias",
    api: "kms:CreateAlias",
    id: "AliasName",
    recovery: Recovery::UniqueName,
    tags: Tagging::Never,
    name_rule: Some(NameRule {
        field: "AliasName",
        min: 1,
        max: 256,
        alphabet: Alphabet::KmsAlias,
    }),
    fields: &[
        f("AliasName", OnChange::Replace, Refs::No),
        f(
            "TargetKeyId",
            OnChange::InPlace,
            Refs::To("kms.Key", Held::Dangles),
        ),
    ],
    outputs: &[OutputFact::fixed("AliasName", "{AliasName}")],
    unique: &[Unique {
        fields: &["AliasName"],
        scope: Scope::Account,
        code: "AlreadyExistsException",
        held_after_delete_s: 0,
    }],
    create: instant(1),
    update: instant(1),
    delete: instant(1),
    source: sources::KMS,
    ..TYPE
};

/// A name for a key. API: `CreateAlias`, `UpdateAlias`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = ALIAS, handle = AliasHandle {
    alias_name: AliasName,
})]
pub struct Alias {
    /// `alias/name`, unique in the account and region, up to 256 characters.
    /// Generated when not set.
    pub alias_name: Option<Output<AliasName>>,
    /// The key.
    pub target_key_id: Output<KeyId>,
}
