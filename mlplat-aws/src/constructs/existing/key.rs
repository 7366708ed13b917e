//! A key that is there already.

use mlplat_core::wiring::{Gives, KnownText};
use mlplat_core::{Construct, Output, Scope};

use crate::constructs::kms_key::{KmsKey, KmsKeyHandle};
use crate::ids::{AliasName, KeyId};
use crate::kms;

impl KmsKey {
    /// A key that is there already, by its id, and its alias without `alias/`
    /// before it.
    pub fn existing(id: impl Gives<KeyId>, alias: impl KnownText) -> ExistingKey {
        ExistingKey {
            id: id.into(),
            alias: alias.into(),
        }
    }
}

/// A key that is there already: see [`KmsKey::existing`].
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct ExistingKey {
    id: Output<KeyId>,
    alias: String,
}

impl Construct for ExistingKey {
    type Handle = KmsKeyHandle;

    fn build(self, scope: &mut Scope<'_>) -> KmsKeyHandle {
        let key = scope.existing::<kms::Key>("key", self.id.cast::<String>());
        KmsKeyHandle {
            key_id: key.key_id,
            arn: key.arn,
            alias: AliasName::new(format!("alias/{}", self.alias)).into(),
            node: key.node,
        }
    }
}
