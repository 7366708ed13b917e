//! States that are damaged, too new, locked, or of another key: refused with
//! what to do, and nothing is called.

use std::path::Path;
use std::sync::Arc;

use mlplat_core::deploy::{Cancel, DeployOptions, Engine, Stamped};
use mlplat_core::graph::{Context, Graph};
use mlplat_core::provider::Providers;
use mlplat_core::seal::{KeyringLock, SealError};
use mlplat_core::state::FileStore;
use mlplat_core::world::{Files as _, SystemWorld, World};
use mlplat_sim::harness::{ClearKeys, Life, Scenario, Stage};
use mlplat_sim::machine::{Ended, run};

use super::types::*;

fn red() -> Stage {
    yard_stage("red", "wind", 1)
}

/// A life whose second run was killed in the middle: snapshot and journal.
fn interrupted(calm: &Scenario) -> Life<'_> {
    let life = Life::new(calm);
    lives(&life, &red(), 1);
    let blue = yard_stage("blue", "wind", 1);
    let points = life.fork().go(&blue, 2, 0).points;
    assert!(matches!(life.go(&blue, 2, points / 2).ended, Ended::Killed));
    life
}

fn refusal(life: &Life<'_>) -> String {
    let before = life.machine.files.all();
    let text = match life.go(&red(), 3, 0).ended {
        Ended::Done(Err(error)) => error.to_string(),
        Ended::Done(Ok(deployment)) => panic!("{deployment:?}"),
        Ended::Killed => panic!("killed"),
    };
    for (path, content) in life.machine.files.all() {
        // The account goes on by itself.
        if path.starts_with("state") && !path.ends_with("holder") {
            assert_eq!(
                before.get(&path),
                Some(&content),
                "{} was touched",
                path.display()
            );
        }
    }
    text
}

fn change(life: &Life<'_>, file: &str, act: impl FnOnce(&mut Vec<u8>)) {
    let path = Path::new("state").join(file);
    let mut bytes = life.machine.files.read(&path).unwrap();
    act(&mut bytes);
    life.machine.files.write(&path, &bytes).unwrap();
}

#[test]
fn a_corrupt_journal_names_the_record_and_what_survives() {
    let calm = scenario("corrupt", vec![]);
    let life = interrupted(&calm);
    let mut at = 0;
    change(&life, "journal", |bytes| {
        // Into the body of the second frame.
        let frames: Vec<usize> = bytes
            .windows(15)
            .enumerate()
            .filter(|(_, window)| *window == b"mlplat-journal ")
            .map(|(at, _)| at)
            .collect();
        at = frames[1];
        bytes[at + 80] ^= 1;
    });
    let text = refusal(&life);
    let start = "the journal at state/journal: a frame does not fit its checksum, at record ";
    assert!(text.starts_with(start), "{text}");
    let record: usize = text[start.len()..]
        .split(' ')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(
        text[start.len()..].split_once(' ').unwrap().1,
        format!(
            "(byte {at}); the {} records before it are whole\n  do   put a backup of the file in its place, or move the journal away: then the state is that of the last finished operation, and what the interrupted one made is found again by its tags",
            record - 1
        )
    );

    // The advice works.
    let journal = Path::new("state/journal");
    life.machine
        .files
        .rename(journal, Path::new("elsewhere"))
        .unwrap();
    lives(&life, &red(), 4);
    assert!(lives(&life, &red(), 5).unchanged);
    assert_eq!(life.objects().len(), 6);
}

#[test]
fn a_damaged_snapshot_points_to_the_one_before_it() {
    let calm = scenario("damaged", vec![]);
    let life = Life::new(&calm);
    lives(&life, &red(), 1);
    change(&life, "state", |bytes| {
        bytes.pop();
        bytes.pop();
    });
    let text = refusal(&life);
    assert!(
        text.starts_with("the snapshot at state/state: it should have "),
        "{text}"
    );
    assert!(
        text.ends_with(
            "\n  do   put a backup of the file in its place; there is no earlier snapshot beside it"
        ),
        "{text}"
    );

    let life = Life::new(&calm);
    lives(&life, &red(), 1);
    lives(&life, &yard_stage("red", "wind", 2), 2);
    change(&life, "state", |bytes| bytes[200] ^= 4);
    assert_eq!(
        refusal(&life),
        "the snapshot at state/state: its checksum does not fit its content\n  do   the snapshot before it, number 1, is whole: copy state.previous over state, remove the journal, and run `drift` to see what it misses"
    );
}

#[test]
fn a_newer_format_is_refused() {
    let calm = scenario("newer", vec![]);
    let life = Life::new(&calm);
    lives(&life, &red(), 1);
    change(&life, "state", |bytes| bytes["mlplat-state ".len()] = b'3');
    assert_eq!(
        refusal(&life),
        "the snapshot at state/state: it has format 3, and this version reads up to format 2: use the mlplat that wrote it, or a newer one\n  do   run the newer mlplat; if none wrote it the file is damaged: put a backup of the file in its place; there is no earlier snapshot beside it"
    );
    let life = interrupted(&calm);
    change(&life, "journal", |bytes| {
        bytes["mlplat-journal ".len()] = b'3'
    });
    let text = refusal(&life);
    assert!(
        text.starts_with("the journal at state/journal: it has format 3"),
        "{text}"
    );
}

#[test]
fn an_older_snapshot_and_another_states_are_refused() {
    let calm = scenario("swapped", vec![]);
    let life = interrupted(&calm);
    let other = interrupted(&calm);
    change(&other, "state", |bytes| {
        *bytes = life.machine.files.read(Path::new("state/state")).unwrap();
    });
    // Lineages are drawn from the seed, so both lives have the same one.
    let same = other.machine.files.read(Path::new("state/state")).unwrap();
    assert_eq!(
        same,
        life.machine.files.read(Path::new("state/state")).unwrap()
    );

    let third = Life::new(&calm);
    lives(&third, &red(), 77);
    change(&third, "state", |bytes| assert!(!bytes.is_empty()));
    let journal = life.machine.files.read(Path::new("state/journal")).unwrap();
    third
        .machine
        .files
        .write(Path::new("state/journal"), &journal)
        .unwrap();
    let text = refusal(&third);
    assert!(text.contains("they are of two different states"), "{text}");

    let older = Life::new(&calm);
    lives(&older, &red(), 1);
    let early = older.machine.files.read(Path::new("state/state")).unwrap();
    lives(&older, &yard_stage("red", "wind", 2), 2);
    let blue = yard_stage("blue", "wind", 2);
    let points = older.fork().go(&blue, 3, 0).points;
    assert!(matches!(
        older.go(&blue, 3, points / 2).ended,
        Ended::Killed
    ));
    older
        .machine
        .files
        .write(Path::new("state/state"), &early)
        .unwrap();
    assert_eq!(
        refusal(&older),
        "the journal at state/journal: the journal extends snapshot 2 and the snapshot is number 1: an older snapshot was put in its place\n  do   put a backup of the file in its place, or move the journal away: then the state is that of the last finished operation, and what the interrupted one made is found again by its tags"
    );
}

/// Every prefix of a journal is a journal that was cut off, or is refused;
/// none of them panics, and none makes anything twice.
#[test]
fn every_prefix_of_a_journal_is_survived() {
    let calm = scenario("torn", vec![]);
    let life = interrupted(&calm);
    let journal = life.machine.files.read(Path::new("state/journal")).unwrap();
    let step = (journal.len() / 40).max(1);
    for length in (0..=journal.len()).step_by(step) {
        let life = life.fork();
        change(&life, "journal", |bytes| bytes.truncate(length));
        lives(&life, &red(), 4);
        assert!(lives(&life, &red(), 5).unchanged, "cut at {length}");
        assert_eq!(life.objects().len(), 6, "cut at {length}");
    }
}

/// Keys that open nothing.
struct NoKeys;

impl KeyringLock for NoKeys {
    fn lock(&self, _: &[u8]) -> Result<String, SealError> {
        Err(SealError::NoRecipient)
    }

    fn unlock(&self, _: &str) -> Result<zeroize::Zeroizing<Vec<u8>>, SealError> {
        Err(SealError::NoIdentity)
    }
}

fn deploy_with(
    world: Arc<dyn World>,
    dir: &Path,
    keys: Arc<dyn KeyringLock>,
) -> Result<(), String> {
    let providers = Providers::default().with(Arc::new(mlplat_core::null::NullProvider));
    let store = Arc::new(FileStore::new(Arc::clone(&world), dir));
    let engine = Engine::new(world, store, providers, keys);
    let graph = Graph::build(Context::new("keys"), |stack| {
        let nothing = mlplat_core::null::Null {
            name: "nothing".into(),
            value: None,
            after: Vec::new(),
        };
        stack.add("nothing", nothing);
    });
    let graph = graph.unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let options = DeployOptions::default();
    let (quiet, cancel) = (|_: &Stamped| (), Cancel::new());
    let deployed = engine.deploy(&graph, &options, &quiet, &cancel, &|_| true);
    runtime
        .block_on(deployed)
        .map(|_| ())
        .map_err(|error| error.to_string())
}

#[test]
fn a_missing_key_is_said() {
    let machine = mlplat_sim::machine::Machine::default();
    let process = || Arc::new(mlplat_sim::machine::Process::new(&machine, 1));
    let dir = Path::new("state");
    assert_eq!(
        deploy_with(process(), dir, Arc::new(NoKeys)).unwrap_err(),
        "no key to seal the state's secrets with\n  do   set MLPLAT_AGE_RECIPIENTS, MLPLAT_AGE_IDENTITY or MLPLAT_AGE_PASSPHRASE"
    );
    deploy_with(process(), dir, Arc::new(ClearKeys)).unwrap();
    assert_eq!(
        deploy_with(process(), dir, Arc::new(NoKeys)).unwrap_err(),
        "none of the keys at hand opens the state's secrets\n  do   set MLPLAT_AGE_IDENTITY or MLPLAT_AGE_PASSPHRASE to the key that the state was sealed with; nothing was changed"
    );
}

#[test]
fn an_unwritable_folder_is_said() {
    let dir = std::env::temp_dir().join(format!("mlplat-unwritable-{}", std::process::id()));
    std::fs::write(&dir, b"a file where a folder should be").unwrap();
    let state = dir.join("state");
    let world: Arc<dyn World> = Arc::new(SystemWorld::new());
    let refused = deploy_with(world, &state, Arc::new(ClearKeys)).unwrap_err();
    std::fs::remove_file(&dir).unwrap();
    assert_eq!(
        refused,
        format!(
            "failed to make {}: Not a directory (os error 20)\n  do   make the place writable and run again: what was begun is found again",
            state.display()
        )
    );
}

#[test]
fn a_lock_that_is_held_names_its_holder() {
    let calm = scenario("locked", vec![]);
    let life = Life::new(&calm);
    let (_, ended) = run(|| {
        let process = Arc::new(mlplat_sim::machine::Process::new(&life.machine, 1));
        (
            process,
            |process: Arc<mlplat_sim::machine::Process>| async {
                use mlplat_core::state::{Holder, StateStore as _};
                let holder = Holder {
                    who: "ann@desk".to_owned(),
                    what: "destroy".to_owned(),
                    since: process.unix_time() - 90,
                };
                let store = FileStore::new(process.clone(), "state");
                let held = store.lock(&holder).await.unwrap();
                let (engine, graph) = life.engine(process, &red(), 1);
                let options = DeployOptions::default();
                let (quiet, cancel) = (|_: &Stamped| (), Cancel::new());
                let refused = engine
                    .deploy(&graph, &options, &quiet, &cancel, &|_| true)
                    .await;
                drop(held);
                refused.map(|_| ()).map_err(|error| error.to_string())
            },
        )
    });
    let Ended::Done(refused) = ended else {
        panic!("killed")
    };
    assert_eq!(
        refused.unwrap_err(),
        "the state is locked by ann@desk (destroy, since 90 s ago)\n  do   wait until it is done; the lock is freed by itself when that process ends"
    );
}
