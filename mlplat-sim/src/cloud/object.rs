//! One object of the simulated account.

use mlplat_core::facts::Type;
use mlplat_core::provider::Status;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// An object as the account keeps it. Times are virtual seconds since the
/// account was born.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SimObject {
    /// Number of the object, never reused.
    pub key: u64,
    /// Type name.
    pub ty: String,
    /// The id by which the API knows it.
    pub id: String,
    /// Inputs as they are.
    pub inputs: Map<String, Value>,
    /// Outputs as they are.
    pub outputs: Map<String, Value>,
    /// Ownership tag: the state that made it. Empty for nobody's.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub lineage: String,
    /// Ownership tag and client token.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub token: String,
    /// The object that brought it along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub child_of: Option<u64>,
    /// When it was made.
    pub made_at: f64,
    /// When it becomes ready, if everything it needs is there by then.
    pub ready_at: f64,
    /// From when reads show it.
    #[serde(default)]
    pub visible_at: f64,
    /// Until when an update is under way.
    #[serde(default)]
    pub updating_until: f64,
    /// It has become ready once.
    #[serde(default)]
    pub settled: bool,
    /// Why it never will.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
    /// How many things people have put into it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub contents: u64,
    /// What reads still show instead of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stale: Option<Stale>,
    /// When its deletion is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone_at: Option<f64>,
}

#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// What an object was before its last update, for reads that lag behind it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stale {
    /// Its inputs then.
    pub inputs: Map<String, Value>,
    /// Its outputs then.
    pub outputs: Map<String, Value>,
    /// Until when reads show them.
    pub until: f64,
}

/// A last copy of the data in an object that was deleted: a snapshot. It stays
/// until somebody deletes it, which nobody here does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LastCopy {
    /// The type of what it is a copy of.
    pub ty: String,
    /// The id of what it is a copy of.
    pub of: String,
}

/// Something that outlives an object and holds another one for a while.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Linger {
    /// The object that it holds.
    pub holds: u64,
    /// What it is: `eni`.
    pub kind: String,
    /// Until when.
    pub until: f64,
}

impl SimObject {
    /// Where the object is in its life.
    pub(super) fn status(&self, ty: &Type, now: f64) -> Status {
        let state =
            |states: &[&str], at: usize| states.get(at).copied().unwrap_or("pending").to_owned();
        if self.gone_at.is_some() {
            return Status::Leaving(state(ty.delete.states, 0));
        }
        if let Some(why) = &self.failed {
            return Status::Failed(why.clone());
        }
        if now < self.ready_at {
            return Status::Coming(state(ty.create.states, 0));
        }
        if now < self.updating_until {
            return Status::Coming(state(ty.update.states, 0));
        }
        Status::Ready
    }

    /// Whether a value in somebody's input names this object.
    pub(crate) fn is_named_by(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => {
                *text == self.id
                    || self.outputs.values().any(|output| match output {
                        Value::String(output) => output == text,
                        Value::Array(items) => items.contains(value),
                        _ => false,
                    })
            }
            Value::Array(items) => items.iter().any(|item| self.is_named_by(item)),
            _ => false,
        }
    }
}
