//! `Bucket`: a private, encrypted bucket and its grants.

use mlplat_core::wiring::{Gives, KnownText};
use mlplat_core::{Construct, Output, Scope, text};

use super::grant::Grant;
use super::tags::named;
use crate::action;
use crate::ids::{BucketArn, BucketName};
use crate::policy::{Condition, Operator, PolicyDocument, Principal, Statement};
use crate::s3::{self, LifecycleRule, ObjectOwnership, SseAlgorithm, VersioningStatus};

/// A private bucket: no public access of any kind, no ACLs, encrypted at rest,
/// unfinished uploads cleaned up after a week.
///
/// ```
/// use mlplat_aws::{Bucket, Role, policy::trust};
/// use mlplat_core::graph::{Context, Graph};
///
/// let graph = Graph::build(Context::new("demo"), |stack| {
///     let artifacts = stack.add("artifacts", Bucket::new().versioned());
///     stack.add("trainer", Role::new(trust::service("ec2.amazonaws.com")).grant(artifacts.read_write()));
/// })?;
/// assert!(graph.find(&"trainer/policy".parse()?).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
#[must_use = "add it to a stack"]
pub struct Bucket {
    name: Option<String>,
    versioned: bool,
    key: Option<Output<String>>,
    tls_only: bool,
    expire_days: Option<u32>,
    old_version_days: Option<u32>,
}

impl Bucket {
    /// A bucket with a generated name.
    pub fn new() -> Self {
        Self::default()
    }

    /// Under a name of the user's choice, unique in all of AWS. A replacement
    /// then has to delete first.
    pub fn name(mut self, name: impl KnownText) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Keeps old versions of objects.
    pub fn versioned(mut self) -> Self {
        self.versioned = true;
        self
    }

    /// Encrypted by a KMS key, by its ARN, instead of one of S3.
    pub fn encrypted_by(mut self, key_arn: impl Gives<String>) -> Self {
        self.key = Some(key_arn.into());
        self
    }

    /// Refuses requests without TLS by a bucket policy.
    pub fn tls_only(mut self) -> Self {
        self.tls_only = true;
        self
    }

    /// Deletes objects this many days after they were made.
    pub fn expire_after_days(mut self, days: u32) -> Self {
        self.expire_days = Some(days);
        self
    }

    /// Deletes old versions this many days after they were replaced.
    pub fn expire_old_versions_after_days(mut self, days: u32) -> Self {
        self.old_version_days = Some(days);
        self
    }

    fn lifecycle(&self, scope: &mut Scope<'_>) -> LifecycleRule {
        if [self.expire_days, self.old_version_days].contains(&Some(0)) {
            scope.problem(
                "bad-lifecycle",
                "AWS would refuse to expire objects after 0 days",
                "give at least one day",
            );
        }
        if self.old_version_days.is_some() && !self.versioned {
            scope.problem(
                "bad-lifecycle",
                "the bucket keeps no old versions that could expire",
                "make it .versioned(), or leave the rule out",
            );
        }
        LifecycleRule {
            id: "mlplat".into(),
            status: "Enabled".into(),
            prefix: "".into(),
            expiration_in_days: self.expire_days.map(Into::into),
            noncurrent_version_expiration_in_days: self.old_version_days.map(Into::into),
            abort_incomplete_multipart_upload_in_days: Some(7.into()),
        }
    }
}

impl Construct for Bucket {
    type Handle = BucketHandle;

    fn build(self, scope: &mut Scope<'_>) -> BucketHandle {
        let algorithm = match self.key {
            Some(_) => SseAlgorithm::Kms,
            None => SseAlgorithm::Aes256,
        };
        let lifecycle = self.lifecycle(scope);
        let bucket = scope.add(
            "bucket",
            s3::Bucket {
                bucket_name: self.name.map(|name| BucketName::new(name).into()),
                versioning_status: self.versioned.then(|| VersioningStatus::Enabled.into()),
                sse_algorithm: Some(algorithm.into()),
                kms_master_key_id: self.key.clone(),
                bucket_key_enabled: self.key.is_some().then(|| true.into()),
                block_public_acls: Some(true.into()),
                ignore_public_acls: Some(true.into()),
                block_public_policy: Some(true.into()),
                restrict_public_buckets: Some(true.into()),
                object_ownership: Some(ObjectOwnership::BucketOwnerEnforced.into()),
                lifecycle_rules: vec![lifecycle],
                tags: named(scope, ""),
            },
        );
        let handle = BucketHandle {
            bucket_name: bucket.bucket_name,
            arn: bucket.arn,
            key: self.key,
        };
        if self.tls_only {
            scope.add(
                "policy",
                s3::BucketPolicy {
                    bucket: handle.bucket_name.clone(),
                    policy_document: handle.tls_only().into(),
                },
            );
        }
        handle
    }
}

/// A bucket.
#[derive(Debug, Clone)]
pub struct BucketHandle {
    /// Its name.
    pub bucket_name: Output<BucketName>,
    /// Its ARN.
    pub arn: Output<BucketArn>,
    pub(super) key: Option<Output<String>>,
}

impl BucketHandle {
    /// `s3://name`.
    #[must_use]
    pub fn uri(&self) -> Output<String> {
        text!("s3://{}", self.bucket_name.cast::<String>())
    }

    /// Permits to list the bucket and to get its objects.
    pub fn read(&self) -> Grant {
        let mut statements = vec![
            self.on_bucket([action!("s3:GetBucketLocation"), action!("s3:ListBucket")]),
            self.on_objects([action!("s3:GetObject")]),
        ];
        statements.extend(self.on_key([action!("kms:Decrypt")]));
        Grant::new(statements)
    }

    /// Permits to put and delete objects, not to see them.
    pub fn write(&self) -> Grant {
        let mut statements = vec![self.on_objects([
            action!("s3:AbortMultipartUpload"),
            action!("s3:DeleteObject"),
            action!("s3:PutObject"),
        ])];
        // Decrypt too: a multipart upload reads the data key of its parts.
        statements.extend(self.on_key([action!("kms:Decrypt"), action!("kms:GenerateDataKey")]));
        Grant::new(statements)
    }

    /// Permits to list the bucket and to get, put and delete its objects.
    pub fn read_write(&self) -> Grant {
        let mut statements = vec![
            self.on_bucket([action!("s3:GetBucketLocation"), action!("s3:ListBucket")]),
            self.on_objects([
                action!("s3:AbortMultipartUpload"),
                action!("s3:DeleteObject"),
                action!("s3:GetObject"),
                action!("s3:PutObject"),
            ]),
        ];
        statements.extend(self.on_key([action!("kms:Decrypt"), action!("kms:GenerateDataKey")]));
        Grant::new(statements)
    }

    fn on_bucket<const N: usize>(&self, actions: [crate::policy::Action; N]) -> Statement {
        Statement::allow(actions).on([self.arn.cast()])
    }

    fn on_objects<const N: usize>(&self, actions: [crate::policy::Action; N]) -> Statement {
        Statement::allow(actions).on([self.objects()])
    }

    fn on_key<const N: usize>(&self, actions: [crate::policy::Action; N]) -> Option<Statement> {
        let key = self.key.clone()?;
        Some(Statement::allow(actions).on([key]))
    }

    fn objects(&self) -> Output<String> {
        text!("{}/*", self.arn.cast::<String>())
    }

    fn tls_only(&self) -> PolicyDocument {
        PolicyDocument::new([Statement::deny([action!("s3:*")])
            .sid("RefuseRequestsWithoutTls")
            .by(Principal::Anyone)
            .on([self.arn.cast(), self.objects()])
            .when(Condition::new(
                Operator::Bool,
                "aws:SecureTransport",
                ["false".into()],
            ))])
    }
}
