//! Saved plans: a plan on disk that is carried out later, or refused.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::plan::Plan;
use crate::problem::Problem;
use crate::state::State;

/// What binds a deployment to a plan that someone has read. It does not carry
/// the steps: the same program and the same state give the same plan, and if
/// they do not, the saved one is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedPlan {
    /// Version of this format.
    pub format: u32,
    /// The lineage of the state, empty when there was none.
    pub lineage: String,
    /// The serial of the state.
    pub serial: u64,
    /// Hash of the program.
    pub program: String,
    /// Digest of everything the plan does.
    pub changes: String,
}

impl SavedPlan {
    /// The binding of a plan. The same plan always gives the same bytes.
    #[must_use]
    pub fn of(plan: &Plan) -> Self {
        let mut hasher = Sha256::new();
        for planned in plan.changes() {
            let reasons: Vec<_> = planned
                .reasons
                .iter()
                .map(|r| (&r.field, &r.old, &r.new, r.rule))
                .collect();
            let orphan = planned.orphan.as_ref().map(|orphan| &orphan.id);
            let line =
                serde_json::json!([planned.path, planned.ty, planned.change, reasons, orphan]);
            hasher.update(line.to_string());
            hasher.update(b"\n");
        }
        let fresh = plan.serial == 0;
        Self {
            format: 1,
            lineage: if fresh {
                String::new()
            } else {
                plan.lineage.clone()
            },
            serial: plan.serial,
            program: plan.program.clone(),
            changes: crate::hex(&hasher.finalize()),
        }
    }

    /// Used up in the state when the plan is carried out.
    #[must_use]
    pub fn nonce(&self) -> String {
        let text = format!("{}|{}|{}", self.lineage, self.serial, self.program);
        crate::hex(&Sha256::digest(text)[..16])
    }

    /// Whether the plan made now is the one that was saved.
    ///
    /// # Errors
    /// What has changed since.
    pub fn check(&self, plan: &Plan, state: &State) -> Result<(), Problem> {
        let now = Self::of(plan);
        let refuse = |what: &str, fix: &str| Err(Problem::new("stale-plan", what, fix));
        if self.format != now.format {
            return refuse(
                "the plan file has a format that this version does not read",
                "make a new plan",
            );
        }
        if state.plans.contains(&self.nonce()) {
            return refuse("the plan was carried out before", "make a new plan");
        }
        if (&self.lineage, self.serial) != (&now.lineage, now.serial) {
            return refuse(
                "the state has changed since the plan was made",
                "make a new plan",
            );
        }
        if self.program != now.program {
            return refuse(
                "the program has changed since the plan was made",
                "make a new plan",
            );
        }
        if self.changes != now.changes {
            return refuse(
                "the world has changed since the plan was made: other things would be done",
                "make a new plan and read it",
            );
        }
        Ok(())
    }
}
