//! Where data lies: buckets, secrets, keys, images, logs.

use mlplat_aws::ids::BucketName;
use mlplat_aws::s3::VersioningStatus;
use mlplat_aws::{ecr, kms, logs, s3, secretsmanager};
use mlplat_core::{Output, Secret, Stack, text};

use super::draft::Draft;

pub(super) fn add(stack: &mut Stack, draft: Draft, secret: &str) {
    let key = key(stack, draft);
    bucket(stack, draft);
    let kept = secretsmanager::Secret {
        description: Some(draft.pick("secret", &["a secret", "the secret"]).into()),
        kms_key_id: key.clone().filter(|_| draft.is_there("sealed by")),
        force_delete_without_recovery: Some(true.into()),
        ..secretsmanager::Secret::new(Secret::provided(secret.to_owned()))
    };
    let path = draft.place(stack, "secret");
    stack.add(&path, kept);
    images(stack, draft, key.as_ref());
    if draft.is_there("logs") {
        let group = logs::LogGroup {
            tags: draft.tags("logs"),
            ..logs::LogGroup::default()
        };
        let path = draft.place(stack, "logs");
        stack.add(&path, group);
    }
}

fn key(stack: &mut Stack, draft: Draft) -> Option<Output<String>> {
    if !draft.has("key", 2) {
        return None;
    }
    let key = kms::Key {
        description: Some(draft.pick("key", &["a key", "the key"]).into()),
        enable_key_rotation: Some(draft.pick("rotates", &[true, false]).into()),
        multi_region: Some(draft.seldom("regions", &[true, false]).into()),
        ..kms::Key::default()
    };
    let key = stack.add("key", key);
    if draft.is_there("alias") {
        let alias = kms::Alias {
            alias_name: None,
            target_key_id: key.key_id,
        };
        let path = draft.place(stack, "alias");
        stack.add(&path, alias);
    }
    Some(key.arn.cast())
}

fn bucket(stack: &mut Stack, draft: Draft) {
    let versions = [VersioningStatus::Enabled, VersioningStatus::Suspended];
    // An account has one name space for all, so a name is one of its own.
    let name = draft.seldom("bucket", &["data", "models"]);
    let pinned = draft.name("bucket");
    let bucket = s3::Bucket {
        bucket_name: pinned.map(|own| BucketName::new(format!("{own}-{name}")).into()),
        versioning_status: Some(draft.pick("versions", &versions).into()),
        tags: draft.tags("bucket"),
        ..s3::Bucket::default()
    };
    let path = draft.place(stack, "bucket");
    let bucket = stack.add(&path, bucket);
    if draft.is_there("bucket policy") {
        let policy = text!(
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"{}/*"}]}"#,
            bucket.arn
        );
        let policy = s3::BucketPolicy {
            bucket: bucket.bucket_name,
            policy_document: policy,
        };
        stack.add("bucket-policy", policy);
    }
}

fn images(stack: &mut Stack, draft: Draft, key: Option<&Output<String>>) {
    let repository = ecr::Repository {
        scan_on_push: Some(draft.pick("scan", &[true, false]).into()),
        encryption_type: key.map(|_| ecr::EncryptionType::Kms.into()),
        kms_key: key.cloned(),
        tags: draft.tags("images"),
        ..ecr::Repository::default()
    };
    if draft.is_there("images") {
        let path = draft.place(stack, "images");
        stack.add(&path, repository);
    }
    if draft.has("mirror", 2) && draft.is_there("mirror") {
        let upstream = draft.pick("upstream", &["public.ecr.aws", "registry.k8s.io"]);
        stack.add("mirror", ecr::PullThroughCacheRule::new(upstream));
    }
}
