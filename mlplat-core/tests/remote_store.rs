//! The remote protocol on the model bucket: conformance under every fault, and
//! two writers in seeded interleavings.

// The helpers of a test fail as the test does.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures::future::BoxFuture;
use mlplat_core::state::remote_model::{Bucket, BucketFaults};
use mlplat_core::state::{BirthId, Holder, Record, State, StateStore, StoreError, conformance};
use mlplat_core::world::{Files, SystemWorld, World};

fn holder(who: &str) -> Holder {
    Holder {
        who: who.to_owned(),
        what: "deploy".to_owned(),
        since: 0,
    }
}

fn record(ordinal: u32) -> Record {
    let birth = BirthId { serial: 1, ordinal };
    Record::Undone { birth }
}

fn ordinals(records: &[Record]) -> Vec<u32> {
    let ordinal = |record: &Record| match record {
        Record::Undone { birth } => birth.ordinal,
        other => panic!("{other:?}"),
    };
    records.iter().map(ordinal).collect()
}

/// The system, at a later date.
#[derive(Default)]
struct Later {
    world: SystemWorld,
    ahead_s: AtomicU64,
}

impl Later {
    fn pass(&self, seconds: u64) {
        self.ahead_s.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl World for Later {
    fn now(&self) -> Duration {
        self.world.now()
    }

    fn unix_time(&self) -> u64 {
        self.world.unix_time() + self.ahead_s.load(Ordering::Relaxed)
    }

    fn sleep(&self, time: Duration) -> BoxFuture<'static, ()> {
        self.world.sleep(time)
    }

    fn random(&self, buffer: &mut [u8]) {
        self.world.random(buffer);
    }

    fn files(&self) -> &dyn Files {
        self.world.files()
    }
}

fn faults(seed: u64) -> BucketFaults {
    BucketFaults {
        seed,
        ..BucketFaults::default()
    }
}

#[tokio::test(start_paused = true)]
async fn it_conforms_under_every_fault() {
    let kinds = |seed| {
        [
            faults(seed),
            BucketFaults {
                conflict: 80,
                ..faults(seed)
            },
            BucketFaults {
                lost_reply: 80,
                ..faults(seed)
            },
            BucketFaults {
                unavailable: 60,
                ..faults(seed)
            },
            BucketFaults {
                conflict: 40,
                lost_reply: 40,
                unavailable: 40,
                ..faults(seed)
            },
        ]
    };
    for seed in 0..200 {
        for (kind, faults) in kinds(seed).into_iter().enumerate() {
            let world = Arc::new(Later::default());
            let store = Bucket::new(faults).store(world.clone(), 60);
            let steal = || world.pass(61);
            if let Err(why) = conformance::run(&store, &steal).await {
                panic!("seed {seed}, kind {kind}: {why}");
            }
        }
    }
}

/// From every call on: what was acknowledged is there, and nothing more is.
#[tokio::test(start_paused = true)]
async fn a_store_that_goes_away_loses_nothing_that_was_acknowledged() {
    for down_from in 1..60 {
        let bucket = Bucket::new(BucketFaults {
            lost_reply: 60,
            ..faults(down_from)
        });
        let world = Arc::new(SystemWorld::new());
        let failing = bucket.with(BucketFaults {
            down_from,
            lost_reply: 60,
            ..faults(1)
        });
        let mut acknowledged = Vec::new();
        let mut tried = Vec::new();
        if let Ok(mut session) = failing.store(world.clone(), 60).lock(&holder("a")).await {
            for ordinal in 0..8 {
                tried.push(ordinal);
                match session.append("lin", 0, &[record(ordinal)]).await {
                    Ok(()) => acknowledged.push(ordinal),
                    Err(StoreError::Io { .. }) => {
                        let after = session.append("lin", 0, &[record(99)]).await;
                        assert!(matches!(after, Err(StoreError::Poisoned)));
                        break;
                    }
                    Err(other) => panic!("{other}"),
                }
            }
        }
        let stored = bucket
            .with(faults(2))
            .store(world, 60)
            .read()
            .await
            .unwrap();
        let there = ordinals(&stored.records);
        assert!(there.starts_with(&acknowledged), "down from {down_from}");
        assert!(tried.starts_with(&there), "down from {down_from}");
    }
}

/// Two that come at once: one proceeds, the other is told who.
#[tokio::test(start_paused = true)]
async fn of_two_writers_one_proceeds() {
    for seed in 0..3000 {
        let bucket = Bucket::new(BucketFaults {
            conflict: 30,
            lost_reply: 30,
            ..faults(seed)
        });
        let world = Arc::new(SystemWorld::new());
        // Two processes: each knows nothing of the other but the bucket.
        let (one, two) = (bucket.store(world.clone(), 60), bucket.store(world, 60));
        let (a, b) = (holder("a"), holder("b"));
        let (first, second) = tokio::join!(one.lock(&a), two.lock(&b));
        let (mut winner, loser, name) = match (first, second) {
            (Ok(winner), Err(loser)) => (winner, loser, "a"),
            (Err(loser), Ok(winner)) => (winner, loser, "b"),
            (Ok(_), Ok(_)) => panic!("seed {seed}: both proceed"),
            (Err(one), Err(two)) => panic!("seed {seed}: nobody proceeds: {one}; {two}"),
        };
        match loser {
            StoreError::Locked(other, _) => assert_eq!(other.who, name, "seed {seed}"),
            other => panic!("seed {seed}: {other}"),
        }
        winner.append("lin", 0, &[record(0)]).await.unwrap();
    }
}

/// A holder that was taken for dead goes on writing: whatever it was told is
/// durable is there, and from the take-over on it is told nothing.
#[tokio::test(start_paused = true)]
async fn a_holder_that_is_taken_over_can_do_nothing_more() {
    let mut fenced = 0;
    for seed in 0..3000 {
        let bucket = Bucket::new(BucketFaults {
            conflict: 20,
            lost_reply: 40,
            ..faults(seed)
        });
        let world = Arc::new(SystemWorld::new());
        let old = bucket.store(world.clone(), 0);
        let mut held = old.lock(&holder("old")).await.unwrap();
        let writes = async {
            let mut acknowledged = Vec::new();
            for ordinal in 0..10 {
                match held.append("lin", 0, &[record(ordinal)]).await {
                    Ok(()) => acknowledged.push(ordinal),
                    Err(StoreError::Fenced) => return (acknowledged, true),
                    Err(other) => panic!("seed {seed}: {other}"),
                }
            }
            (acknowledged, false)
        };
        // It thinks that the lease is over: its clock is an hour ahead.
        let new = bucket.store(Arc::new(Ahead(SystemWorld::new())), 60);
        let as_new = holder("new");
        let takes = async {
            let mut taken = match new.lock(&as_new).await {
                Ok(taken) => taken,
                // The old one wrote in between.
                Err(StoreError::Locked(..)) => return None,
                Err(other) => panic!("seed {seed}: {other}"),
            };
            let before = ordinals(&taken.load().await.unwrap().records);
            let mut acknowledged = Vec::new();
            for ordinal in 100..105 {
                taken.append("lin", 0, &[record(ordinal)]).await.unwrap();
                acknowledged.push(ordinal);
            }
            Some((before, acknowledged))
        };
        let ((mut expected, was_fenced), taken) = tokio::join!(writes, takes);
        fenced += u32::from(was_fenced);
        let stored = bucket
            .with(faults(9))
            .store(world, 60)
            .read()
            .await
            .unwrap();
        if let Some((before, acknowledged)) = taken {
            assert!(
                before.starts_with(&expected),
                "seed {seed}: {before:?}, {expected:?}"
            );
            expected = [before, acknowledged].concat();
        }
        assert_eq!(ordinals(&stored.records), expected, "seed {seed}");
    }
    assert!(fenced > 500, "{fenced}");
}

fn state(serial: u64) -> State {
    let mut state = State::new("lin".into());
    state.serial = serial;
    state
}

/// As above, and the one who takes over folds everything into snapshots and
/// deletes what they hold, while a third looks on without a lock. Numbers that
/// become free are not won by the holder that was paused, and nobody ever reads
/// half of a state.
#[tokio::test(start_paused = true)]
async fn what_is_deleted_lets_no_paused_holder_in_and_breaks_no_reader() {
    let (mut fenced, mut read, mut deleted) = (0, 0, 0);
    for seed in 0..2000 {
        let bucket = Bucket::new(BucketFaults {
            conflict: 15,
            lost_reply: 30,
            ..faults(seed)
        });
        let world = Arc::new(SystemWorld::new());
        let old = bucket.store(world.clone(), 0);
        let mut held = old.lock(&holder("old")).await.unwrap();
        held.append("lin", 0, &[record(0)]).await.unwrap();
        let writes = async {
            let mut acknowledged = vec![0];
            for ordinal in 1..8 {
                // Longer and longer pauses, up to far beyond the other's work.
                for _ in 0..ordinal * u32::try_from(seed % 40).unwrap() {
                    tokio::task::yield_now().await;
                }
                match held.append("lin", 0, &[record(ordinal)]).await {
                    Ok(()) => acknowledged.push(ordinal),
                    Err(StoreError::Fenced) => return (acknowledged, true),
                    Err(other) => panic!("seed {seed}: {other}"),
                }
            }
            (acknowledged, false)
        };
        let new = bucket.store(Arc::new(Ahead(SystemWorld::new())), 60);
        let as_new = holder("new");
        let takes = async {
            let mut taken = match new.lock(&as_new).await {
                Ok(taken) => taken,
                Err(StoreError::Locked(..)) => return None,
                Err(other) => panic!("seed {seed}: {other}"),
            };
            let before = ordinals(&taken.load().await.unwrap().records);
            for serial in 1..4 {
                taken
                    .append("lin", serial - 1, &[record(100)])
                    .await
                    .unwrap();
                taken.commit(&state(serial)).await.unwrap();
            }
            taken.append("lin", 3, &[record(200)]).await.unwrap();
            Some(before)
        };
        let looker = bucket.with(faults(seed + 7)).store(world.clone(), 60);
        let looks = async {
            let mut last = (0, 0);
            for _ in 0..6 {
                let stored = looker
                    .read()
                    .await
                    .unwrap_or_else(|why| panic!("seed {seed}: {why}"));
                let serial = stored.state.map_or(0, |state| state.serial);
                let now = (serial, stored.records.len());
                assert!(now >= last, "seed {seed}: {now:?} after {last:?}");
                last = now;
            }
            last.0
        };
        let ((acknowledged, was_fenced), taken, seen) = tokio::join!(writes, takes, looks);
        fenced += u32::from(was_fenced);
        read += u32::from(seen > 0);
        let Some(before) = taken else { continue };
        assert!(
            before.starts_with(&acknowledged),
            "seed {seed}: {before:?}, {acknowledged:?}"
        );
        let again = held.append("lin", 0, &[record(99)]).await;
        assert!(
            matches!(again, Err(StoreError::Fenced)),
            "seed {seed}: {again:?}"
        );
        let stored = bucket
            .with(faults(9))
            .store(world, 60)
            .read()
            .await
            .unwrap();
        assert_eq!(ordinals(&stored.records), [200], "seed {seed}");
        let segments = bucket
            .keys()
            .iter()
            .filter(|key| key.starts_with("segments/"))
            .count();
        deleted += u32::from(segments <= 6);
    }
    assert!(
        fenced > 500 && read > 300 && deleted > 1000,
        "{fenced}, {read}, {deleted}"
    );
}

/// A state that lives long does not grow but by a take-over each time.
#[tokio::test(start_paused = true)]
async fn what_a_snapshot_holds_is_deleted() {
    let bucket = Bucket::new(faults(1));
    let store = bucket.store(Arc::new(SystemWorld::new()), 60);
    for serial in 1..=30 {
        let mut session = store.lock(&holder("a")).await.unwrap();
        session.load().await.unwrap();
        for ordinal in 0..20 {
            session
                .append("lin", serial - 1, &[record(ordinal)])
                .await
                .unwrap();
        }
        session.commit(&state(serial)).await.unwrap();
        session.release().await;
    }
    let keys = bucket.keys();
    let count = |start: &str| keys.iter().filter(|key| key.starts_with(start)).count();
    // 30 take-overs, and the segment of the last snapshot.
    assert_eq!(
        (count("segments/"), count("snapshots/")),
        (31, 1),
        "{keys:?}"
    );
    assert_eq!(store.read().await.unwrap().state.unwrap().serial, 30);
}

/// What could not be written is found by the next run, as long as it fits.
#[tokio::test(start_paused = true)]
async fn what_a_run_could_not_write_is_left_for_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("deep/testament");
    let bucket = Bucket::new(faults(1));
    let world = Arc::new(SystemWorld::new());
    let store = bucket.store(world.clone(), 60).with_testament(&file);
    let mut first = store.lock(&holder("a")).await.unwrap();
    first.commit(&state(4)).await.unwrap();
    assert!(first.inherit(&state(4)).is_empty());
    let left = first.bequeath("lin", 4, vec![record(1), record(2)]);
    assert_eq!(left, Some(file.display().to_string()));
    drop(first);
    let mut next = store.lock(&holder("b")).await.unwrap();
    assert_eq!(ordinals(&next.inherit(&state(4))), [1, 2]);
    assert!(
        next.inherit(&state(5)).is_empty(),
        "another run has been there since"
    );
    let mut other = State::new("other".into());
    other.serial = 4;
    assert!(next.inherit(&other).is_empty());
    next.inherited(&other);
    assert!(file.exists(), "it belongs to another state");
    next.inherited(&state(5));
    assert!(!file.exists());
    next.release().await;
    let mut without = bucket.store(world, 60).lock(&holder("c")).await.unwrap();
    assert_eq!(without.bequeath("lin", 4, vec![record(1)]), None);
}

/// A world whose calendar is an hour ahead.
struct Ahead(SystemWorld);

impl mlplat_core::world::World for Ahead {
    fn now(&self) -> std::time::Duration {
        self.0.now()
    }

    fn unix_time(&self) -> u64 {
        self.0.unix_time() + 3600
    }

    fn sleep(&self, time: std::time::Duration) -> futures::future::BoxFuture<'static, ()> {
        self.0.sleep(time)
    }

    fn random(&self, buffer: &mut [u8]) {
        self.0.random(buffer);
    }

    fn files(&self) -> &dyn mlplat_core::world::Files {
        self.0.files()
    }
}
