//! The testament: outcomes that could not be written because the store was
//! gone, left by one run and taken over by the next.

use std::collections::BTreeSet;

use super::error::EngineError;
use super::ground::Ground;
use crate::state::{BirthId, Record, Session};

/// Whether a record says how an intent ended. Only these are left: what was
/// not durable was never begun, and everything else is found out again.
fn ended(record: &Record) -> Option<BirthId> {
    match record {
        Record::Made { birth, .. }
        | Record::Done { birth, .. }
        | Record::Deleted { birth }
        | Record::Undone { birth }
        | Record::Broken { birth, .. } => Some(*birth),
        _ => None,
    }
}

/// What of some records is worth leaving.
pub(super) fn outcomes(records: Vec<Record>) -> Vec<Record> {
    let each = records.into_iter();
    each.filter(|record| ended(record).is_some()).collect()
}

/// Adds what an earlier run has left to the journal, as far as its intents are
/// still open: whatever another run has found out since is newer.
pub(super) async fn take_over(
    ground: &mut Ground,
    session: &mut dyn Session,
) -> Result<(), EngineError> {
    let open: BTreeSet<BirthId> = ground.state.open.keys().copied().collect();
    let left = session.inherit(&ground.state).into_iter();
    let left: Vec<Record> = left
        .filter(|record| ended(record).is_some_and(|birth| open.contains(&birth)))
        .collect();
    if !left.is_empty() {
        session
            .append(&ground.state.lineage, ground.extends, &left)
            .await?;
        ground.recorded += left.len();
        for record in left {
            ground.state.apply(record);
        }
    }
    session.inherited(&ground.state);
    Ok(())
}
