//! Journal records: the only way in which a state changes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{BirthId, End, Pinned, SealedSecret};
use crate::path::NodePath;

/// One change of the state.
#[derive(Debug, Clone, Serialize, Deserialize)]
// Tagged from outside: raw JSON does not survive a tag inside.
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Record {
    /// A run starts. Everything until the next one is its work.
    Open {
        /// The fence under which it writes.
        fence: u64,
        /// What kind of run.
        run: Run,
        /// Hash of the program, where there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        program: Option<String>,
        /// The nonce of the saved plan that it carries out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        plan: Option<String>,
        /// What was asked for, as people write it. Format 2.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        command: String,
        /// Who asked for it. Format 2.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        who: String,
        /// When, in seconds since 1970. Format 2.
        #[serde(default, skip_serializing_if = "is_zero")]
        at: u64,
    },
    /// The run that was announced last is over. Format 2.
    Ended(End),
    /// The sealed keyring of a new state.
    Keys {
        /// As [`KeyringLock::lock`](crate::seal::KeyringLock::lock) made it.
        sealed: String,
    },
    /// The answer to a look-up.
    Lookup {
        /// The node.
        path: NodePath,
        /// What is pinned.
        pinned: Pinned,
    },
    /// A generated secret, before its first use: a new one, or the next
    /// generation of one that is being rotated.
    Secret {
        /// Its key in the program.
        key: String,
        /// What is sealed.
        secret: SealedSecret,
    },
    /// An intent: written before the call.
    Begin {
        /// The object.
        birth: BirthId,
        /// What will be done to it.
        action: Action,
        /// Where it stands.
        path: NodePath,
        /// Its type.
        ty: String,
        /// The full request.
        body: Body,
        /// The objects that it holds: they cannot be deleted before it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        deps: Vec<BirthId>,
        /// The objects that it leans on without holding them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        soft_deps: Vec<BirthId>,
        /// The object whose place it takes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaces: Option<BirthId>,
        /// A plan that would remove it is refused.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        protect: bool,
        /// It stays in the cloud when it leaves the program.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        retain: bool,
    },
    /// The creation call returned an id; the object is on its way.
    Made {
        /// The object.
        birth: BirthId,
        /// Its id.
        id: String,
    },
    /// The intent is carried out, and the object is ready.
    Done {
        /// The object.
        birth: BirthId,
        /// Its id, when it was ready as soon as the call returned.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        /// Its outputs.
        outputs: Body,
        /// How long it took, in seconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        took_s: Option<u32>,
    },
    /// The object is no more.
    Deleted {
        /// The object.
        birth: BirthId,
    },
    /// The intent came to nothing and left nothing.
    Undone {
        /// The object.
        birth: BirthId,
    },
    /// The object exists and will never be ready.
    Broken {
        /// The object.
        birth: BirthId,
        /// In the service's words.
        why: String,
    },
    /// What the service shows now, where it differs from what was known.
    Refreshed {
        /// The object.
        birth: BirthId,
        /// Inputs as they are.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        inputs: Option<Body>,
        /// Outputs as they are.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outputs: Option<Body>,
    },
    /// The program has the object at another path, or other references.
    Moved {
        /// The object.
        birth: BirthId,
        /// Its path now.
        path: NodePath,
        /// The objects that it holds now.
        deps: Vec<BirthId>,
        /// The objects that it leans on now.
        soft_deps: Vec<BirthId>,
    },
    /// The program says something else about its protection.
    Ruled {
        /// The object.
        birth: BirthId,
        /// A plan that would remove it is refused.
        protect: bool,
        /// It stays in the cloud when it leaves the program.
        retain: bool,
    },
    /// The object is no longer ours; it stays in the cloud.
    Forgotten {
        /// The object.
        birth: BirthId,
    },
    /// An object that exists comes under the state's care.
    Imported {
        /// The object.
        birth: BirthId,
        /// Where it stands.
        path: NodePath,
        /// Its type.
        ty: String,
        /// Its id.
        id: String,
        /// Its inputs.
        inputs: Body,
        /// Its outputs.
        outputs: Body,
    },
    /// The declared outputs of the stack, as resolved at the end.
    Outputs {
        /// By name.
        values: BTreeMap<String, Body>,
    },
}

#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// What kind of run writes the records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Run {
    /// A deployment.
    Deploy,
    /// A destruction.
    Destroy,
    /// A state command.
    Edit,
}

/// What an intent will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Create the object.
    Create,
    /// Update it.
    Update,
    /// Delete it.
    Delete,
}

/// Canonical JSON with its secrets apart: where one stands, the JSON has its
/// digest, and `sealed` has its sealed value by place.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// Canonical JSON text.
    pub json: Box<RawValue>,
    /// Sealed values by place.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sealed: BTreeMap<String, String>,
}

impl Body {
    /// JSON without secrets.
    #[must_use]
    pub fn plain(json: Box<RawValue>) -> Self {
        Self {
            json,
            sealed: BTreeMap::new(),
        }
    }

    /// An empty object.
    #[must_use]
    pub fn empty() -> Self {
        Self::plain(RawValue::from_string("{}".to_owned()).unwrap_or_default())
    }
}
