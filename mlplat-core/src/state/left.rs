//! What a run leaves behind when its store can no longer be written.
//!
//! A call that was under way when the store went away has an outcome, and
//! nowhere to put it. It is left in a file beside the store, and the next run
//! that finds the intent still open adds it to the journal. Without it nothing
//! is lost either, as recovery finds the objects; it only takes longer.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::remote_object::{FORMAT, TESTAMENT, decode, encode};
use super::{Record, State};
use crate::world::Files;

/// Outcomes that a store could not take.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Left {
    format: u32,
    /// The store that they are for.
    place: String,
    lineage: String,
    /// The serial of the snapshot that their run was on top of.
    extends: u64,
    records: Vec<Record>,
}

impl Left {
    pub(super) fn new(place: String, lineage: &str, extends: u64, records: Vec<Record>) -> Self {
        Self {
            format: FORMAT,
            place,
            lineage: lineage.to_owned(),
            extends,
            records,
        }
    }

    /// What lies in a file, if it is this.
    pub(super) fn read(files: &dyn Files, path: &Path) -> Option<Self> {
        let bytes = files.read(path).ok()?;
        decode(TESTAMENT, &bytes).ok()
    }

    /// Writes it, after what another run has left there for the same state,
    /// and reads it again: where it lies, if it does.
    pub(super) fn write(mut self, files: &dyn Files, path: &Path) -> Option<String> {
        if let Some(before) = Self::read(files, path).filter(|before| self.goes_with(before)) {
            self.records = before.records.into_iter().chain(self.records).collect();
        }
        let bytes = encode(TESTAMENT, &self);
        files.create_dir(path.parent()?).ok()?;
        files.write(path, &bytes).ok()?;
        files.sync(path).ok()?;
        // A disk that takes a write and does not keep it is no place.
        let whole = files.read(path).is_ok_and(|there| there == bytes);
        whole.then(|| path.display().to_string())
    }

    fn goes_with(&self, other: &Self) -> bool {
        (&self.place, &self.lineage, self.extends, self.format)
            == (&other.place, &other.lineage, other.extends, other.format)
    }

    /// Whether it is for this state, as it is or as it was. One that a newer
    /// version left is for that version.
    pub(super) fn is_for(&self, place: &str, state: &State) -> bool {
        self.format <= FORMAT && self.place == place && self.lineage == state.lineage
    }

    /// The records, if they are for this state as it is.
    pub(super) fn records_for(self, place: &str, state: &State) -> Vec<Record> {
        match self.extends == state.serial && self.is_for(place, state) {
            true => self.records,
            false => Vec::new(),
        }
    }
}
