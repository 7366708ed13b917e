//! States, journals and plan files that nobody wrote by deploying: a committed
//! corpus, and seeded changes of real ones whose checksums are right all the
//! same. They are refused or worked with; nothing panics, and nothing takes
//! longer than a second.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use mlplat_core::deploy::{Cancel, DeployOptions, Engine, PlanOptions, SavedPlan, Stamped};
use mlplat_core::graph::Graph;
use mlplat_core::state::{FileStore, JournalHeader, decode_journal, decode_snapshot, encode_frame};
use mlplat_core::world::Files as _;
use mlplat_sim::harness::Life;
use mlplat_sim::machine::{Ended, MemoryFiles, Process};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::dice::Dice;
use super::proving;
use super::scene::{self, in_process};
use super::types::*;

/// A snapshot with this body, and the right checksum.
fn snapshot(body: &[u8]) -> Vec<u8> {
    let digest = Sha256::digest(body);
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let header = format!("mlplat-state 2 {} {digest}\n", body.len());
    [header.as_bytes(), body, b"\n"].concat()
}

/// A frame with this body, and the right checksums.
fn frame(body: &[u8]) -> Vec<u8> {
    let crc = crc32fast::hash(body);
    let start = format!("mlplat-journal 2 {} {crc:08x}", body.len());
    let header = format!("{start} {:08x}\n", crc32fast::hash(start.as_bytes()));
    [header.as_bytes(), body].concat()
}

fn corpus(kind: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/state/corpus")
        .join(kind);
    let files = std::fs::read_dir(dir)
        .unwrap()
        .map(|file| file.unwrap().path());
    let mut all: Vec<_> = files
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect();
    all.sort();
    assert!(all.len() > 8, "{kind}");
    all
}

/// One engine that is given one state after the other.
struct Victim {
    files: MemoryFiles,
    engine: Engine,
    graph: Graph,
    /// How many were read, and worked with.
    accepted: u64,
}

impl Victim {
    fn with<T>(work: impl AsyncFnOnce(Self) -> T) -> T {
        let calm = scenario("victim", vec![]);
        let life = Life::new(&calm);
        in_process(&life.machine, 1, |process: Arc<Process>| async {
            let stage = yard_stage("red", "wind", 1);
            let (_, graph) = life.engine(process.clone(), &stage, 1);
            let store = FileStore::new(process.clone(), "state");
            let cloud = scene::cloud(process.clone(), 1);
            let victim = Self {
                files: life.machine.files.clone(),
                engine: scene::engine(process, store, cloud),
                graph,
                accepted: 0,
            };
            work(victim).await
        })
    }

    fn put(&self, name: &str, bytes: Option<&[u8]>) {
        let path = Path::new("state").join(name);
        match bytes {
            Some(bytes) => self.files.write(&path, bytes).unwrap(),
            None => self.files.remove(&path).unwrap(),
        }
    }

    /// Everything that a command does with a state before it changes anything.
    async fn work(&mut self, state: Option<&[u8]>, journal: Option<&[u8]>) {
        self.put("state", state);
        self.put("journal", journal);
        let begun = Instant::now();
        if self.engine.state().await.is_ok() {
            self.accepted += 1;
            let _ = self.engine.outputs().await;
            let cancel = Cancel::new();
            for destroy in [false, true] {
                let plan = PlanOptions {
                    destroy,
                    ..PlanOptions::default()
                };
                let _ = self.engine.plan(&self.graph, &plan).await;
                let options = DeployOptions {
                    plan,
                    ..DeployOptions::default()
                };
                let (quiet, no) = (|_: &Stamped| (), |_: &_| false);
                let _ = self
                    .engine
                    .deploy(&self.graph, &options, &quiet, &cancel, &no)
                    .await;
            }
        }
        assert!(
            begun.elapsed() < Duration::from_secs(5),
            "it took {:?}",
            begun.elapsed()
        );
    }
}

/// A snapshot and a journal of a run that was killed.
fn real() -> (Vec<u8>, Vec<u8>) {
    let calm = scenario("real", vec![]);
    let life = Life::new(&calm);
    lives(&life, &yard_stage("red", "wind", 1), 1);
    let blue = yard_stage("blue", "water", 2);
    let points = life.fork().go(&blue, 2, 0).points;
    assert!(matches!(life.go(&blue, 2, points / 2).ended, Ended::Killed));
    let file = |name| {
        life.machine
            .files
            .read(&Path::new("state").join(name))
            .unwrap()
    };
    (file("state"), file("journal"))
}

#[test]
fn the_corpus_is_refused_or_worked_with() {
    let (states, journals) = (corpus("state"), corpus("journal"));
    let count = states.len() + journals.len();
    let accepted = Victim::with(async |mut victim| {
        for (_, body) in &states {
            victim.work(Some(&snapshot(body)), None).await;
            victim.work(Some(body), None).await;
        }
        for (_, body) in &journals {
            victim.work(None, Some(&frame(body))).await;
            victim.work(None, Some(body)).await;
        }
        victim.accepted
    });
    assert!(accepted > 0);
    for (path, bytes) in corpus("plan") {
        if let Ok(read) = serde_json::from_slice::<SavedPlan>(&bytes) {
            println!("{} is a plan: format {}", path.display(), read.format);
        }
    }
    println!("{count} files, {accepted} worked with");
}

/// Runs for its share of the 10 s that hostile input has per change, or as
/// often as a proof asks for.
async fn often(entry: &str, proof: u64, mut run: impl AsyncFnMut(&mut Dice)) {
    let (begun, mut count) = (Instant::now(), 0_u64);
    let more = |count: u64| match proving() {
        true => count < proof,
        false => begun.elapsed() < Duration::from_secs(2),
    };
    while more(count) {
        let mut dice = Dice::new(20_261_129 ^ count);
        run(&mut dice).await;
        count += 1;
    }
    assert!(count > 20, "{entry}: {count}");
    println!("{entry}: {count} executions in {:?}", begun.elapsed());
}

/// Values that are at the edge of something.
fn odd(dice: &mut Dice) -> Value {
    match dice.below(14) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(-1),
        3 => json!(u64::MAX),
        4 => json!(u32::MAX),
        5 => json!(1e308),
        6 => json!(""),
        7 => json!("\u{1b}[2J\u{202e}\0"),
        8 => json!("../.."),
        9 => json!("1.0"),
        10 => json!([]),
        11 => json!({}),
        12 => json!("x".repeat(1 + dice.below(4000))),
        _ => (0..dice.below(100)).fold(json!(0), |inner, _| json!([inner])),
    }
}

/// The places of a value, as pointers.
fn places(value: &Value, at: &str, all: &mut Vec<String>) {
    all.push(at.to_owned());
    let step = |key: &str| format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
    match value {
        Value::Object(members) => members
            .iter()
            .for_each(|(key, member)| places(member, &step(key), all)),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, &step(&index.to_string()), all);
            }
        }
        _ => {}
    }
}

/// One to three changes at any place: something odd, something from elsewhere,
/// a member less, a member under another name.
fn twisted(dice: &mut Dice, value: &Value) -> Value {
    let mut value = value.clone();
    for _ in 0..=dice.below(3) {
        let mut all = Vec::new();
        places(&value, "", &mut all);
        let elsewhere = value.pointer(&all[dice.below(all.len())]).cloned();
        let Some(place) = value.pointer_mut(&all[dice.below(all.len())]) else {
            continue;
        };
        match (dice.below(4), &mut *place) {
            (0, Value::Object(members)) if !members.is_empty() => {
                let key = members.keys().nth(dice.below(members.len())).cloned();
                members.remove(&key.unwrap_or_default());
            }
            (1, Value::Object(members)) if !members.is_empty() => {
                let key = members
                    .keys()
                    .nth(dice.below(members.len()))
                    .cloned()
                    .unwrap_or_default();
                let member = members.remove(&key).unwrap_or_default();
                let name = ["1.0", "9.9", "a/b", "stranger", ""][dice.below(5)];
                members.insert(name.to_owned(), member);
            }
            (2, place) => *place = elsewhere.unwrap_or_default(),
            (_, place) => *place = odd(dice),
        }
    }
    value
}

fn body(file: &[u8]) -> Value {
    let start = file.iter().position(|byte| *byte == b'\n').unwrap();
    serde_json::from_slice(&file[start + 1..]).unwrap()
}

#[test]
fn twisted_states_never_panic() {
    let (state, journal) = real();
    let whole = body(&state);
    let accepted = Victim::with(async |mut victim| {
        often("state", 1_000_000, async |dice| {
            let bytes = snapshot(twisted(dice, &whole).to_string().as_bytes());
            let with = (dice.below(2) == 0).then_some(&journal[..]);
            victim.work(Some(&bytes), with).await;
        })
        .await;
        victim.accepted
    });
    assert!(accepted > 5, "{accepted} were worked with");
}

#[test]
fn twisted_journals_never_panic() {
    let (state, journal) = real();
    let decoded = decode_journal(&journal).unwrap();
    let header = serde_json::to_value(decoded.header.as_ref().unwrap()).unwrap();
    let records: Vec<_> = decoded
        .records
        .iter()
        .map(|record| serde_json::to_value(record).unwrap())
        .collect();
    let accepted = Victim::with(async |mut victim| {
        often("journal", 1_000_000, async |dice| {
            let mut lines = vec![header.to_string()];
            for record in &records {
                match dice.below(8) {
                    0 => {}
                    1 => lines.extend([record.to_string(), record.to_string()]),
                    2 => lines.push(twisted(dice, record).to_string()),
                    _ => lines.push(record.to_string()),
                }
            }
            let rest = lines.len() - 1;
            let by = dice.below(rest.max(1));
            if dice.below(4) == 0 && by < rest {
                lines[1..].rotate_left(by);
            }
            let bytes = frame((lines.join("\n") + "\n").as_bytes());
            victim.work(Some(&state), Some(&bytes)).await;
        })
        .await;
        victim.accepted
    });
    assert!(accepted > 5, "{accepted} were worked with");
}

/// Bytes and lengths, without checksums that fit: the decoders alone.
#[test]
fn seeded_bytes_never_panic() {
    let (state, journal) = real();
    let header = JournalHeader {
        lineage: "a".into(),
        extends: 1,
    };
    let empty = encode_frame(Some(&header), &[]).unwrap();
    let plan = json!({"format": 1, "lineage": "a", "serial": 1, "program": "b", "changes": "c"});
    let plan = plan.to_string().into_bytes();
    let wholes = [&state, &journal, &empty, &plan];
    in_process(&Default::default(), 1, |_| async {
        often("bytes", 10_000_000, async |dice| {
            let mut bytes = wholes[dice.below(4)].clone();
            for _ in 0..=dice.below(4) {
                let at = dice.below(bytes.len());
                match dice.below(6) {
                    0 => bytes.truncate(at),
                    1 => bytes
                        .splice(at..at, wholes[dice.below(4)].clone())
                        .for_each(drop),
                    2 => bytes
                        .splice(at..at, *b"99999999999999999999 ")
                        .for_each(drop),
                    3 => bytes.splice(at..at, [0; 40]).for_each(drop),
                    _ if !bytes.is_empty() => bytes[at] = u8::try_from(dice.below(256)).unwrap(),
                    _ => {}
                }
            }
            let _ = decode_snapshot(&bytes);
            if let Ok(journal) = decode_journal(&bytes) {
                assert!(journal.good + journal.torn == bytes.len());
            }
            let _ = serde_json::from_slice::<SavedPlan>(&bytes);
        })
        .await;
    });
}
