//! O3: the files of a state are whole, and say what is there.
//!
//! After a kill: they read, whatever the machine has lost; snapshot and journal
//! give a state; each object that the state calls ready is there; and each
//! object that carries the stack's tag is one that the state remembers or has
//! an open intent for. So nothing was called before its intent was durable,
//! and nothing that was acknowledged is lost.
//!
//! After a run that came to its end, besides: no intent is open, no journal
//! counts any more, and the snapshot is the bytes that its content gives.

use std::collections::BTreeSet;
use std::path::Path;

use mlplat_core::state::{
    Action, BirthId, Object, Stage, State, Stored, decode_journal, decode_snapshot, encode_snapshot,
};
use mlplat_core::world::Files as _;

use super::judge::look;
use super::{Broken, Oracle};
use crate::harness::site::STATE;
use crate::local::{Local, Thing};
use crate::machine::MemoryFiles;

/// The state that the files give; `over` when no run is under way.
pub(super) fn files(files: &MemoryFiles, over: bool) -> Result<Option<State>, Broken> {
    let o3 = |what: String| (Oracle::O3, what);
    let read = |name: &str| files.read(&Path::new(STATE).join(name)).ok();
    let snapshot = read("state");
    let decoded = snapshot.as_deref().map(decode_snapshot).transpose();
    let decoded = decoded.map_err(|why| o3(format!("the snapshot does not read: {why}")))?;
    if let (Some(bytes), Some(state)) = (&snapshot, &decoded)
        && encode_snapshot(state).ok().as_ref() != Some(bytes)
    {
        return Err(o3("the snapshot is not what its content gives".to_owned()));
    }
    let journal = decode_journal(&read("journal").unwrap_or_default());
    let journal = journal.map_err(|why| o3(format!("the journal does not read: {why}")))?;
    let stored = Stored::assemble(decoded, journal);
    let stored = stored.map_err(|why| o3(format!("the files are not of one state: {why}")))?;
    if over {
        finished(&stored).map_err(o3)?;
    }
    Ok(stored.replayed())
}

fn finished(stored: &Stored) -> Result<(), String> {
    if !stored.records.is_empty() {
        let count = stored.records.len();
        return Err(format!("{count} records are in no snapshot"));
    }
    match &stored.state {
        Some(state) if !state.open.is_empty() => {
            let open: Vec<_> = state.open.values().map(|one| one.path.as_str()).collect();
            Err(format!("intents are left open: {}", open.join(", ")))
        }
        _ => Ok(()),
    }
}

/// Whether a state knows of everything that is there and, if nobody outside has
/// taken anything away, everything is there that it calls ready.
pub(super) fn knows(state: &State, local: &Local, left_alone: bool) -> Result<(), Broken> {
    let things = look(local)?;
    if let Some((ty, id)) = stray(state, local, &things) {
        let what = format!("{ty} {id} was made and is on no record");
        return Err((Oracle::O3, what));
    }
    let served = |ty: &str| ty.starts_with("k8s.") || local.cloud().facts_of(ty).is_some();
    let lost = state
        .objects
        .iter()
        .find(|(birth, object)| served(&object.ty) && is_lost(**birth, object, state, &things));
    match lost.filter(|_| left_alone) {
        None => Ok(()),
        Some((_, object)) => {
            let what = format!(
                "{} is on record as ready, and there is no {} {}",
                object.path, object.ty, object.id
            );
            Err((Oracle::O3, what))
        }
    }
}

/// An object with the stack's tag that the state does not know.
fn stray(state: &State, local: &Local, things: &[Thing]) -> Option<(String, String)> {
    let births = state.objects.keys().chain(state.open.keys());
    let known: BTreeSet<String> = births
        .filter_map(|birth| state.birth(*birth))
        .map(|birth| birth.token(&state.lineage))
        .collect();
    let unknown = |token: &str| !known.contains(token) && !state.released.contains(token);
    let stray = local.cloud().see(|live| {
        let mut whole = live.filter(|one| one.child_of.is_none() && one.gone_at.is_none());
        let stray = whole.find(|one| one.lineage == state.lineage && unknown(&one.token));
        stray.map(|one| (one.ty.clone(), one.id.clone()))
    });
    stray.or_else(|| {
        let inside = things.iter().filter(|thing| thing.cluster().is_some());
        let mut ours = inside.filter_map(|thing| Some((thing, thing.token(&state.lineage)?)));
        let (thing, _) = ours.find(|(_, token)| unknown(token))?;
        Some((thing.ty.clone(), thing.id.clone()))
    })
}

/// Whether an object is called ready and is not there. One that is being
/// deleted may be gone already.
fn is_lost(birth: BirthId, object: &Object, state: &State, things: &[Thing]) -> bool {
    let leaving = state.open.get(&birth);
    let leaving = leaving.is_some_and(|intent| intent.action == Action::Delete);
    let there = || things.iter().any(|thing| thing.is(object));
    object.stage == Stage::Ready && !leaving && !there()
}
