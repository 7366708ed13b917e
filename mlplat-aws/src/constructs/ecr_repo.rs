//! `EcrRepo`: a registry for one image.

use mlplat_core::wiring::{Gives, KnownText};
use mlplat_core::{Construct, Output, Scope, text};
use serde_json::{Value, json};

use super::grant::Grant;
use super::tags::named;
use crate::action;
use crate::ecr::{self, EncryptionType, ImageTagMutability};
use crate::ids::{RepositoryArn, RepositoryName};
use crate::policy::{Action, Statement};

/// For how many days images without a tag are kept. A build that replaces a
/// moving tag leaves one behind each time.
const UNTAGGED_DAYS: u32 = 14;

/// A repository for container images: tags stay with their image, images are
/// scanned when they arrive, those without a tag go after two weeks.
///
/// ```
/// use mlplat_aws::{EcrRepo, Role, policy::trust};
/// use mlplat_core::graph::{Context, Graph};
///
/// let graph = Graph::build(Context::new("demo"), |stack| {
///     let trainer = stack.add("trainer", EcrRepo::new().keep_last(50));
///     stack.add("ci", Role::new(trust::service("codebuild.amazonaws.com")).grant(trainer.push()));
///     stack.output("registry", &trainer.uri);
/// })?;
/// assert!(graph.find(&"trainer/repository".parse()?).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The nodes of a [`NodeGroup`](crate::NodeGroup) may pull from every
/// repository of the account already.
#[derive(Debug, Clone, Default)]
#[must_use = "add it to a stack"]
pub struct EcrRepo {
    name: Option<String>,
    mutable: bool,
    unscanned: bool,
    key: Option<Output<String>>,
    keep_last: Option<u32>,
}

impl EcrRepo {
    /// A repository with a generated name.
    pub fn new() -> Self {
        Self::default()
    }

    /// Under a name of the user's choice, such as `ml/trainer`. A replacement
    /// then has to delete first.
    pub fn name(mut self, name: impl KnownText) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Lets a tag move to another image: for `latest`. What runs under a tag
    /// is then no longer told by it.
    pub fn mutable_tags(mut self) -> Self {
        self.mutable = true;
        self
    }

    /// Does not scan images when they arrive.
    pub fn without_scan(mut self) -> Self {
        self.unscanned = true;
        self
    }

    /// Encrypted by a KMS key, by its ARN, instead of one of S3. For life.
    pub fn encrypted_by(mut self, key_arn: impl Gives<String>) -> Self {
        self.key = Some(key_arn.into());
        self
    }

    /// Keeps only this many images, the newest.
    pub fn keep_last(mut self, images: u32) -> Self {
        self.keep_last = Some(images);
        self
    }

    /// The lifecycle policy. A rule for `any` has to come last, says ECR.
    fn lifecycle(&self, scope: &mut Scope<'_>) -> Value {
        if self.keep_last == Some(0) {
            scope.problem(
                "bad-lifecycle",
                "ECR would refuse to keep no image at all",
                "keep at least one",
            );
        }
        let mut rules = vec![json!({
            "rulePriority": 1,
            "description": "images without a tag",
            "selection": {
                "tagStatus": "untagged",
                "countType": "sinceImagePushed",
                "countUnit": "days",
                "countNumber": UNTAGGED_DAYS,
            },
            "action": {"type": "expire"},
        })];
        rules.extend(self.keep_last.map(|images| {
            json!({
                "rulePriority": 2,
                "description": "all but the newest",
                "selection": {
                    "tagStatus": "any",
                    "countType": "imageCountMoreThan",
                    "countNumber": images,
                },
                "action": {"type": "expire"},
            })
        }));
        json!({ "rules": rules })
    }
}

impl Construct for EcrRepo {
    type Handle = EcrRepoHandle;

    fn build(self, scope: &mut Scope<'_>) -> EcrRepoHandle {
        let mutability = match self.mutable {
            true => ImageTagMutability::Mutable,
            false => ImageTagMutability::Immutable,
        };
        let encryption = match self.key {
            Some(_) => EncryptionType::Kms,
            None => EncryptionType::Aes256,
        };
        let lifecycle = self.lifecycle(scope).to_string();
        let repository = ecr::Repository {
            repository_name: self.name.map(|name| RepositoryName::new(name).into()),
            image_tag_mutability: Some(mutability.into()),
            scan_on_push: Some((!self.unscanned).into()),
            encryption_type: Some(encryption.into()),
            kms_key: self.key,
            lifecycle_policy_text: Some(lifecycle.into()),
            repository_policy_text: None,
            tags: named(scope, ""),
        };
        let repository = scope.add("repository", repository);
        EcrRepoHandle {
            name: repository.repository_name,
            arn: repository.arn,
            uri: repository.repository_uri,
            registry: repository.registry_host,
        }
    }
}

/// A repository for container images.
#[derive(Debug, Clone)]
pub struct EcrRepoHandle {
    /// Its name.
    pub name: Output<RepositoryName>,
    /// Its ARN.
    pub arn: Output<RepositoryArn>,
    /// What an image's name begins with:
    /// `123456789012.dkr.ecr.eu-central-1.amazonaws.com/name`.
    pub uri: Output<String>,
    /// The host that a client signs in to, without `https://`.
    pub registry: Output<String>,
}

impl EcrRepoHandle {
    /// The image of a tag: `<uri>:<tag>`.
    #[must_use]
    pub fn image(&self, tag: impl Gives<String>) -> Output<String> {
        text!("{}:{}", self.uri, tag.into())
    }

    /// Permits to sign in and to pull.
    pub fn pull(&self) -> Grant {
        Grant::new([
            sign_in(),
            self.on([
                action!("ecr:BatchCheckLayerAvailability"),
                action!("ecr:BatchGetImage"),
                action!("ecr:GetDownloadUrlForLayer"),
            ]),
        ])
    }

    /// Permits to sign in, to push and to pull: a client reads the layers that
    /// are there before it sends the others.
    pub fn push(&self) -> Grant {
        Grant::new([
            sign_in(),
            self.on([
                action!("ecr:BatchCheckLayerAvailability"),
                action!("ecr:BatchGetImage"),
                action!("ecr:CompleteLayerUpload"),
                action!("ecr:GetDownloadUrlForLayer"),
                action!("ecr:InitiateLayerUpload"),
                action!("ecr:PutImage"),
                action!("ecr:UploadLayerPart"),
            ]),
        ])
    }

    fn on<const N: usize>(&self, actions: [Action; N]) -> Statement {
        Statement::allow(actions).on([self.arn.cast()])
    }
}

/// The token is for the whole registry; ECR knows no narrower one.
fn sign_in() -> Statement {
    Statement::allow([action!("ecr:GetAuthorizationToken")]).on_everything()
}
