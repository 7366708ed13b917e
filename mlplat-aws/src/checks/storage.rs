//! Buckets.

use mlplat_core::{Graph, Problems};

use super::support::{each, each_in_prod};
use crate::policy::{Permission, ReadPolicies as _};

const BUCKET: &[&str] = &["s3.Bucket"];
/// The public access block. AWS sets all four on new buckets since April 2023,
/// and anybody may take them off again: only what the program says is kept.
const SWITCHES: [&str; 4] = [
    "BlockPublicAcls",
    "BlockPublicPolicy",
    "IgnorePublicAcls",
    "RestrictPublicBuckets",
];

/// `public-bucket`: a bucket without all four switches of the public access
/// block.
#[must_use]
pub fn public_bucket(program: &Graph) -> Problems {
    each(program, BUCKET, |bucket| {
        let off = SWITCHES.iter().filter(|switch| !bucket.is_on(switch));
        let off: Vec<&str> = off.copied().collect();
        (!off.is_empty()).then(|| {
            let what = format!(
                "the bucket can be made public: {} is not on",
                off.join(", ")
            );
            let fix = "set all four to true, or use the construct Bucket, which does";
            bucket
                .problem("public-bucket", what, fix)
                .because("one public ACL or policy would be enough to read everything in it")
        })
    })
}

/// `no-versions`: a bucket that does not keep old versions, in prod.
#[must_use]
pub fn no_versions(program: &Graph) -> Problems {
    each_in_prod(program, BUCKET, |bucket| {
        let kept = bucket.text("VersioningStatus").as_deref() == Some("Enabled");
        (!kept).then(|| {
            let what = "the bucket keeps no old versions of objects";
            bucket
                .problem("no-versions", what, "make it .versioned()")
                .because("what is overwritten or deleted by mistake is lost")
        })
    })
}

/// `plain-requests`: a bucket that answers without TLS, in prod.
#[must_use]
pub fn plain_requests(program: &Graph) -> Problems {
    let policies = program.policies();
    each_in_prod(program, BUCKET, |bucket| {
        let arn = bucket.output("Arn");
        let refuses = |one: &&Permission| {
            let secure = one.condition["Bool"]["aws:SecureTransport"].to_string();
            !one.allows && one.principal == "*" && secure.contains("false")
        };
        let refused = policies.on(&arn).iter().any(refuses);
        (!refused).then(|| {
            let what = "the bucket answers requests without TLS";
            bucket
                .problem("plain-requests", what, "make it .tls_only()")
                .because("credentials and data could be read on the way")
        })
    })
}
