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

/// Runs the suite on a store that holds nothing yet.
///
/// # Errors
/// The first promise that is not kept, in words.
pub async fn run(store: &dyn StateStore) -> Result<(), String> {
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

fn expect(kept: bool, promise: &str) -> Result<(), String> {
    if kept {
        Ok(())
    } else {
        Err(format!("not kept: {promise}"))
    }
}
