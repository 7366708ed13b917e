//! How plans are made and carried out.

use super::gate::StepGate;
use super::saved::SavedPlan;
use crate::path::NodePath;

/// How a plan is made.
#[derive(Debug, Clone)]
pub struct PlanOptions {
    /// Look at reality first.
    pub refresh: bool,
    /// Ask pinned look-ups again.
    pub refresh_lookups: bool,
    /// Only these subtrees.
    pub only: Vec<NodePath>,
    /// Plan to delete instead of to bring.
    pub destroy: bool,
    /// Generated secrets, by key, that get their next value.
    pub rotate: Vec<String>,
}

impl Default for PlanOptions {
    fn default() -> Self {
        Self {
            refresh: true,
            refresh_lookups: false,
            only: Vec::new(),
            destroy: false,
            rotate: Vec::new(),
        }
    }
}

/// How a plan is carried out.
#[derive(Debug, Clone)]
pub struct DeployOptions {
    /// How the plan is made.
    pub plan: PlanOptions,
    /// API calls at the same time.
    pub parallelism: usize,
    /// Who deploys, for the lock and the history.
    pub who: String,
    /// What was asked for, as people write it (`deploy --only network`), for
    /// the history; empty for what the plan's options say.
    pub command: String,
    /// The plan that was read and saved, if one was.
    pub saved: Option<SavedPlan>,
    /// Who is asked before steps start, if anybody is.
    pub gate: Option<StepGate>,
    /// Deletions may destroy data: objects are emptied first, no last copies
    /// are kept, and nothing is refused for what it holds.
    pub delete_data: bool,
}

impl Default for DeployOptions {
    fn default() -> Self {
        Self {
            plan: PlanOptions::default(),
            parallelism: 64,
            who: "mlplat".to_owned(),
            command: String::new(),
            saved: None,
            gate: None,
            delete_data: false,
        }
    }
}

impl DeployOptions {
    /// What was asked for.
    pub(super) fn command(&self) -> &str {
        match (self.command.as_str(), self.plan.destroy) {
            ("", true) => "destroy",
            ("", false) => "deploy",
            (command, _) => command,
        }
    }
}
