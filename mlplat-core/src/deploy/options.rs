//! How plans are made and carried out.

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
}

impl Default for PlanOptions {
    fn default() -> Self {
        Self {
            refresh: true,
            refresh_lookups: false,
            only: Vec::new(),
            destroy: false,
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
    /// Who deploys, for the lock.
    pub who: String,
    /// The plan that was read and saved, if one was.
    pub saved: Option<SavedPlan>,
}

impl Default for DeployOptions {
    fn default() -> Self {
        Self {
            plan: PlanOptions::default(),
            parallelism: 64,
            who: "mlplat".to_owned(),
            saved: None,
        }
    }
}
