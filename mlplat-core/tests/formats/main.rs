//! States of earlier formats: what they hold is read, gone on with, and
//! written anew in the format of today.

// The helpers of a test fail as the test does, and tell their figures.
#![allow(clippy::panic, clippy::print_stdout, clippy::unwrap_used, missing_docs)]

mod everything;
mod frozen;
mod matrix;
mod reader_1;

use std::path::Path;
use std::sync::Arc;

use mlplat_core::state::{
    End, Ending, FileStore, Holder, Record, Run, StateStore as _, decode_journal, decode_snapshot,
};
use mlplat_core::world::SystemWorld;

/// One deployment of three objects, and a second one that was killed with an
/// update done and two begun. Written by the last version of format 1.
const STATE: &[u8] = include_bytes!("../golden/format-1/state");
const JOURNAL: &[u8] = include_bytes!("../golden/format-1/journal");

fn put(dir: &Path) {
    std::fs::write(dir.join("state"), STATE).unwrap();
    std::fs::write(dir.join("journal"), JOURNAL).unwrap();
}

fn holder() -> Holder {
    Holder {
        who: "test".into(),
        what: "deploy".into(),
        since: 0,
    }
}

#[tokio::test]
async fn format_1_is_read_gone_on_with_and_written_as_format_2() {
    let dir = tempfile::tempdir().unwrap();
    put(dir.path());
    let store = FileStore::new(Arc::new(SystemWorld::new()), dir.path());
    let mut state = store.read().await.unwrap().replayed().unwrap();
    assert_eq!(
        (state.serial, state.objects.len(), state.open.len()),
        (1, 3, 2)
    );
    assert!(state.history.is_empty());
    let running = state.running.clone().unwrap();
    assert_eq!(
        (running.run, running.who.as_str(), running.at),
        (Run::Deploy, "", 0)
    );

    let mut session = store.lock(&holder()).await.unwrap();
    let open = Record::Open {
        fence: session.fence(),
        run: Run::Deploy,
        program: None,
        plan: None,
        command: "deploy".into(),
        who: "test".into(),
        at: 7,
    };
    session
        .append(&state.lineage, 1, std::slice::from_ref(&open))
        .await
        .unwrap();
    let journal = std::fs::read(dir.path().join("journal")).unwrap();
    assert!(
        journal.starts_with(JOURNAL),
        "what was there is not touched"
    );
    assert!(journal[JOURNAL.len()..].starts_with(b"mlplat-journal 2 "));
    let read = session.load().await.unwrap().replayed().unwrap();
    assert_eq!(read.history.len(), 1, "the first run was interrupted");
    assert_eq!(read.history[0].end.outcome, Ending::Interrupted);

    state.apply(open);
    state.apply(Record::Ended(End::only(Ending::Complete)));
    state.serial += 1;
    session.commit(&state).await.unwrap();
    let written = std::fs::read(dir.path().join("state")).unwrap();
    assert!(written.starts_with(b"mlplat-state 2 "));
    let again = store.read().await.unwrap().replayed().unwrap();
    assert_eq!(again.history, state.history);
    let ends: Vec<_> = again.history.iter().map(|past| past.end.outcome).collect();
    assert_eq!(ends, [Ending::Interrupted, Ending::Complete]);
}

/// What a reader of format 1 does with a 2: its whole check is the number.
#[test]
fn a_number_that_is_not_known_is_refused() {
    for number in ["0", "3", "17"] {
        let other = |bytes: &[u8], name: &str| {
            let text = String::from_utf8(bytes.to_vec()).unwrap();
            text.replacen(&format!("{name} 1 "), &format!("{name} {number} "), 1)
        };
        assert!(decode_snapshot(other(STATE, "mlplat-state").as_bytes()).is_err());
        assert!(decode_journal(other(JOURNAL, "mlplat-journal").as_bytes()).is_err());
    }
}

#[test]
fn only_so_many_operations_are_remembered() {
    let mut state = decode_snapshot(STATE).unwrap();
    for at in 0..250 {
        state.apply(Record::Open {
            fence: 1,
            run: Run::Edit,
            program: None,
            plan: None,
            command: "state rm a".into(),
            who: String::new(),
            at,
        });
        state.apply(Record::Ended(End::only(Ending::Complete)));
    }
    assert_eq!(state.history.len(), 100);
    assert_eq!(state.history[0].begun.at, 150);
}
