//! The workflow that takes on a role for GitHub Actions.

use std::collections::BTreeSet;

use mlplat_core::wiring::{Gives, KnownText, NodeRef};
use mlplat_core::{Output, text};

use crate::iam::RoleHandle;
use crate::ids::{Region, RoleArn, RoleName};

/// A role for the workflows of one repository.
#[derive(Debug, Clone)]
pub struct GithubOidcRoleHandle {
    /// Its ARN, which a workflow names.
    pub arn: Output<RoleArn>,
    /// Its name.
    pub role_name: Output<RoleName>,
    /// The role's node.
    pub node: NodeRef,
    subjects: Vec<(&'static str, String)>,
}

impl GithubOidcRoleHandle {
    pub(super) fn new(role: RoleHandle, subjects: Vec<(&'static str, String)>) -> Self {
        Self {
            arn: role.arn,
            role_name: role.role_name,
            node: role.node,
            subjects,
        }
    }

    /// A workflow that takes on the role and runs a command, to be kept in the
    /// repository as `.github/workflows/<name>.yml`. It starts when what the
    /// role trusts happens: a push to its branches and tags, a pull request;
    /// a job for each environment. What starts by hand always may.
    #[must_use]
    pub fn workflow(
        &self,
        name: impl KnownText,
        region: impl Gives<Region>,
        command: impl KnownText,
    ) -> Output<String> {
        let (name, command) = (quoted(&name.into()), quoted(&command.into()));
        let environments: BTreeSet<&str> = self.named("environment:").collect();
        let mut jobs: Vec<String> = environments
            .iter()
            .map(|one| format!("  run-{}:\n    environment: {}\n", slug(one), quoted(one)))
            .collect();
        if jobs.is_empty() {
            jobs.push("  run:\n".to_owned());
        }
        let head = format!(
            "name: {name}\non:\n{}permissions:\n  id-token: write\n  contents: read\njobs:\n",
            self.triggers()
        );
        let region = region.into().cast::<String>();
        let tail = format!("      - run: {command}\n");
        let mut workflow: Output<String> = head.into();
        for job in jobs {
            let job = format!("{job}{STEPS}");
            workflow = text!(
                "{}{}          role-to-assume: {}\n          aws-region: {}\n{}",
                workflow,
                job,
                self.arn.cast::<String>(),
                region,
                tail
            );
        }
        workflow
    }

    /// The names of the subjects of a kind.
    fn named<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a str> {
        let subjects = self.subjects.iter();
        let fitting = subjects.filter(move |(of, _)| *of == kind);
        fitting.map(|(_, name)| name.as_str())
    }

    fn triggers(&self) -> String {
        let list = |kind: &str| -> Vec<String> { self.named(kind).map(quoted).collect() };
        let (branches, tags) = (list("ref:refs/heads/"), list("ref:refs/tags/"));
        let mut text = String::from("  workflow_dispatch:\n");
        if !branches.is_empty() || !tags.is_empty() {
            text.push_str("  push:\n");
        }
        for (key, names) in [("branches", branches), ("tags", tags)] {
            if !names.is_empty() {
                text.push_str(&format!("    {key}: [{}]\n", names.join(", ")));
            }
        }
        if self
            .subjects
            .iter()
            .any(|(kind, _)| *kind == "pull_request")
        {
            text.push_str("  pull_request:\n");
        }
        text
    }
}

/// Up to the inputs that the role goes into.
const STEPS: &str = "    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - uses: aws-actions/configure-aws-credentials@v5
        with:
";

/// A YAML string that nothing in the text ends.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A job's id: letters, digits, `-` and `_`.
fn slug(name: &str) -> String {
    let fits = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    name.chars().map(fits).collect()
}
