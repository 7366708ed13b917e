//! `SecretEntry`: a value in Secrets Manager.

use mlplat_core::wiring::{Generated, Gives, KnownText, NodeRef};
use mlplat_core::{Construct, Output, Scope, Secret};

use super::grant::Grant;
use super::tags::named;
use crate::action;
use crate::ids::{SecretArn, SecretName};
use crate::policy::Statement;
use crate::secretsmanager;

/// A value that AWS keeps and hands to whoever is permitted: a password, a
/// token, a connection string.
///
/// ```
/// use mlplat_aws::{Role, SecretEntry, policy::trust};
/// use mlplat_core::graph::{Context, Graph};
/// use mlplat_core::wiring::Generated;
///
/// let graph = Graph::build(Context::new("demo"), |stack| {
///     let token = stack.add("hub-token", SecretEntry::generated(Generated::hex(64)));
///     stack.add("hub", Role::new(trust::pod_identity()).grant(token.read()));
/// })?;
/// assert!(graph.find(&"hub-token/secret".parse()?).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A deleted entry can be had back for thirty days, in which its name stays
/// taken. A generated name is never used twice, so only
/// [`name`](Self::name) makes that felt.
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct SecretEntry {
    value: Value,
    name: Option<String>,
    description: Option<String>,
    key: Option<Output<String>>,
    recovery_days: Option<u32>,
    disposable: bool,
}

#[derive(Debug, Clone)]
enum Value {
    Generated(Generated, Option<String>),
    Given(Output<Secret<String>>),
}

impl SecretEntry {
    /// A value that is generated once and sealed in the state.
    pub fn generated(shape: Generated) -> Self {
        Self::with(Value::Generated(shape, None))
    }

    /// A value from outside, or one that is composed of others by
    /// [`secret_text!`](mlplat_core::secret_text).
    pub fn of(value: impl Gives<Secret<String>>) -> Self {
        Self::with(Value::Given(value.into()))
    }

    fn with(value: Value) -> Self {
        Self {
            value,
            name: None,
            description: None,
            key: None,
            recovery_days: None,
            disposable: false,
        }
    }

    /// The key under which a value is generated, unique in the stack. By
    /// default it derives from the construct's path, so an entry that is moved
    /// gets a new value unless it is told the old key: `hub-token/value` for
    /// one that was at `hub-token`.
    pub fn value_key(mut self, key: impl KnownText) -> Self {
        if let Value::Generated(_, at) = &mut self.value {
            *at = Some(key.into());
        }
        self
    }

    /// Under a name of the user's choice, 1 to 512 letters, digits and
    /// `/_+=.@-`. Default: generated.
    pub fn name(mut self, name: impl KnownText) -> Self {
        self.name = Some(name.into());
        self
    }

    /// What it is for, up to 2,048 characters.
    pub fn describe(mut self, description: impl KnownText) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Encrypted by a KMS key, by its ARN, instead of the account's own.
    pub fn encrypted_by(mut self, key_arn: impl Gives<String>) -> Self {
        self.key = Some(key_arn.into());
        self
    }

    /// For how many days a deleted entry can be had back, 7 to 30. Default 30.
    pub fn recovery_days(mut self, days: u32) -> Self {
        self.recovery_days = Some(days);
        self
    }

    /// For examples and tests: a deleted entry is gone at once.
    pub fn disposable(mut self) -> Self {
        self.disposable = true;
        self
    }

    fn check(&self, scope: &mut Scope<'_>) {
        let days = self.recovery_days.unwrap_or(30);
        if !(7..=30).contains(&days) {
            scope.problem(
                "bad-recovery-days",
                format!("Secrets Manager would refuse to keep a deleted secret for {days} days"),
                "choose 7 to 30 days, or .disposable()",
            );
        }
    }
}

impl Construct for SecretEntry {
    type Handle = SecretEntryHandle;

    fn build(self, scope: &mut Scope<'_>) -> SecretEntryHandle {
        self.check(scope);
        let value = match self.value {
            Value::Given(value) => value,
            Value::Generated(shape, key) => {
                let key = key.unwrap_or_else(|| format!("{}/value", scope.path()));
                Output::generated(key, shape)
            }
        };
        let days = self.recovery_days.filter(|_| !self.disposable);
        let secret = scope.add(
            "secret",
            secretsmanager::Secret {
                name: self.name.map(|name| SecretName::new(name).into()),
                description: self.description.map(Into::into),
                kms_key_id: self.key.clone(),
                recovery_window_in_days: days.map(Into::into),
                force_delete_without_recovery: self.disposable.then(|| true.into()),
                tags: named(scope, ""),
                ..secretsmanager::Secret::new(&value)
            },
        );
        SecretEntryHandle {
            arn: secret.arn,
            name: secret.name,
            value,
            node: secret.node,
            key: self.key,
        }
    }
}

/// An entry in Secrets Manager.
#[derive(Debug, Clone)]
pub struct SecretEntryHandle {
    /// Its ARN.
    pub arn: Output<SecretArn>,
    /// Its name.
    pub name: Output<SecretName>,
    /// Its value, for others that need it.
    pub value: Output<Secret<String>>,
    /// The secret's node.
    pub node: NodeRef,
    pub(super) key: Option<Output<String>>,
}

impl SecretEntryHandle {
    /// Permits to read the value.
    pub fn read(&self) -> Grant {
        read(&self.arn, self.key.as_ref())
    }
}

/// Permits to read a secret, and to decrypt it if it has a key of its own.
pub(super) fn read(arn: &Output<SecretArn>, key: Option<&Output<String>>) -> Grant {
    let actions = [
        action!("secretsmanager:DescribeSecret"),
        action!("secretsmanager:GetSecretValue"),
    ];
    let decrypt = key.map(|key| Statement::allow([action!("kms:Decrypt")]).on([key.clone()]));
    let read = Statement::allow(actions).on([arn.cast()]);
    Grant::new([Some(read), decrypt].into_iter().flatten())
}
