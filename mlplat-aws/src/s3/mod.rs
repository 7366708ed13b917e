//! Buckets.
//!
//! Every setting of a bucket (versioning, encryption, public access block,
//! ownership, lifecycle) is an API call of its own, and yet a field of
//! [`Bucket`] here, as in CloudFormation. The reasons:
//!
//! - *Deletion.* A setting that is an object of its own is deleted before its
//!   bucket. When `DeleteBucket` is then refused because the bucket is not
//!   empty, a bucket full of data is left without its public access block.
//! - *Interruption.* A bucket is found again by its name, and what its
//!   settings are is read and compared; the calls that are missing are made
//!   like any update. A VPC (`CreateVpc`, then `ModifyVpcAttribute`) has to be
//!   handled in the same way, so nothing is gained by more objects.
//! - *Reading.* A plan has one line per bucket, and the oracle can compare
//!   with CloudFormation's schema as it stands.
//!
//! The bucket policy is a type of its own, again as in CloudFormation: it
//! names roles whose own policies name the bucket, which as a field would be a
//! cycle.

mod bucket;
mod bucket_policy;

pub use bucket::*;
pub use bucket_policy::*;
