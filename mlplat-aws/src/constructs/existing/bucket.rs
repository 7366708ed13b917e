//! A bucket that is there already.

use mlplat_core::wiring::Gives;
use mlplat_core::{Construct, Output, Scope};

use crate::constructs::bucket::{Bucket, BucketHandle};
use crate::ids::BucketName;
use crate::s3;

impl Bucket {
    /// A bucket that is there already, by its name.
    ///
    /// ```
    /// use mlplat_aws::ids::BucketName;
    /// use mlplat_aws::{Bucket, Role, policy::trust};
    /// use mlplat_core::graph::{Context, Graph};
    ///
    /// Graph::build(Context::new("demo"), |stack| {
    ///     let data = stack.add("data", Bucket::existing(BucketName::new("company-data")));
    ///     stack.add("reader", Role::new(trust::service("ec2.amazonaws.com")).grant(data.read()));
    /// })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn existing(name: impl Gives<BucketName>) -> ExistingBucket {
        ExistingBucket {
            name: name.into(),
            key: None,
        }
    }
}

/// A bucket that is there already: see [`Bucket::existing`].
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct ExistingBucket {
    name: Output<BucketName>,
    key: Option<Output<String>>,
}

impl ExistingBucket {
    /// Its objects are encrypted by this KMS key, by its ARN: its grants then
    /// permit to use the key too.
    pub fn encrypted_by(mut self, key_arn: impl Gives<String>) -> Self {
        self.key = Some(key_arn.into());
        self
    }
}

impl Construct for ExistingBucket {
    type Handle = BucketHandle;

    fn build(self, scope: &mut Scope<'_>) -> BucketHandle {
        let bucket = scope.existing::<s3::Bucket>("bucket", self.name.cast::<String>());
        BucketHandle {
            bucket_name: bucket.bucket_name,
            arn: bucket.arn,
            key: self.key,
        }
    }
}
