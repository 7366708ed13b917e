//! Where the fields of ECR's types go.

use super::{Mapping, p, plain};

pub(super) const PULL_THROUGH_CACHE_RULE: Mapping = Mapping {
    also: &["ecr:UpdatePullThroughCacheRule"],
    ..plain("ecr.PullThroughCacheRule", "ecr:DeletePullThroughCacheRule")
};

pub(super) const REPOSITORY: Mapping = Mapping {
    also: &["ecr:PutLifecyclePolicy", "ecr:SetRepositoryPolicy"],
    paths: &[
        p(
            "ScanOnPush",
            "ImageScanningConfiguration.ScanOnPush",
            "imageScanningConfiguration.scanOnPush",
        ),
        p(
            "EncryptionType",
            "EncryptionConfiguration.EncryptionType",
            "encryptionConfiguration.encryptionType",
        ),
        p(
            "KmsKey",
            "EncryptionConfiguration.KmsKey",
            "encryptionConfiguration.kmsKey",
        ),
        p(
            "LifecyclePolicyText",
            "LifecyclePolicy.LifecyclePolicyText",
            "lifecyclePolicyText",
        ),
        p("RepositoryPolicyText", "RepositoryPolicyText", "policyText"),
    ],
    ..plain("ecr.Repository", "ecr:DeleteRepository")
};
