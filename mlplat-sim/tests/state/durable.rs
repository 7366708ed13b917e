//! What a machine that loses power leaves of the journal: everything that was
//! acknowledged, counted record by record. What recovery finds again by its
//! tags does not count here.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use mlplat_core::state::{
    BirthId, FileStore, Holder, Record, Session, State, StateStore, StoreError, Stored,
};
use mlplat_core::world::Files as _;
use mlplat_sim::cloud::{Cloud, Faults};
use mlplat_sim::machine::{Ended, Machine, Process, run};

use super::proving;
use super::scene::{self, Wanted, in_process};
use super::types::{BOX, MILL};

/// What a store has said is durable.
#[derive(Debug, Clone, Default)]
struct Seen {
    /// The snapshot, by its serial.
    serial: Option<u64>,
    /// The serial of one that was being written.
    begun: Option<u64>,
    /// The records on top of it that were acknowledged, and all that were
    /// handed over.
    acknowledged: Vec<String>,
    tried: Vec<String>,
}

impl Seen {
    /// Whether what is there after the loss holds all of it, and nothing else.
    fn kept(&self, stored: &Stored) -> Result<(), String> {
        let serial = stored.state.as_ref().map(|state| state.serial);
        let records = texts(&stored.records);
        if serial > self.serial {
            let fits = serial == self.begun && records.is_empty();
            return fits
                .then_some(())
                .ok_or(format!("{serial:?} and {records:?} of {self:?}"));
        }
        if serial < self.serial {
            return Err(format!("snapshot {serial:?} of {:?}", self.serial));
        }
        if !records.starts_with(&self.acknowledged) {
            let (there, said) = (records.len(), self.acknowledged.len());
            return Err(format!(
                "{there} records are there, {said} were acknowledged"
            ));
        }
        if !self.tried.starts_with(&records) {
            return Err("a record is there that nobody wrote".to_owned());
        }
        Ok(())
    }
}

fn texts(records: &[Record]) -> Vec<String> {
    let text = |record| serde_json::to_string(record).unwrap();
    records.iter().map(text).collect()
}

/// A store that remembers what it has said.
#[derive(Clone)]
struct Witness {
    store: FileStore,
    seen: Arc<Mutex<Seen>>,
}

impl Witness {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl StateStore for Witness {
    fn place(&self) -> String {
        self.store.place()
    }

    async fn read(&self) -> Result<Stored, StoreError> {
        self.store.read().await
    }

    async fn lock(&self, holder: &Holder) -> Result<Box<dyn Session>, StoreError> {
        let session = self.store.lock(holder).await?;
        Ok(Box::new(Witnessed {
            session,
            witness: self.clone(),
        }))
    }
}

struct Witnessed {
    session: Box<dyn Session>,
    witness: Witness,
}

#[async_trait]
impl Session for Witnessed {
    fn fence(&self) -> u64 {
        self.session.fence()
    }

    async fn load(&mut self) -> Result<Stored, StoreError> {
        let stored = self.session.load().await?;
        let records = texts(&stored.records);
        *self.witness.seen() = Seen {
            serial: stored.state.as_ref().map(|state| state.serial),
            begun: None,
            acknowledged: records.clone(),
            tried: records,
        };
        Ok(stored)
    }

    async fn append(
        &mut self,
        lineage: &str,
        extends: u64,
        records: &[Record],
    ) -> Result<(), StoreError> {
        self.witness.seen().tried.extend(texts(records));
        self.session.append(lineage, extends, records).await?;
        self.witness.seen().acknowledged.extend(texts(records));
        Ok(())
    }

    async fn commit(&mut self, state: &State) -> Result<(), StoreError> {
        self.witness.seen().begun = Some(state.serial);
        self.session.commit(state).await?;
        *self.witness.seen() = Seen {
            serial: Some(state.serial),
            ..Seen::default()
        };
        Ok(())
    }
}

/// One run that dies at a point; what it was told, and how many points there
/// were.
fn lived(machine: &Machine, wanted: Wanted, dies_at: u64) -> (Seen, u64, bool) {
    let seen: Arc<Mutex<Seen>> = Arc::default();
    let (process, ended) = run(|| {
        let process = Arc::new(Process::dying(machine, 5, dies_at));
        (process, |process: Arc<Process>| async {
            let cloud = Cloud::open(
                &[&BOX, &MILL],
                "eu-west-1",
                process.clone(),
                Faults::default(),
                Arc::new(machine.files.clone()),
                Path::new("world"),
            );
            let store = Witness {
                store: FileStore::new(process.clone(), "state"),
                seen: Arc::clone(&seen),
            };
            let engine = scene::engine(process, store, Arc::new(cloud.unwrap()));
            scene::deploy(&engine, wanted, "test").await
        })
    });
    let seen = seen.lock().unwrap_or_else(PoisonError::into_inner).clone();
    (seen, process.points(), matches!(ended, Ended::Killed))
}

fn stored(machine: &Machine) -> Result<Stored, String> {
    in_process(machine, 1, |process: Arc<Process>| async {
        let read = FileStore::new(process, "state").read().await;
        read.map_err(|why| why.to_string())
    })
}

fn copy(machine: &Machine) -> Machine {
    machine.copy()
}

const LIFE: [Wanted; 4] = [
    scene::RED,
    Wanted::Small {
        color: "red",
        kind: "water",
        size: 2,
    },
    Wanted::Small {
        color: "blue",
        kind: "water",
        size: 2,
    },
    Wanted::Nothing,
];

/// Kills a life at every point, takes the power away in several ways, and
/// counts; the first loss.
fn losses(lying: bool, ways: u64) -> Result<(u64, u64), String> {
    let machine = Machine::default();
    if lying {
        machine.files.lie_about_syncs();
    }
    let (mut lost_power, mut records) = (0, 0);
    for (number, wanted) in LIFE.into_iter().enumerate() {
        let (_, points, _) = lived(&copy(&machine), wanted, 0);
        for at in 1..=points {
            let killed = copy(&machine);
            let (seen, _, died) = lived(&killed, wanted, at);
            assert!(died, "it lived on at {at} of {points}");
            for way in 0..ways {
                let machine = copy(&killed);
                machine.files.lose_power(Path::new("state"), at * 31 + way);
                lost_power += 1;
                records += seen.acknowledged.len() as u64;
                let kept = stored(&machine).and_then(|stored| seen.kept(&stored));
                kept.map_err(|why| format!("run {number}, point {at}, way {way}: {why}"))?;
            }
        }
        lived(&machine, wanted, 0);
    }
    Ok((lost_power, records))
}

/// Proves fault 8.
#[test]
fn no_acknowledged_record_is_lost() {
    let ways = if proving() { 200 } else { 6 };
    let (losses, records) = losses(false, ways).unwrap_or_else(|why| panic!("{why}"));
    assert!(losses > 1_000 && records > losses, "{losses}, {records}");
    println!("figure: {losses} losses of power, {records} acknowledged records, 0 lost");
}

#[test]
fn a_disk_that_lies_about_syncs_is_seen() {
    let why = losses(true, 6).expect_err("the lie is not seen");
    println!("{why}");
}

fn undone(ordinal: u32) -> Record {
    let birth = BirthId { serial: 1, ordinal };
    Record::Undone { birth }
}

/// The last record torn at every byte, cut off or with zeros instead: what was
/// acknowledged before is read, and the next run writes after it.
///
/// Proves fault 8.
#[test]
fn the_last_record_may_be_torn_at_any_byte() {
    let machine = Machine::default();
    let holder = Holder {
        who: "test".into(),
        what: "deploy".into(),
        since: 0,
    };
    let journal = Path::new("state/journal");
    let write = |machine: &Machine, ordinals: &[u32]| {
        in_process(machine, 1, |process: Arc<Process>| async {
            let store = FileStore::new(process, "state");
            let mut session = store.lock(&holder).await.unwrap();
            session.load().await.unwrap();
            let records: Vec<_> = ordinals.iter().map(|at| undone(*at)).collect();
            session.append("lin", 0, &records).await.unwrap();
        });
        machine.files.read(journal).unwrap()
    };
    let acknowledged = write(&machine, &[0, 1, 2]).len();
    let whole = write(&machine, &[3]);
    let mut torn = 0;
    for length in acknowledged..whole.len() {
        for zeros in [false, true] {
            let machine = copy(&machine);
            let mut bytes = whole[..length].to_vec();
            if zeros {
                bytes.resize(whole.len(), 0);
            }
            machine.files.write(journal, &bytes).unwrap();
            // A body whose last byte is a zero is no body that was written.
            let before = texts(&stored(&machine).unwrap().records);
            assert_eq!(
                before,
                texts(&[undone(0), undone(1), undone(2)]),
                "{length}, {zeros}"
            );
            write(&machine, &[4]);
            let after = texts(&stored(&machine).unwrap().records);
            assert_eq!(after.len(), 4, "{length}, {zeros}");
            assert_eq!(after[3], texts(&[undone(4)])[0]);
            torn += 1;
        }
    }
    println!("figure: last record torn in {torn} ways, 0 acknowledged records lost");
}
