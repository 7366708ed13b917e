//! Questions about permissions, and assertions.

use std::fmt;

use mlplat_core::Graph;
use mlplat_core::testing::{Tested, fail, nearest};

use super::collect::Policies;
use super::statement::Permission;
use super::wild::fits_action;
use crate::policy::Action;

/// Programs whose permissions can be read.
///
/// ```
/// use mlplat_aws::policy::{ReadPolicies as _, trust};
/// use mlplat_aws::{Bucket, Role};
/// use mlplat_core::Stack;
///
/// let tested = Stack::test(|stack: &mut Stack| {
///     let models = stack.add("models", Bucket::new());
///     let trainer = Role::new(trust::service("ec2.amazonaws.com"));
///     stack.add("trainer", trainer.grant(models.read()));
/// });
/// let models = tested.node("models/bucket").output("Arn");
/// let policies = tested.policies();
/// assert!(policies.allows("trainer", "s3:GetObject", &models));
/// assert!(!policies.allows("trainer", "s3:PutObject", &models));
/// ```
pub trait ReadPolicies {
    /// Who may do what on what.
    fn policies(&self) -> Policies;
}

impl ReadPolicies for Graph {
    fn policies(&self) -> Policies {
        Policies::of(self)
    }
}

impl ReadPolicies for Tested {
    #[track_caller]
    fn policies(&self) -> Policies {
        Policies::of(self.graph())
    }
}

/// The answer to: may this principal do that on this?
#[derive(Debug, Clone, PartialEq)]
pub struct Access<'a> {
    /// The permissions that speak of it, those with conditions among them.
    pub allowed_by: Vec<&'a Permission>,
    /// The denials that hold without conditions.
    pub denied_by: Vec<&'a Permission>,
}

impl Access<'_> {
    /// Whether something permits it and nothing forbids it.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        !self.allowed_by.is_empty() && self.denied_by.is_empty()
    }
}

impl Policies {
    /// Whether a principal may perform an action on a resource.
    ///
    /// The principal is the path of a role or of a construct around roles (then
    /// any of them), or pods as `namespace/service-account`, or as a document
    /// says it. The resource is an ARN, which may be a reference; it stands for
    /// itself and for everything in it, so that a bucket's ARN answers for
    /// actions on objects as well. `*` stands for any resource.
    ///
    /// # Panics
    /// When there is no such principal, or the action is not written as one:
    /// the answer would be no, and right for the wrong reason.
    #[track_caller]
    #[must_use]
    pub fn allows(&self, principal: &str, action: &str, resource: &str) -> bool {
        self.access(principal, action, resource).is_allowed()
    }

    /// As [`Policies::allows`], with the statements that decide it.
    ///
    /// # Panics
    /// As there.
    #[track_caller]
    #[must_use]
    pub fn access(&self, principal: &str, action: &str, resource: &str) -> Access<'_> {
        if let Err(error) = Action::new(action) {
            fail(format_args!("failed to {error}"));
        }
        let who = self.resolve(principal);
        let resource = self.written_out(resource);
        let inside = format!("{resource}/*");
        let speaks = |one: &&Permission| {
            (who.contains(&one.principal) || one.principal == "*")
                && if resource == "*" {
                    one.covers_action(action)
                } else {
                    one.covers(action, &resource) || one.covers(action, &inside)
                }
        };
        let (allowed_by, denied_by): (Vec<_>, Vec<_>) = self
            .permissions
            .iter()
            .filter(speaks)
            .partition(|one| one.allows);
        let denied_by = denied_by.into_iter().filter(|one| !one.is_conditional());
        Access {
            allowed_by,
            denied_by: denied_by.collect(),
        }
    }

    /// What is said of a principal, and for everyone.
    ///
    /// # Panics
    /// When there is no such principal.
    #[track_caller]
    #[must_use]
    pub fn of_principal(&self, principal: &str) -> Vec<&Permission> {
        let who = self.resolve(principal);
        let each = self.permissions.iter();
        each.filter(|one| who.contains(&one.principal)).collect()
    }

    /// Who may do what on a resource: every permission that speaks of it or of
    /// something in it.
    #[must_use]
    pub fn on(&self, resource: &str) -> Vec<&Permission> {
        let resource = self.written_out(resource);
        let inside = format!("{resource}/");
        let speaks = |one: &&Permission| {
            let texts = one.resources.iter();
            let mut of = texts.map(|text| text.as_str());
            of.any(|text| text == "*" || text == resource || text.starts_with(&inside))
        };
        self.permissions.iter().filter(speaks).collect()
    }

    /// The managed policies attached to the roles of a principal: names of
    /// AWS's, ARNs of others.
    ///
    /// # Panics
    /// When there is no such principal.
    #[track_caller]
    #[must_use]
    pub fn managed(&self, principal: &str) -> Vec<&str> {
        let who = self.resolve(principal);
        let each = who.iter().filter_map(|path| self.principals.get(path));
        each.flat_map(|principal| principal.managed.iter().map(String::as_str))
            .collect()
    }

    /// Asserts that a principal may; see [`Policies::allows`].
    ///
    /// # Panics
    /// When it may not, with what it may do.
    #[track_caller]
    pub fn assert_allows(&self, principal: &str, action: &str, resource: &str) -> &Self {
        let access = self.access(principal, action, resource);
        if access.is_allowed() {
            return self;
        }
        let mut said = format!("{principal} may not {action} on {resource}");
        for denial in &access.denied_by {
            said.push_str(&format!("\n  denied at {}: {denial}", denial.at));
        }
        for one in self.of_principal(principal) {
            said.push_str(&format!("\n  it {one}"));
        }
        for managed in self.managed(principal) {
            said.push_str(&format!("\n  it has {managed}, which is not read"));
        }
        fail(said)
    }

    /// Asserts that a principal may not, as far as the program says.
    ///
    /// # Panics
    /// When it may, with the statements that permit it.
    #[track_caller]
    pub fn assert_forbids(&self, principal: &str, action: &str, resource: &str) -> &Self {
        let access = self.access(principal, action, resource);
        if !access.is_allowed() {
            return self;
        }
        let mut said = format!("{principal} may {action} on {resource}");
        for one in &access.allowed_by {
            said.push_str(&format!("\n  at {}: {one}", one.at));
        }
        fail(said)
    }

    /// The principals, as permissions name them, that a word stands for.
    #[track_caller]
    fn resolve(&self, principal: &str) -> Vec<String> {
        let below = |path: &str| {
            let rest = path.strip_prefix(principal);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let roles = self.principals.iter();
        let mut who: Vec<String> = roles
            .filter(|(path, role)| below(path) || role.pods.iter().any(|pods| pods == principal))
            .map(|(path, _)| path.clone())
            .collect();
        let others = self.permissions.iter();
        who.extend(
            others
                .filter(|one| one.principal == principal)
                .map(|one| one.principal.clone()),
        );
        if who.is_empty() {
            let pods = self.principals.values().flat_map(|role| &role.pods);
            let known = self.principals.keys().chain(pods).map(String::as_str);
            let near = nearest(principal, known).join(", ");
            fail(format_args!(
                "no role or pods are {principal}\n  nearest  {near}"
            ));
        }
        who.dedup();
        who
    }

    fn written_out(&self, resource: &str) -> String {
        let mut out = resource.to_owned();
        for (reference, text) in &self.names {
            if out.contains(reference.as_str()) {
                out = out.replace(reference.as_str(), text);
            }
        }
        out
    }
}

impl Permission {
    fn covers_action(&self, action: &str) -> bool {
        let fits = |list: &[String]| list.iter().any(|one| fits_action(one, action));
        match self.except_actions.as_slice() {
            [] => fits(&self.actions),
            but => !fits(but),
        }
    }
}

/// A line for each thing that a principal may do, for reading and snapshots.
impl fmt::Display for Policies {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (path, role) in &self.principals {
            writeln!(out, "{path}  trusts {}", role.trusts.join(", "))?;
            for pods in &role.pods {
                writeln!(out, "    is {pods}")?;
            }
            for managed in &role.managed {
                writeln!(out, "    has {managed}")?;
            }
            for one in self.permissions.iter().filter(|one| one.principal == *path) {
                writeln!(out, "    {one}")?;
            }
        }
        let roles = &self.principals;
        let others = self.permissions.iter();
        for one in others.filter(|one| !roles.contains_key(&one.principal)) {
            writeln!(out, "{}  at {}", one.principal, one.at)?;
            writeln!(out, "    {one}")?;
        }
        Ok(())
    }
}
