//! `Role`: a role with its policies.

use mlplat_core::wiring::{Gives, KnownText};
use mlplat_core::{Construct, Output, Scope};

use super::grant::{Grant, Grants};
use super::tags::named;
use crate::iam;
use crate::iam::RoleHandle;
use crate::ids::PolicyArn;
use crate::policy::{Limit, ManagedPolicy, PolicyDocument, Statement};

/// An IAM role with the policies that it needs and no more.
///
/// ```
/// use mlplat_aws::Role;
/// use mlplat_aws::policy::{ManagedPolicy, trust};
/// use mlplat_core::graph::{Context, Graph};
///
/// let graph = Graph::build(Context::new("demo"), |stack| {
///     let role = Role::new(trust::service("ec2.amazonaws.com")).managed(ManagedPolicy::EksWorkerNode);
///     stack.add("nodes", role);
/// })?;
/// assert!(graph.find(&"nodes/AmazonEKSWorkerNodePolicy".parse()?).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct Role {
    trust: PolicyDocument,
    managed: Vec<(String, Output<PolicyArn>)>,
    statements: Vec<Statement>,
    description: Option<String>,
}

impl Role {
    /// A role that `trust` may take on and that may do nothing yet.
    pub fn new(trust: PolicyDocument) -> Self {
        Self {
            trust,
            managed: Vec::new(),
            statements: Vec::new(),
            description: None,
        }
    }

    /// The same role, trusting somebody else.
    pub(super) fn trusting(self, trust: PolicyDocument) -> Self {
        Self { trust, ..self }
    }

    /// With a policy of AWS.
    pub fn managed(mut self, policy: ManagedPolicy) -> Self {
        let name = policy.name().rsplit('/').next().unwrap_or_default();
        self.managed.push((name.to_owned(), policy.into()));
        self
    }

    /// With a managed policy of the account, under a name of its own.
    pub fn managed_arn(mut self, name: impl KnownText, policy: impl Gives<PolicyArn>) -> Self {
        self.managed.push((name.into(), policy.into()));
        self
    }

    /// With further permissions; all of them become one inline policy.
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

    /// What it is for, up to 1,000 characters.
    pub fn describe(mut self, description: impl KnownText) -> Self {
        self.description = Some(description.into());
        self
    }
}

impl Construct for Role {
    type Handle = RoleHandle;

    fn build(self, scope: &mut Scope<'_>) -> RoleHandle {
        let checked = self.trust.check(Limit::Trust);
        too_long(scope, checked);
        let tags = named(scope, "");
        let role = scope.add(
            "role",
            iam::Role {
                description: self.description.map(Into::into),
                tags,
                ..iam::Role::new(self.trust)
            },
        );
        for (name, arn) in self.managed {
            scope.add(&name, iam::RolePolicyAttachment::new(&role.role_name, arn));
        }
        if !self.statements.is_empty() {
            let document = PolicyDocument::new(self.statements);
            let checked = document.check(Limit::InlineOfRole);
            too_long(scope, checked);
            scope.add(
                "policy",
                iam::RolePolicy {
                    role_name: role.role_name.clone(),
                    policy_name: None,
                    policy_document: document.into(),
                },
            );
        }
        role
    }
}

fn too_long(scope: &mut Scope<'_>, checked: Result<(), crate::policy::TooLong>) {
    if let Err(error) = checked {
        scope.problem(
            "policy-too-long",
            format!("IAM would refuse to {error}"),
            "use wildcards, or split the permissions over several roles",
        );
    }
}
