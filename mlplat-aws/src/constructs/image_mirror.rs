//! `ImageMirror`: another registry's images out of the account's own.

use std::sync::Arc;

use mlplat_core::wiring::{Expr, Gives, KnownText};
use mlplat_core::{Construct, Output, Scope, Secret, text};

use super::grant::Grant;
use super::tags::named;
use crate::action;
use crate::ecr::{self, UpstreamRegistry};
use crate::ids::{RegistryPrefix, SecretArn, SecretName};
use crate::policy::Statement;
use crate::secretsmanager;

/// What the name of a secret has to begin with for ECR to read it.
const SECRETS: &str = "ecr-pullthroughcache/";

/// A registry whose images are mirrored. Those that ask for a login carry it,
/// so it can be neither forgotten nor given to one that takes none.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Upstream {
    /// `public.ecr.aws`.
    EcrPublic,
    /// `registry.k8s.io`.
    Kubernetes,
    /// `quay.io`.
    Quay,
    /// `docker.io`.
    DockerHub(RegistryLogin),
    /// `ghcr.io`.
    GitHub(RegistryLogin),
    /// `registry.gitlab.com`.
    GitLab(RegistryLogin),
}

/// What ECR signs in to another registry with.
#[derive(Debug, Clone)]
pub struct RegistryLogin(Login);

#[derive(Debug, Clone)]
enum Login {
    Given(Output<String>, Output<Secret<String>>),
    Stored(Output<SecretArn>),
}

impl RegistryLogin {
    /// A user and an access token that may read. The mirror keeps them in a
    /// secret of its own.
    pub fn new(user: impl Gives<String>, token: impl Gives<Secret<String>>) -> Self {
        Self(Login::Given(user.into(), token.into()))
    }

    /// A secret that is there already, in the same account and region. ECR
    /// wants its name to begin with `ecr-pullthroughcache/` and its value to be
    /// JSON with the members `username` and `accessToken`.
    pub fn stored(secret: impl Gives<SecretArn>) -> Self {
        Self(Login::Stored(secret.into()))
    }
}

impl Upstream {
    const fn registry(&self) -> UpstreamRegistry {
        match self {
            Self::EcrPublic => UpstreamRegistry::EcrPublic,
            Self::Kubernetes => UpstreamRegistry::K8s,
            Self::Quay => UpstreamRegistry::Quay,
            Self::DockerHub(_) => UpstreamRegistry::DockerHub,
            Self::GitHub(_) => UpstreamRegistry::GithubContainerRegistry,
            Self::GitLab(_) => UpstreamRegistry::GitlabContainerRegistry,
        }
    }

    /// The hosts by which images name the registry: the first is what ECR
    /// wants, the last what people write. Source: ECR user guide, pull through cache rules.
    const fn hosts(&self) -> &'static [&'static str] {
        match self {
            Self::EcrPublic => &["public.ecr.aws"],
            Self::Kubernetes => &["registry.k8s.io"],
            Self::Quay => &["quay.io"],
            Self::DockerHub(_) => &["registry-1.docker.io", "index.docker.io", "docker.io"],
            Self::GitHub(_) => &["ghcr.io"],
            Self::GitLab(_) => &["registry.gitlab.com"],
        }
    }

    fn login(self) -> Option<RegistryLogin> {
        match self {
            Self::EcrPublic | Self::Kubernetes | Self::Quay => None,
            Self::DockerHub(login) | Self::GitHub(login) | Self::GitLab(login) => Some(login),
        }
    }
}

/// Another registry's images under a prefix of the account's own registry: the
/// first pull fetches an image, later ones find it there, whatever the rate
/// limits of the other registry are.
///
/// ```
/// use mlplat_aws::{ImageMirror, Role, Upstream, policy::trust};
/// use mlplat_core::graph::{Context, Graph};
///
/// let graph = Graph::build(Context::new("demo"), |stack| {
///     let quay = stack.add("quay", ImageMirror::of(Upstream::Quay));
///     let nodes = Role::new(trust::service("ec2.amazonaws.com"));
///     stack.add("nodes", nodes.grant(quay.pull()));
///     if let Ok(image) = quay.image("quay.io/prometheus/node-exporter:v1.8.0") {
///         stack.output("image", &image);
///     }
/// })?;
/// assert!(graph.find(&"quay/rule".parse()?).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Nodes need [`pull`](ImageMirrorHandle::pull) beside the permissions that
/// they have, for the first pull of an image.
///
/// ECR makes the repositories below the prefix by itself, at the first pull.
/// They are nobody's here: they stay, and cost money, when the mirror goes.
///
/// The secret of a login has a name that derives from the construct's path and
/// is deleted at once with the mirror, so that the name is free for the next.
/// The value comes from the program; `destroy` asks about it all the same.
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct ImageMirror {
    upstream: Upstream,
    prefix: Option<String>,
}

impl ImageMirror {
    /// A mirror of a registry, under a generated prefix.
    pub fn of(upstream: Upstream) -> Self {
        Self {
            upstream,
            prefix: None,
        }
    }

    /// Under a prefix of the user's choice, such as `quay`: 2 to 30 characters
    /// `a-z 0-9 . _ - /`, unique in the account and region.
    pub fn prefix(mut self, prefix: impl KnownText) -> Self {
        self.prefix = Some(prefix.into());
        self
    }
}

impl Construct for ImageMirror {
    type Handle = ImageMirrorHandle;

    fn build(self, scope: &mut Scope<'_>) -> ImageMirrorHandle {
        let (registry, hosts) = (self.upstream.registry(), self.upstream.hosts());
        let credential = self.upstream.login().map(|login| match login.0 {
            Login::Stored(arn) => arn,
            Login::Given(user, token) => keep(scope, &user, &token),
        });
        let rule = ecr::PullThroughCacheRule {
            ecr_repository_prefix: self.prefix.map(|prefix| RegistryPrefix::new(prefix).into()),
            upstream_registry: Some(registry.into()),
            credential_arn: credential,
            ..ecr::PullThroughCacheRule::new(hosts.first().copied().unwrap_or_default())
        };
        let rule = scope.add("rule", rule);
        ImageMirrorHandle {
            prefix: rule.ecr_repository_prefix,
            registry: rule.registry_host,
            repositories: rule.repository_arns,
            hosts,
            hub: registry == UpstreamRegistry::DockerHub,
        }
    }
}

/// A login as a secret in the form that ECR reads.
fn keep(
    scope: &mut Scope<'_>,
    user: &Output<String>,
    token: &Output<Secret<String>>,
) -> Output<SecretArn> {
    let members = [("accessToken", token.expr()), ("username", user.expr())];
    let members = members.map(|(name, expr)| (name.to_owned(), expr.clone()));
    let json = Output::from_expr(Expr::Json(Arc::new(Expr::map(members))));
    let name = format!(
        "{SECRETS}{}-{}-{}",
        scope.stack_name(),
        scope.env(),
        scope.path()
    );
    let secret = secretsmanager::Secret {
        name: Some(SecretName::new(name).into()),
        description: Some("Login to a registry whose images are mirrored".into()),
        force_delete_without_recovery: Some(true.into()),
        tags: named(scope, ""),
        ..secretsmanager::Secret::new(json)
    };
    scope.add("login", secret).arn
}

/// A mirror of another registry.
#[derive(Debug, Clone)]
pub struct ImageMirrorHandle {
    /// What the names of mirrored repositories begin with, without a slash.
    pub prefix: Output<RegistryPrefix>,
    /// The host that a client signs in to, without `https://`.
    pub registry: Output<String>,
    /// The ARNs of all mirrored repositories: one that ends in `*`.
    pub repositories: Output<String>,
    hosts: &'static [&'static str],
    hub: bool,
}

/// An image that a mirror does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("mirror the image \"{image}\": it is of {host}, and the mirror is of {}", .mirrored)]
pub struct NotMirrored {
    /// The image's name as it was given.
    pub image: String,
    /// The registry that it names.
    pub host: String,
    /// The registry that is mirrored.
    pub mirrored: &'static str,
}

impl ImageMirrorHandle {
    /// The name under which the mirror has an image of the registry:
    /// `prometheus/node-exporter:v1.8.0` or
    /// `quay.io/prometheus/node-exporter:v1.8.0` becomes
    /// `<registry>/<prefix>/prometheus/node-exporter:v1.8.0`. A name without a
    /// registry is one of this registry. Docker Hub's official images get
    /// `library/`, which ECR does not add.
    ///
    /// # Errors
    /// When the name says another registry.
    pub fn image(&self, upstream: &str) -> Result<Output<String>, NotMirrored> {
        let mut path = upstream;
        if let Some((host, rest)) = upstream.split_once('/')
            && is_host(host)
        {
            if !self.hosts.contains(&host) {
                return Err(NotMirrored {
                    image: upstream.to_owned(),
                    host: host.to_owned(),
                    mirrored: self.hosts.last().copied().unwrap_or_default(),
                });
            }
            path = rest;
        }
        let library = match self.hub && !path.contains('/') {
            true => "library/",
            false => "",
        };
        let prefix = self.prefix.cast::<String>();
        Ok(text!("{}/{}/{}{}", self.registry, prefix, library, path))
    }

    /// Permits to sign in, to pull, and to have an image fetched that is not
    /// there yet, with the repository that it goes into.
    pub fn pull(&self) -> Grant {
        let actions = [
            action!("ecr:BatchCheckLayerAvailability"),
            action!("ecr:BatchGetImage"),
            action!("ecr:BatchImportUpstreamImage"),
            action!("ecr:CreateRepository"),
            action!("ecr:GetDownloadUrlForLayer"),
        ];
        Grant::new([
            Statement::allow([action!("ecr:GetAuthorizationToken")]).on_everything(),
            Statement::allow(actions).on([self.repositories.clone()]),
        ])
    }
}

/// Whether the first part of an image's name is a registry, as Docker tells
/// it: by a dot, a port, or `localhost`.
fn is_host(part: &str) -> bool {
    part.contains(['.', ':']) || part == "localhost"
}
