//! Births: who an object is, for life.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::path::NodePath;

/// Numbers beyond these are of no state: nobody has lived that long.
pub(super) const LAST_SERIAL: u64 = 1 << 53;
pub(super) const LAST_ORDINAL: u32 = 1 << 31;

/// The serial of the operation that began an object, and its number within
/// it: unique in a lineage, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BirthId {
    /// Serial of the operation; 0 for what was taken over.
    pub serial: u64,
    /// Number within the operation.
    pub ordinal: u32,
}

impl BirthId {
    /// Whether the object is none that an operation of this state has made,
    /// but one that was there and was taken over: no operation has number 0.
    #[must_use]
    pub fn is_taken_over(self) -> bool {
        self.serial == 0
    }
}

impl fmt::Display for BirthId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.serial, self.ordinal)
    }
}

impl From<BirthId> for String {
    fn from(id: BirthId) -> Self {
        id.to_string()
    }
}

impl FromStr for BirthId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("`{}` is no birth", text.escape_debug());
        let (serial, ordinal) = text.split_once('.').ok_or_else(bad)?;
        let id = Self {
            serial: serial.parse().map_err(|_| bad())?,
            ordinal: ordinal.parse().map_err(|_| bad())?,
        };
        // One that is counted on from has to leave room.
        let fits = id.serial <= LAST_SERIAL && id.ordinal <= LAST_ORDINAL;
        fits.then_some(id).ok_or_else(bad)
    }
}

impl TryFrom<String> for BirthId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// The whole identity of an object: its id within the lineage, and the path
/// at which it was created. Client token, generated name and ownership tag
/// derive from it; a move changes none of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Birth {
    /// Unique in the lineage.
    pub id: BirthId,
    /// The path at creation.
    pub path: NodePath,
}

impl Birth {
    /// 32 hexadecimal digits: client token and ownership tag.
    #[must_use]
    pub fn token(&self, lineage: &str) -> String {
        let mut hasher = Sha256::new();
        for part in [lineage, self.path.as_str(), &self.id.to_string()] {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part.as_bytes());
        }
        crate::hex(&hasher.finalize()[..16])
    }
}
