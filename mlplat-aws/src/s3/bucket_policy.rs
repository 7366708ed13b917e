//! `s3.BucketPolicy`.

use mlplat_core::facts::{
    Canon, Held, OnChange, OutputFact, Recovery, Refs, Scope, TYPE, Tagging, Type, Unique, f,
    instant,
};
use mlplat_core::{Output, Resource};

use crate::ids::BucketName;
use crate::sources;

/// Facts of `s3.BucketPolicy`.
///
/// `PutBucketPolicy` overwrites what is there, so the code of a second one is
/// empty.
pub static BUCKET_POLICY: Type = Type {
    name: "s3.BucketPolicy",
    doc: "Who may use a bucket, said at the bucket.",
    cloudformation: "AWS::S3::BucketPolicy",
    api: "s3:PutBucketPolicy",
    id: "Id",
    recovery: Recovery::NaturalKey(&["Bucket"]),
    tags: Tagging::Never,
    fields: &[
        f(
            "Bucket",
            OnChange::Replace,
            Refs::To("s3.Bucket", Held::Cascades),
        ),
        f("PolicyDocument", OnChange::InPlace, Refs::No).canon(Canon::Policy),
    ],
    outputs: &[OutputFact::fixed("Id", "{Bucket}")],
    unique: &[Unique {
        fields: &["Bucket"],
        scope: Scope::World,
        code: "",
        held_after_delete_s: 0,
    }],
    create: instant(1),
    update: instant(1),
    delete: instant(1),
    source: sources::S3,
    ..TYPE
};

/// Who may use a bucket, said at the bucket. API: `PutBucketPolicy`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = BUCKET_POLICY, handle = BucketPolicyHandle { id: String })]
pub struct BucketPolicy {
    /// The bucket; one policy each.
    pub bucket: Output<BucketName>,
    /// The policy as JSON text, up to 20 KB. In the API `Policy`.
    pub policy_document: Output<String>,
}
