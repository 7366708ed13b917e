//! A state of some kilobytes and its journal, damaged in every way:
//! noticed each time, by the engine, before anything is called or written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mlplat_core::deploy::{Cancel, DeployOptions, Engine, EngineError, Stamped};
use mlplat_core::graph::Graph;
use mlplat_core::provider::Reader as _;
use mlplat_core::state::{
    FileStore, State, StateStore as _, StoreError, decode_journal, decode_snapshot, encode_snapshot,
};
use mlplat_core::world::Files as _;
use mlplat_sim::cloud::{Cloud, Faults};
use mlplat_sim::harness::{Life, Scenario};
use mlplat_sim::machine::{Ended, MemoryFiles, Process};

use super::dice::Dice;
use super::proving;
use super::scene::{engine, in_process};
use super::types::*;

/// A life with a snapshot, one before it, and a journal of a run that was
/// killed.
fn interrupted(calm: &Scenario) -> Life<'_> {
    let life = Life::new(calm);
    lives(&life, &yard_stage("red", "wind", 1), 1);
    lives(&life, &yard_stage("red", "wind", 2), 2);
    let blue = yard_stage("blue", "water", 3);
    let points = life.fork().go(&blue, 3, 0).points;
    let killed = life.go(&blue, 3, points * 3 / 4);
    assert!(matches!(killed.ended, Ended::Killed));
    life
}

fn file(life: &Life<'_>, name: &str) -> Vec<u8> {
    life.machine.files.read(&place(name)).unwrap()
}

fn place(name: &str) -> PathBuf {
    Path::new("state").join(name)
}

/// One engine on a machine, asked again and again.
struct Bench {
    engine: Engine,
    graph: Graph,
    cloud: Arc<Cloud>,
    files: MemoryFiles,
}

impl Bench {
    /// Works on a copy of the life's machine.
    fn on<T>(life: &Life<'_>, work: impl AsyncFnOnce(Self) -> T) -> T {
        let life = life.fork();
        in_process(&life.machine, 9, |process: Arc<Process>| async {
            let files = life.machine.files.clone();
            let cloud = Cloud::open(
                &[&BOX, &MILL],
                "eu-west-1",
                process.clone(),
                Faults::default(),
                Arc::new(files.clone()),
                Path::new("world"),
            );
            let cloud = Arc::new(cloud.unwrap());
            let store = FileStore::new(process.clone(), "state");
            let (_, graph) = life.engine(process.clone(), &yard_stage("red", "wind", 1), 9);
            let engine = engine(process, store, cloud.clone());
            let bench = Self {
                engine,
                graph,
                cloud,
                files,
            };
            work(bench).await
        })
    }

    /// Everything on the disk but the lock's own note.
    fn disk(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut all = self.files.all();
        all.retain(|path, _| !path.ends_with("holder"));
        all
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        self.files.write(&place(name), bytes).unwrap();
    }

    /// Deploys and plans, which both have to be refused for the state alone,
    /// with nothing called and nothing touched; what is said.
    async fn refused(&self) -> Result<String, String> {
        let (disk, calls) = (self.disk(), self.cloud.calls());
        let options = DeployOptions::default();
        let (quiet, cancel) = (|_: &Stamped| (), Cancel::new());
        let deployed = self
            .engine
            .deploy(&self.graph, &options, &quiet, &cancel, &|_| true)
            .await;
        let said = match deployed {
            Err(EngineError::Store(StoreError::Format { .. })) => {
                deployed.map(drop).unwrap_err().to_string()
            }
            other => return Err(format!("not refused: {other:?}")),
        };
        if self.cloud.calls() != calls {
            return Err("the cloud was called".to_owned());
        }
        if self.disk() != disk {
            return Err("the disk was touched".to_owned());
        }
        Ok(said)
    }
}

/// Every prefix and every flipped bit of a file, or every n-th.
async fn sweep(bench: &Bench, name: &str, prefixes: bool, advice: &str) -> (usize, usize) {
    let whole = bench.files.read(&place(name)).unwrap();
    let judge = async |bytes: &[u8], how: String| {
        bench.put(name, bytes);
        match bench.refused().await {
            Ok(said) => assert!(said.contains(advice), "{how}: {said}"),
            Err(why) => panic!("{name}, {how}: {why}"),
        }
    };
    let mut cut = 0;
    for length in (0..whole.len()).filter(|_| prefixes) {
        judge(&whole[..length], format!("cut to {length}")).await;
        cut += 1;
    }
    let (header, bits) = (
        whole.iter().position(|byte| *byte == b'\n').unwrap(),
        whole.len() * 8,
    );
    // A change has time for each bit of the header and one of each byte.
    let chosen = (0..bits).filter(|bit| {
        let byte = bit / 8;
        proving() || byte <= header || bit % 8 == byte % 8
    });
    let mut flipped = 0;
    for bit in chosen {
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        judge(&bytes, format!("bit {bit}")).await;
        flipped += 1;
    }
    bench.put(name, &whole);
    (cut, flipped)
}

/// Proves fault 7.
#[test]
fn every_prefix_and_flipped_bit_of_a_snapshot_is_refused() {
    let calm = scenario("snapshot", vec![]);
    let life = interrupted(&calm);
    let size = file(&life, "state").len();
    let (cut, flipped) = Bench::on(&life, async |bench| {
        let advice = "the snapshot before it, number 1, is whole: copy state.previous over state";
        sweep(&bench, "state", true, advice).await
    });
    println!(
        "figure: snapshot of {size} bytes: {cut} prefixes, {flipped} bit flips, 0 accepted, 0 calls"
    );
}

/// Proves fault 7.
#[test]
fn every_flipped_bit_of_a_journal_is_refused() {
    let calm = scenario("journal", vec![]);
    let life = interrupted(&calm);
    let size = file(&life, "journal").len();
    let (_, flipped) = Bench::on(&life, async |bench| {
        sweep(&bench, "journal", false, "or move the journal away").await
    });
    println!("figure: journal of {size} bytes: {flipped} bit flips, 0 accepted, 0 calls");
}

/// A journal that was cut off has everything that was whole by then, and a run
/// goes on from there to the same end.
///
/// Proves fault 7.
#[test]
fn every_prefix_of_a_journal_is_survived() {
    let calm = scenario("cut", vec![]);
    let life = interrupted(&calm);
    let journal = file(&life, "journal");
    let mut lengths = 0;
    let read = Bench::on(&life, async |bench| {
        let mut last = 0;
        for length in 0..=journal.len() {
            bench.put("journal", &journal[..length]);
            let records = decode_journal(&journal[..length]).unwrap().records.len();
            let state = bench.engine.state().await;
            assert!(state.is_ok(), "cut to {length}: {:?}", state.map(drop));
            assert!(records >= last, "cut to {length}");
            (last, lengths) = (records, lengths + 1);
        }
        last
    });
    assert_eq!(read, decode_journal(&journal).unwrap().records.len());
    let step = if proving() { 1 } else { journal.len() / 20 };
    let mut resumed = 0;
    for length in (0..=journal.len()).step_by(step) {
        let life = life.fork();
        let bytes = &journal[..length];
        life.machine.files.write(&place("journal"), bytes).unwrap();
        let red = yard_stage("red", "wind", 1);
        // What nobody remembers may hold a name until it is swept: then the
        // first run fails on it, and the second one does not.
        let _ = life.go(&red, 4, 0);
        lives(&life, &red, 5);
        assert!(lives(&life, &red, 6).unchanged, "cut to {length}");
        assert_eq!(life.objects().len(), 6, "cut to {length}");
        resumed += 1;
    }
    println!("figure: journal cut to {lengths} lengths, all read, {resumed} gone on with, 0 lost");
}

/// With another number, another lineage, of another time, or empty.
///
/// Proves fault 7.
#[test]
fn what_is_whole_and_does_not_belong_is_refused() {
    let calm = scenario("strange", vec![]);
    let life = interrupted(&calm);
    let (state, journal) = (file(&life, "state"), file(&life, "journal"));
    let other = |change: fn(&mut State)| {
        let mut state = decode_snapshot(&state).unwrap();
        change(&mut state);
        encode_snapshot(&state).unwrap()
    };
    let renumbered = |bytes: &[u8], name: &str, format: &str| {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        text.replacen(&format!("{name} 2 "), &format!("{name} {format} "), 1)
            .into_bytes()
    };
    let previous = file(&life, "state.previous");
    let mut cases = vec![
        ("state", vec![], "copy state.previous over state"),
        ("state", b"\n".to_vec(), "copy state.previous over state"),
        ("state", previous, "an older snapshot was put in its place"),
        (
            "state",
            other(|state| state.serial = 1),
            "an older snapshot",
        ),
        (
            "state",
            other(|state| state.lineage.push('0')),
            "two different states",
        ),
        ("journal", b"\n".to_vec(), "move the journal away"),
    ];
    for format in ["3", "9", "4294967295"] {
        let newer = "run the newer mlplat";
        cases.push(("state", renumbered(&state, "mlplat-state", format), newer));
        cases.push((
            "journal",
            renumbered(&journal, "mlplat-journal", format),
            newer,
        ));
    }
    for format in ["0", "02", "+2", "-1", "4294967296", "two", ""] {
        cases.push((
            "state",
            renumbered(&state, "mlplat-state", format),
            "copy state.previous",
        ));
        cases.push((
            "journal",
            renumbered(&journal, "mlplat-journal", format),
            "move the journal",
        ));
    }
    let count = cases.len();
    Bench::on(&life, async |bench| {
        for (name, bytes, said) in cases {
            let whole = bench.files.read(&place(name)).unwrap();
            bench.put(name, &bytes);
            let text = bench.refused().await.unwrap_or_else(|why| {
                panic!(
                    "{name} {:?}: {why}",
                    String::from_utf8_lossy(&bytes[..bytes.len().min(60)])
                )
            });
            assert!(text.contains(said), "{said}: {text}");
            bench.put(name, &whole);
        }
    });
    println!("figure: {count} states and journals that do not belong, 0 accepted, 0 calls");
}

/// As an editor, a copy that was broken off, a merge or a bad disk leaves it.
fn spoiled(dice: &mut Dice, whole: &[u8]) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    let (a, b) = (dice.below(bytes.len()), dice.below(bytes.len()));
    let (from, to) = (a.min(b), a.max(b) + 1);
    match dice.below(9) {
        0 => bytes
            .splice(from..from, whole[from..to].to_vec())
            .for_each(drop),
        1 => drop(bytes.drain(from..to)),
        2 => bytes[from..to].reverse(),
        3 => bytes[from..to].fill(b' '),
        4 => bytes.splice(..0, *b"\xEF\xBB\xBF").for_each(drop),
        5 => bytes.extend_from_slice(&whole[from..to]),
        6 => {
            bytes = String::from_utf8_lossy(whole)
                .replace('\n', "\r\n")
                .into_bytes()
        }
        7 => bytes[from] = bytes[from].wrapping_add(u8::try_from(dice.below(255)).unwrap() + 1),
        _ => bytes.rotate_left(from.max(1)),
    }
    bytes
}

/// Proves fault 7.
#[test]
fn what_was_spoiled_is_refused() {
    let calm = scenario("spoiled", vec![]);
    let life = interrupted(&calm);
    let rounds = if proving() { 100_000 } else { 1_000 };
    let mut refused = 0;
    Bench::on(&life, async |bench| {
        let mut dice = Dice::new(7);
        for round in 0..rounds {
            for name in ["state", "journal"] {
                let whole = bench.files.read(&place(name)).unwrap();
                let bytes = spoiled(&mut dice, &whole);
                // Some of it changes nothing, or only cuts the end off.
                if bytes == whole || (name == "journal" && decode_journal(&bytes).is_ok()) {
                    continue;
                }
                bench.put(name, &bytes);
                if let Err(why) = bench.refused().await {
                    panic!("round {round}, {name}: {why}");
                }
                refused += 1;
                bench.put(name, &whole);
            }
        }
    });
    assert!(refused > rounds, "{refused}");
    println!("figure: {refused} spoiled files, 0 accepted, 0 calls");
}

/// A file that nobody could read into memory is not read.
///
/// Proves fault 7.
#[tokio::test]
async fn a_state_of_a_gigabyte_is_refused_unread() {
    let dir = std::env::temp_dir().join(format!("mlplat-huge-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let world = Arc::new(mlplat_core::world::SystemWorld::new());
    let store = FileStore::new(world, &dir);
    for name in ["state", "journal"] {
        let huge = std::fs::File::create(dir.join(name)).unwrap();
        huge.set_len(1 << 30).unwrap();
        let begun = std::time::Instant::now();
        let why = store.read().await.map(drop).unwrap_err().to_string();
        assert!(
            why.contains("it has 1073741824 bytes, and no state has more than"),
            "{why}"
        );
        assert!(begun.elapsed().as_secs() < 2, "it was read");
        std::fs::remove_file(dir.join(name)).unwrap();
    }
    std::fs::remove_dir_all(&dir).unwrap();
}

/// The account's own calls are what is counted.
#[test]
fn a_call_would_be_seen() {
    let calm = scenario("counted", vec![]);
    let life = interrupted(&calm);
    Bench::on(&life, async |bench| {
        let before = bench.cloud.calls();
        assert!(!bench.cloud.types().is_empty());
        let plan = bench.engine.plan(&bench.graph, &Default::default()).await;
        assert!(plan.is_ok(), "{:?}", plan.map(drop));
        assert!(bench.cloud.calls() > before);
    });
}
