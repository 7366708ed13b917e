//! Saved plans: a plan on disk that is carried out later, or refused.
//!
//! A program is known by its hash, which everybody can make who has it; so the
//! secrets that it was given are not part of that, but of a digest of their
//! own, under a key of the state. A state that has no key yet cannot bind a
//! plan to them, and such a plan is not saved.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::plan::{Plan, Provided};
use crate::problem::Problem;
use crate::state::State;

/// The version of the engine, which decides what a plan means.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What binds a deployment to a plan that someone has read. It does not carry
/// the steps: the same program and the same state give the same plan, and if
/// they do not, the saved one is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedPlan {
    /// Version of this format.
    pub format: u32,
    /// Version of the engine that made it.
    #[serde(default)]
    pub version: String,
    /// The lineage of the state, empty when there was none.
    pub lineage: String,
    /// The serial of the state.
    pub serial: u64,
    /// Hash of the program.
    pub program: String,
    /// Digest of the secrets that the program was given, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provided: Option<String>,
    /// Digest of everything the plan does.
    pub changes: String,
}

impl SavedPlan {
    /// The binding of a plan. The same plan always gives the same bytes.
    ///
    /// # Errors
    /// When the program was given secrets and the state has no key yet.
    pub fn of(plan: &Plan) -> Result<Self, Problem> {
        if plan.provided == Provided::Unbound {
            let what = "the program was given a secret, and the state has no key yet that could bind a saved plan to it";
            let fix = "make the state first, with `state init`; or deploy without a saved plan";
            return Err(Problem::new("unbound-secret", what, fix));
        }
        let fresh = plan.serial == 0;
        Ok(Self {
            format: 2,
            version: VERSION.to_owned(),
            lineage: if fresh {
                String::new()
            } else {
                plan.lineage.clone()
            },
            serial: plan.serial,
            program: plan.program.clone(),
            provided: match &plan.provided {
                Provided::Digest(digest) => Some(digest.clone()),
                Provided::Nothing | Provided::Unbound => None,
            },
            changes: changes(plan),
        })
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
        if state.plans.contains(&self.nonce()) {
            return stale("the plan was carried out before");
        }
        let now = Self::of(plan)?;
        if self.format != now.format {
            return stale("the plan file has a format that this version does not read");
        }
        if self.version != now.version {
            return stale(format!(
                "the plan was made by version {}, and this is {VERSION}",
                self.version.escape_debug()
            ));
        }
        if (&self.lineage, self.serial) != (&now.lineage, now.serial) {
            return stale("the state has changed since the plan was made");
        }
        if self.program != now.program {
            return stale("the program has changed since the plan was made");
        }
        if self.provided != now.provided {
            return stale("the program was given another secret than when the plan was made");
        }
        if self.changes != now.changes {
            let what = "the world has changed since the plan was made: other things would be done";
            let fix = "make a new plan and read it";
            return Err(Problem::new("stale-plan", what, fix));
        }
        Ok(())
    }
}

fn stale(what: impl Into<String>) -> Result<(), Problem> {
    Err(Problem::new("stale-plan", what, "make a new plan"))
}

fn changes(plan: &Plan) -> String {
    let mut hasher = Sha256::new();
    for planned in plan.changes() {
        let reasons: Vec<_> = planned
            .reasons
            .iter()
            .map(|r| (&r.field, &r.old, &r.new, r.rule))
            .collect();
        let orphan = planned.orphan.as_ref().map(|orphan| &orphan.id);
        let line = serde_json::json!([planned.path, planned.ty, planned.change, reasons, orphan]);
        hasher.update(line.to_string());
        hasher.update(b"\n");
    }
    crate::hex(&hasher.finalize())
}
