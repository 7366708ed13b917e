//! `KmsKey`: an encryption key with a name.

use mlplat_core::wiring::{KnownText, NodeRef};
use mlplat_core::{Construct, Output, Scope, text};

use super::grant::Grant;
use super::tags::named;
use crate::action;
use crate::ids::{AliasName, KeyArn, KeyId};
use crate::kms;
use crate::lookups::{CallerIdentity, CallerIdentityHandle};
use crate::policy::{Action, Condition, PolicyDocument, Principal, Statement};

/// A symmetric key of the account, renewed every year, with an alias.
///
/// ```
/// use mlplat_aws::{Bucket, KmsKey, MySql, Vpc};
/// use mlplat_core::graph::{Context, Graph};
///
/// let graph = Graph::build(Context::new("demo"), |stack| {
///     let network = stack.add("network", Vpc::new("10.10.0.0/16"));
///     let key = stack.add("key", KmsKey::new("Data of the platform").alias("platform"));
///     stack.add("artifacts", Bucket::new().encrypted_by(&key));
///     stack.add("metadata", MySql::new(&network).encrypted_by(&key));
/// })?;
/// assert!(graph.find(&"key/alias".parse()?).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The key's policy lets the account's IAM policies decide, as AWS has it for
/// keys that are made in the console. Deleting the key makes everything that
/// it encrypted unreadable, also what outlives a stack: the last snapshot of a
/// database, the copies of a backup vault. Until the days of
/// [`recovery_days`](Self::recovery_days) are over it can be had back; to keep
/// such copies for longer, add the key with `.retain()`.
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct KmsKey {
    description: String,
    alias: Option<String>,
    rotation: bool,
    recovery_days: u32,
    statements: Vec<Statement>,
    disks: bool,
}

impl KmsKey {
    /// A key for this purpose.
    pub fn new(description: impl KnownText) -> Self {
        Self {
            description: description.into(),
            alias: None,
            rotation: true,
            recovery_days: 30,
            statements: Vec::new(),
            disks: false,
        }
    }

    /// Under this name, without `alias/` before it. Default: generated.
    pub fn alias(mut self, name: impl KnownText) -> Self {
        self.alias = Some(name.into());
        self
    }

    /// Without new material every year.
    pub fn without_rotation(mut self) -> Self {
        self.rotation = false;
        self
    }

    /// For how many days a deleted key can be had back, 7 to 30. Default 30.
    pub fn recovery_days(mut self, days: u32) -> Self {
        self.recovery_days = days;
        self
    }

    /// Adds a statement to the key's policy, with principals of its own: a
    /// service or another account that is to use the key.
    pub fn allow(mut self, statement: Statement) -> Self {
        self.statements.push(statement);
        self
    }

    /// Also for disks of instances that AWS starts in the account's name: what
    /// may use EC2 in this account may use the key through EC2, and nowhere
    /// else. That is the policy of the account's own key for EBS, and the
    /// service behind node groups has no other way to a key.
    pub fn for_disks(mut self) -> Self {
        self.disks = true;
        self
    }

    fn check(&self, scope: &mut Scope<'_>) {
        if !(7..=30).contains(&self.recovery_days) {
            scope.problem(
                "bad-recovery-days",
                format!(
                    "KMS would refuse to keep a deleted key for {} days",
                    self.recovery_days
                ),
                "choose 7 to 30 days",
            );
        }
    }
}

impl Construct for KmsKey {
    type Handle = KmsKeyHandle;

    fn build(self, scope: &mut Scope<'_>) -> KmsKeyHandle {
        self.check(scope);
        let caller = scope.shared("caller-identity", CallerIdentity {});
        let owner = Statement::allow([action!("kms:*")])
            .sid("AccountDecides")
            .by(Principal::Account(caller.account.clone()))
            .on_everything();
        let disks = self.disks.then(|| through_ec2(&caller));
        let statements = [Some(owner), disks].into_iter().flatten();
        let policy = PolicyDocument::new(statements.chain(self.statements));
        let key = scope.add(
            "key",
            kms::Key {
                key_policy: Some(policy.into()),
                description: Some(self.description.into()),
                enable_key_rotation: Some(self.rotation.into()),
                pending_window_in_days: Some(self.recovery_days.into()),
                tags: named(scope, ""),
                ..kms::Key::default()
            },
        );
        let name = self
            .alias
            .map(|name| AliasName::new(format!("alias/{name}")));
        let alias = scope.add(
            "alias",
            kms::Alias {
                alias_name: name.map(Into::into),
                target_key_id: key.key_id.clone(),
            },
        );
        KmsKeyHandle {
            key_id: key.key_id,
            arn: key.arn,
            alias: alias.alias_name,
            node: key.node,
        }
    }
}

/// What the account's own key for EBS has in its policy.
fn through_ec2(caller: &CallerIdentityHandle) -> Statement {
    let through = text!("ec2.{}.amazonaws.com", caller.region.cast::<String>());
    Statement::allow([
        action!("kms:CreateGrant"),
        action!("kms:Decrypt"),
        action!("kms:DescribeKey"),
        action!("kms:Encrypt"),
        action!("kms:GenerateDataKey*"),
        action!("kms:ReEncrypt*"),
    ])
    .sid("DisksOfTheAccount")
    .by(Principal::Anyone)
    .on_everything()
    .when(Condition::equals(
        "kms:CallerAccount",
        caller.account.cast::<String>(),
    ))
    .when(Condition::equals("kms:ViaService", through))
}

/// An encryption key. It stands for its ARN wherever something is
/// `encrypted_by` a key.
#[derive(Debug, Clone)]
pub struct KmsKeyHandle {
    /// Its id.
    pub key_id: Output<KeyId>,
    /// Its ARN.
    pub arn: Output<KeyArn>,
    /// Its alias: `alias/name`.
    pub alias: Output<AliasName>,
    /// The key's node.
    pub node: NodeRef,
}

impl KmsKeyHandle {
    /// Permits to decrypt.
    pub fn decrypt(&self) -> Grant {
        self.grant([action!("kms:Decrypt"), action!("kms:DescribeKey")])
    }

    /// Permits to encrypt, directly and by data keys.
    pub fn encrypt(&self) -> Grant {
        self.grant([
            action!("kms:DescribeKey"),
            action!("kms:Encrypt"),
            action!("kms:GenerateDataKey*"),
        ])
    }

    /// Permits both.
    pub fn encrypt_and_decrypt(&self) -> Grant {
        self.grant([
            action!("kms:Decrypt"),
            action!("kms:DescribeKey"),
            action!("kms:Encrypt"),
            action!("kms:GenerateDataKey*"),
        ])
    }

    fn grant<const N: usize>(&self, actions: [Action; N]) -> Grant {
        Grant::new([Statement::allow(actions).on([self.arn.cast()])])
    }
}

impl From<&KmsKeyHandle> for Output<String> {
    fn from(key: &KmsKeyHandle) -> Self {
        key.arn.cast()
    }
}
