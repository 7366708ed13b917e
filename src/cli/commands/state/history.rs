//! `state history`: what was done before, and what is not over.

use mlplat_core::state::{Record, Stored};

use crate::cli::failure::{DONE, Failure};
use crate::cli::session::Session;
use crate::report::text::{clean, count};
use crate::report::{history_json, history_text};

pub(super) async fn history(session: &Session<'_>) -> Result<u8, Failure> {
    let target = session.target()?;
    let stored = target.store.read().await?;
    if stored.state.is_none() {
        let nothing = if session.global.json {
            "[]\n"
        } else {
            "nothing was ever deployed\n"
        };
        session.out.report(nothing);
        return Ok(DONE);
    }
    let left = interrupted(&stored);
    let state = stored.replayed().unwrap_or_default();
    if session.global.json {
        session.out.raw(&history_json(&state));
        return Ok(DONE);
    }
    session.out.report(&history_text(&state));
    if let Some(left) = left {
        session.out.report(&left);
    }
    session.out.note(&format!(
        "lineage {}, {}",
        clean(&state.lineage),
        count(state.objects.len(), "object")
    ));
    Ok(DONE)
}

/// What a run that was cut off has left behind.
fn interrupted(stored: &Stored) -> Option<String> {
    if stored.records.is_empty() {
        return None;
    }
    let begun = stored.records.iter();
    let begun = begun.filter(|record| matches!(record, Record::Begin { .. }));
    let command = stored.records.iter().rev().find_map(|record| match record {
        Record::Open { command, .. } if !command.is_empty() => Some(clean(command).into_owned()),
        _ => None,
    });
    Some(format!(
        "\n{} was interrupted and left {}, among them {}; the next run goes on from there\n",
        command.unwrap_or_else(|| "a run".to_owned()),
        count(stored.records.len(), "record"),
        count(begun.count(), "begun step")
    ))
}
