//! An entry of Secrets Manager that is there already.

use mlplat_core::wiring::Gives;
use mlplat_core::{Construct, Output, Scope, Secret};

use crate::constructs::secret_entry::{SecretEntry, SecretEntryHandle};
use crate::ids::SecretArn;
use crate::secretsmanager;

impl SecretEntry {
    /// An entry that is there already, by its ARN, and its value as far as
    /// the program needs it: mlplat reads no value out of Secrets Manager.
    pub fn existing(
        arn: impl Gives<SecretArn>,
        value: impl Gives<Secret<String>>,
    ) -> ExistingSecret {
        ExistingSecret {
            arn: arn.into(),
            value: value.into(),
            key: None,
        }
    }
}

/// An entry that is there already: see [`SecretEntry::existing`].
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct ExistingSecret {
    arn: Output<SecretArn>,
    value: Output<Secret<String>>,
    key: Option<Output<String>>,
}

impl ExistingSecret {
    /// It is encrypted by this KMS key, by its ARN: who may read it may then
    /// use the key too.
    pub fn encrypted_by(mut self, key_arn: impl Gives<String>) -> Self {
        self.key = Some(key_arn.into());
        self
    }
}

impl Construct for ExistingSecret {
    type Handle = SecretEntryHandle;

    fn build(self, scope: &mut Scope<'_>) -> SecretEntryHandle {
        let secret = scope.existing::<secretsmanager::Secret>("secret", self.arn.cast::<String>());
        SecretEntryHandle {
            arn: secret.arn,
            name: secret.name,
            value: self.value,
            node: secret.node,
            key: self.key,
        }
    }
}
