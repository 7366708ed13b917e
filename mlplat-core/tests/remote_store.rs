//! The remote protocol on the model bucket: conformance under every fault, and
//! two writers in seeded interleavings.

// The helpers of a test fail as the test does.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::sync::Arc;

use mlplat_core::state::remote_model::{Bucket, BucketFaults};
use mlplat_core::state::{BirthId, Holder, Record, StateStore, StoreError, conformance};
use mlplat_core::world::SystemWorld;

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
            let store = Bucket::new(faults).store(Arc::new(SystemWorld::new()), 60);
            if let Err(why) = conformance::run(&store).await {
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
