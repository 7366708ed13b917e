//! What every store must do, as a suite that a store's tests run.

use super::{Action, BirthId, Body, Holder, Record, StateStore, StoreError};

fn holder(who: &str) -> Holder {
    Holder {
        who: who.to_owned(),
        what: "deploy".to_owned(),
        since: 0,
    }
}

fn begin(serial: u64, ordinal: u32) -> Record {
    Record::Begin {
        birth: BirthId { serial, ordinal },
        action: Action::Create,
        path: crate::NodePath::root()
            .join("thing")
            .unwrap_or_else(|_| crate::NodePath::root()),
        ty: "test.Thing".to_owned(),
        body: Body::empty(),
        deps: Vec::new(),
        soft_deps: Vec::new(),
        replaces: None,
        protect: false,
        retain: false,
    }
}

/// Runs the suite on a store that holds nothing yet. `steal` frees the lock
/// under whoever holds it, as the passing of time or somebody's hand would.
///
/// # Errors
/// The first promise that is not kept, in words.
pub async fn run(store: &dyn StateStore, steal: &(dyn Fn() + Sync)) -> Result<(), String> {
    one_after_the_other(store).await?;
    a_stale_holder(store, steal).await
}

async fn one_after_the_other(store: &dyn StateStore) -> Result<(), String> {
    let said = |what: &'static str| move |why: StoreError| format!("{what}: {why}");
    let stored = store.read().await.map_err(said("an empty store is read"))?;
    expect(stored.state.is_none(), "an empty store holds no state")?;

    let mut first = store
        .lock(&holder("first"))
        .await
        .map_err(said("the first lock"))?;
    match store.lock(&holder("second")).await {
        Err(StoreError::Locked(other, _)) => {
            expect(other.who == "first", "the loser is told who holds the lock")?
        }
        Err(why) => return Err(format!("a second lock is refused as locked, not so: {why}")),
        Ok(_) => return Err("a second lock is refused".to_owned()),
    }
    first
        .append("lin", 0, &[begin(1, 0), begin(1, 1)])
        .await
        .map_err(said("records are appended"))?;
    first
        .append("lin", 0, &[begin(1, 2)])
        .await
        .map_err(said("more records are appended"))?;
    let fence = first.fence();
    drop(first);

    let mut second = store
        .lock(&holder("second"))
        .await
        .map_err(said("a dropped lock is free"))?;
    expect(second.fence() > fence, "fences grow")?;
    let stored = second
        .load()
        .await
        .map_err(said("an interrupted run is read"))?;
    expect(stored.records.len() == 3, "acknowledged records are there")?;
    let mut state = stored.replayed().ok_or("the journal alone makes a state")?;
    expect(state.open.len() == 3, "all intents are open")?;
    second
        .append(
            "lin",
            0,
            &[Record::Undone {
                birth: BirthId {
                    serial: 1,
                    ordinal: 2,
                },
            }],
        )
        .await
        .map_err(said("a later run appends to the same journal"))?;
    let stored = second.load().await.map_err(said("it is read again"))?;
    expect(
        stored.records.len() == 4,
        "the later records follow the earlier",
    )?;

    state.open.clear();
    state.serial = 1;
    second
        .commit(&state)
        .await
        .map_err(said("a snapshot is written"))?;
    let stored = store.read().await.map_err(said("the snapshot is read"))?;
    expect(
        stored.state.is_some_and(|state| state.serial == 1),
        "the snapshot is the one written",
    )?;
    expect(
        stored.records.is_empty(),
        "records that the snapshot contains are ignored",
    )?;
    second
        .append("lin", 1, &[begin(2, 0)])
        .await
        .map_err(said("a new journal starts"))?;
    let stored = store.read().await.map_err(said("both are read"))?;
    expect(
        stored.records.len() == 1,
        "the new journal extends the snapshot",
    )?;
    Ok(())
}

/// One who has lost the lock without knowing it writes nothing more, and does
/// not stand in the way of the next.
async fn a_stale_holder(store: &dyn StateStore, steal: &(dyn Fn() + Sync)) -> Result<(), String> {
    let said = |what: &'static str| move |why: StoreError| format!("{what}: {why}");
    let mut stale = store
        .lock(&holder("stale"))
        .await
        .map_err(said("a free lock"))?;
    let before = stale.load().await.map_err(said("it is read"))?.records;
    stale
        .append("lin", 1, &[begin(2, 1)])
        .await
        .map_err(said("the holder writes"))?;
    steal();
    let mut next = store
        .lock(&holder("next"))
        .await
        .map_err(said("a stolen lock"))?;
    expect(
        next.fence() > stale.fence(),
        "the next one's fence is larger",
    )?;
    let read = next.load().await.map_err(said("the next one reads"))?;
    let acknowledged = before.len() + 1;
    expect(
        read.records.len() == acknowledged,
        "what was acknowledged before the lock was lost is there",
    )?;
    let refused = |result: Result<(), StoreError>| {
        matches!(result, Err(StoreError::Fenced | StoreError::Poisoned))
    };
    let written = stale.append("lin", 1, &[begin(2, 2)]).await;
    expect(
        matches!(written, Err(StoreError::Fenced)),
        "a stale holder's records are refused as fenced",
    )?;
    next.append("lin", 1, &[begin(2, 3)])
        .await
        .map_err(said("the next one writes"))?;
    let mut state = read.state.ok_or("there is a state")?;
    state.serial = 2;
    expect(
        refused(stale.commit(&state).await),
        "a stale holder's snapshot is refused",
    )?;
    drop(stale);
    next.append("lin", 1, &[begin(2, 4)])
        .await
        .map_err(said("the stale one's end disturbs nobody"))?;
    let stored = store.read().await.map_err(said("it is read at last"))?;
    expect(
        stored.state.as_ref().is_some_and(|state| state.serial == 1)
            && stored.records.len() == acknowledged + 2,
        "nothing of a stale holder is among what is stored",
    )?;
    next.commit(&state)
        .await
        .map_err(said("the next one finishes"))
}

fn expect(kept: bool, promise: &str) -> Result<(), String> {
    if kept {
        Ok(())
    } else {
        Err(format!("not kept: {promise}"))
    }
}
