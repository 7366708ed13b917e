//! `GithubOidcRole`: a role for the workflows of one repository.

use mlplat_core::wiring::{Gives, KnownText};
use mlplat_core::{Construct, Output, Scope};

use super::github_workflow::GithubOidcRoleHandle;
use super::grant::Grants;
use super::role::Role;
use crate::iam::OidcProvider;
use crate::ids::{OidcProviderArn, Tags};
use crate::policy::{ManagedPolicy, PolicyDocument, Statement, trust};

/// A role that GitHub Actions takes on without a stored key: GitHub signs a
/// token for the run, and AWS trusts it if it is of the right repository and of
/// a branch, environment or pull request that was named here.
///
/// ```
/// use mlplat_aws::{EcrRepo, GithubOidcRole};
/// use mlplat_core::graph::{Context, Graph};
///
/// let graph = Graph::build(Context::new("demo"), |stack| {
///     let images = stack.add("images", EcrRepo::new());
///     let ci = GithubOidcRole::new("example/models").branch("main").grant(images.push());
///     stack.add("ci", ci);
/// })?;
/// assert!(graph.find(&"github-oidc-provider".parse()?).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// An account has one provider for GitHub. A stack has one too, however many
/// roles it makes; other stacks of the account name it by
/// [`existing_provider`](Self::existing_provider). Wildcards are refused: a
/// role for `repo:example/*` is one for every fork and branch that anybody may
/// make.
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct GithubOidcRole {
    repository: String,
    subjects: Vec<(&'static str, String)>,
    provider: Option<Output<OidcProviderArn>>,
    role: Role,
}

impl GithubOidcRole {
    /// A role for nobody yet, of the repository `owner/name`.
    pub fn new(repository: impl KnownText) -> Self {
        Self {
            repository: repository.into(),
            subjects: Vec::new(),
            provider: None,
            // The trust policy names the provider, which is added with the role.
            role: Role::new(PolicyDocument::new([])),
        }
    }

    /// For runs on a branch.
    pub fn branch(self, name: impl KnownText) -> Self {
        self.subject("ref:refs/heads/", name.into())
    }

    /// For runs on a tag.
    pub fn tag(self, name: impl KnownText) -> Self {
        self.subject("ref:refs/tags/", name.into())
    }

    /// For jobs of an environment, whose rules say who may start them.
    pub fn environment(self, name: impl KnownText) -> Self {
        self.subject("environment:", name.into())
    }

    /// For runs on any pull request: whoever may open one may do what the role
    /// may. Give it rights to read alone.
    pub fn pull_requests(self) -> Self {
        self.subject("pull_request", String::new())
    }

    fn subject(mut self, kind: &'static str, name: String) -> Self {
        self.subjects.push((kind, name));
        self
    }

    /// The account's provider, which another stack has made.
    pub fn existing_provider(mut self, arn: impl Gives<OidcProviderArn>) -> Self {
        self.provider = Some(arn.into());
        self
    }

    /// With a policy of AWS.
    pub fn managed(mut self, policy: ManagedPolicy) -> Self {
        self.role = self.role.managed(policy);
        self
    }

    /// With further permissions.
    pub fn allow(mut self, statement: Statement) -> Self {
        self.role = self.role.allow(statement);
        self
    }

    /// With what a grant permits: `bucket.read()`.
    pub fn grant(mut self, grant: impl Grants) -> Self {
        self.role = self.role.grant(grant);
        self
    }

    fn check(&self, scope: &mut Scope<'_>) {
        let part = |text: &str| {
            let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            !text.is_empty() && text.chars().all(fits)
        };
        let repository = self.repository.split_once('/');
        if !repository.is_some_and(|(owner, name)| part(owner) && part(name)) {
            scope.problem(
                "bad-repository",
                format!("\"{}\" is not a repository", self.repository.escape_debug()),
                "write owner and name: example/models",
            );
        }
        if self.subjects.is_empty() {
            scope.problem(
                "nobody-trusted",
                "no run of the repository could take on the role",
                "name a .branch(..), an .environment(..), a .tag(..) or .pull_requests()",
            );
        }
        for (kind, name) in &self.subjects {
            let odd = name.is_empty() && *kind != "pull_request";
            if odd || name.contains(['*', '?', ':']) || name.contains(char::is_whitespace) {
                scope.problem(
                    "wide-trust",
                    format!(
                        "\"{}\" names no single branch, tag or environment",
                        name.escape_debug()
                    ),
                    "name each one that is meant, whole",
                );
            }
        }
    }
}

impl Construct for GithubOidcRole {
    type Handle = GithubOidcRoleHandle;

    fn build(self, scope: &mut Scope<'_>) -> GithubOidcRoleHandle {
        self.check(scope);
        let provider = self.provider.unwrap_or_else(|| {
            let provider = OidcProvider {
                url: format!("https://{}", trust::GITHUB).into(),
                client_id_list: vec!["sts.amazonaws.com".into()],
                thumbprint_list: None,
                tags: Tags::new(),
            };
            scope.shared("github-oidc-provider", provider).arn
        });
        let subjects = self.subjects.iter();
        let subjects =
            subjects.map(|(kind, name)| format!("repo:{}:{kind}{name}", self.repository));
        let trust = trust::github(provider, subjects);
        let description = format!("GitHub Actions of {}", self.repository);
        let role = self.role.trusting(trust).describe(description);
        GithubOidcRoleHandle::new(role.build(scope), self.subjects)
    }
}
