//! `ecr.PullThroughCacheRule`.

use mlplat_core::facts::{
    Alphabet, Held, NameRule, OnChange, OutputFact, Recovery, Refs, Scope, TYPE, Tagging, Type,
    Unique, f, instant, opt,
};
use mlplat_core::wiring::Gives;
use mlplat_core::{Output, Resource};

use crate::ids::{RegistryPrefix, SecretArn};
use crate::sources;

/// Facts of `ecr.PullThroughCacheRule`.
///
/// The rule holds no images: ECR makes a repository below the prefix when one
/// is first pulled. Those repositories belong to nobody here, and stay when
/// the rule goes.
///
/// `RegistryHost` is what a client signs in to, `RepositoryArns` what
/// permissions are on. The prefix `ROOT`, which stands for none, is not
/// offered, nor are rules from ECR to ECR, which need a role.
pub static PULL_THROUGH_CACHE_RULE: Type = Type {
    name: "ecr.PullThroughCacheRule",
    doc: "A prefix under which ECR fetches images of another registry and keeps them.",
    cloudformation: "AWS::ECR::PullThroughCacheRule",
    api: "ecr:CreatePullThroughCacheRule",
    id: "EcrRepositoryPrefix",
    recovery: Recovery::UniqueName,
    tags: Tagging::Never,
    name_rule: Some(NameRule {
        field: "EcrRepositoryPrefix",
        min: 2,
        max: 30,
        alphabet: Alphabet::Ecr,
    }),
    fields: &[
        f("EcrRepositoryPrefix", OnChange::Replace, Refs::No),
        f("UpstreamRegistryUrl", OnChange::Replace, Refs::No),
        opt("UpstreamRegistry", OnChange::Replace),
        opt("CredentialArn", OnChange::InPlace)
            .refs(Refs::May("secretsmanager.Secret", Held::Dangles)),
    ],
    outputs: &[
        OutputFact::fixed("EcrRepositoryPrefix", "{EcrRepositoryPrefix}"),
        OutputFact::fixed("RegistryHost", "{account}.dkr.ecr.{region}.amazonaws.com"),
        OutputFact::fixed(
            "RepositoryArns",
            "arn:{partition}:ecr:{region}:{account}:repository/{EcrRepositoryPrefix}/*",
        ),
    ],
    unique: &[Unique {
        fields: &["EcrRepositoryPrefix"],
        scope: Scope::Account,
        code: "PullThroughCacheRuleAlreadyExistsException",
        held_after_delete_s: 0,
    }],
    create: instant(1),
    update: instant(1),
    delete: instant(1),
    source: sources::ECR,
    ..TYPE
};

/// A prefix under which ECR fetches images of another registry and keeps them.
/// API: `CreatePullThroughCacheRule`, `UpdatePullThroughCacheRule`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = PULL_THROUGH_CACHE_RULE, handle = PullThroughCacheRuleHandle {
    ecr_repository_prefix: RegistryPrefix,
    registry_host: String,
    repository_arns: String,
})]
pub struct PullThroughCacheRule {
    /// Unique in the account and region, 2 to 30 characters `a-z 0-9 . _ - /`.
    /// Generated when not set.
    pub ecr_repository_prefix: Option<Output<RegistryPrefix>>,
    /// The host of the registry, without `https://`: `registry-1.docker.io`.
    pub upstream_registry_url: Output<String>,
    /// Which registry that is. Default: told from the host.
    pub upstream_registry: Option<Output<UpstreamRegistry>>,
    /// The secret to sign in with, by its ARN. Its name begins with
    /// `ecr-pullthroughcache/`, it is in the same account and region, and its
    /// value is JSON with the members `username` and `accessToken`. Default:
    /// nobody is signed in, which only some registries accept.
    pub credential_arn: Option<Output<SecretArn>>,
}

impl PullThroughCacheRule {
    /// A rule for a registry that asks for no login, with a generated prefix.
    pub fn new(upstream_registry_url: impl Gives<String>) -> Self {
        Self {
            ecr_repository_prefix: None,
            upstream_registry_url: upstream_registry_url.into(),
            upstream_registry: None,
            credential_arn: None,
        }
    }
}

/// A registry that ECR can fetch from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UpstreamRegistry {
    /// Amazon ECR Public: `public.ecr.aws`.
    EcrPublic,
    /// Quay: `quay.io`.
    Quay,
    /// Kubernetes: `registry.k8s.io`.
    K8s,
    /// Docker Hub: `registry-1.docker.io`. Asks for a login.
    DockerHub,
    /// GitHub: `ghcr.io`. Asks for a login.
    GithubContainerRegistry,
    /// GitLab: `registry.gitlab.com`. Asks for a login.
    GitlabContainerRegistry,
    /// Azure: `<name>.azurecr.io`. Asks for a login.
    AzureContainerRegistry,
    /// Chainguard: `cgr.dev`. Asks for a login.
    Chainguard,
}
