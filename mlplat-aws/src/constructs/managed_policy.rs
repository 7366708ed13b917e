//! `Policy`: permissions that several roles share.

use mlplat_core::wiring::KnownText;
use mlplat_core::{Construct, Scope};

use super::grant::{Grant, Grants};
use super::tags::named;
use crate::iam;
use crate::iam::ManagedPolicyHandle;
use crate::ids::PolicyName;
use crate::policy::{Limit, PolicyDocument, Statement};

/// A managed policy of the account's own: for permissions that several roles
/// share, or that do not fit into one role's inline policy.
///
/// ```
/// use mlplat_aws::{Bucket, Policy, Role, policy::trust};
/// use mlplat_core::graph::{Context, Graph};
///
/// let graph = Graph::build(Context::new("demo"), |stack| {
///     let data = stack.add("data", Bucket::new());
///     let reads = stack.add("reads-data", Policy::new().grant(data.read()));
///     for name in ["trainer", "notebook"] {
///         let role = Role::new(trust::service("ec2.amazonaws.com"));
///         stack.add(name, role.managed_arn("reads-data", &reads.arn));
///     }
/// })?;
/// assert!(graph.find(&"trainer/reads-data".parse()?).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
#[must_use = "add it to a stack"]
pub struct Policy {
    name: Option<String>,
    description: Option<String>,
    statements: Vec<Statement>,
}

impl Policy {
    /// A policy with a generated name that permits nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Under a name of the user's choice. A replacement then has to delete
    /// first.
    pub fn name(mut self, name: impl KnownText) -> Self {
        self.name = Some(name.into());
        self
    }

    /// What it is for, up to 1,000 characters. Another description is another
    /// policy: IAM cannot change it.
    pub fn describe(mut self, description: impl KnownText) -> Self {
        self.description = Some(description.into());
        self
    }

    /// With further permissions.
    pub fn allow(mut self, statement: Statement) -> Self {
        self.statements.push(statement);
        self
    }

    /// With what a grant permits: `bucket.read()`.
    pub fn grant(mut self, grant: impl Grants) -> Self {
        let grant: Grant = grant.into();
        self.statements.extend(grant.into_statements());
        self
    }
}

impl Construct for Policy {
    type Handle = ManagedPolicyHandle;

    fn build(self, scope: &mut Scope<'_>) -> ManagedPolicyHandle {
        if self.statements.is_empty() {
            scope.problem(
                "empty-policy",
                "IAM would refuse a policy without statements",
                "give it what it permits: .grant(bucket.read()) or .allow(..)",
            );
        }
        let document = PolicyDocument::new(self.statements);
        if let Err(error) = document.check(Limit::Managed) {
            scope.problem(
                "policy-too-long",
                format!("IAM would refuse to {error}"),
                "use wildcards, or split the permissions over several policies",
            );
        }
        let policy = iam::ManagedPolicy {
            managed_policy_name: self.name.map(|name| PolicyName::new(name).into()),
            description: self.description.map(Into::into),
            tags: named(scope, ""),
            ..iam::ManagedPolicy::new(document)
        };
        scope.add("policy", policy)
    }
}
