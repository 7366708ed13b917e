//! A holder that is paused past its lease, at every point of its run: another
//! takes over and ends its own run; then the first goes on. It can write
//! nothing more, whatever the clocks say, and what its last call left behind
//! is gone after the next run.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use mlplat_core::deploy::{Engine, EngineError, Outcome};
use mlplat_core::state::remote::RemoteStore;
use mlplat_core::state::remote_model::{Bucket, BucketFaults};
use mlplat_core::state::{StateStore as _, StoreError, encode_snapshot};
use mlplat_core::world::World as _;
use mlplat_sim::cloud::Cloud;
use mlplat_sim::machine::{Machine, Process};

use super::brake::{Brake, BrakedBucket, BrakedCloud, Skewed, Written};
use super::proving;
use super::scene::{self, RED, Wanted, deploy, ids, in_process};

/// Seconds after which a lease may be taken over.
pub const TTL: u64 = 60;

/// Where several engines meet.
pub struct Meeting {
    pub process: Arc<Process>,
    pub cloud: Arc<Cloud>,
    pub bucket: Bucket,
    pub written: Written,
}

impl Meeting {
    pub fn new(process: Arc<Process>, seed: u64, faults: BucketFaults) -> Self {
        Self {
            cloud: scene::cloud(process.clone(), seed),
            bucket: Bucket::new(faults),
            written: Written::default(),
            process,
        }
    }

    /// An engine of another process, which knows nothing of the others.
    pub fn engine(&self, who: &'static str, ahead_s: i64, brake: &Arc<Brake>) -> Engine {
        let world = Arc::new(Skewed {
            world: self.process.clone(),
            ahead_s,
        });
        let objects = BrakedBucket {
            bucket: self.bucket.clone(),
            brake: brake.clone(),
            who,
            written: self.written.clone(),
        };
        let provider = BrakedCloud {
            cloud: self.cloud.clone(),
            brake: brake.clone(),
        };
        let store = RemoteStore::new(Arc::new(objects), world.clone(), TTL);
        scene::engine(world, store, Arc::new(provider))
    }

    /// Deploys calmly, to a complete end.
    pub async fn calm(&self, wanted: Wanted) -> Result<bool, String> {
        let engine = self.engine("calm", 0, &Brake::at(0));
        let deployed = deploy(&engine, wanted, "calm").await;
        let deployment = deployed.map_err(|why| format!("a calm run: {why}"))?;
        if deployment.outcome != Outcome::Complete {
            return Err(format!("a calm run failed: {:?}", deployment.failed));
        }
        Ok(deployment.unchanged)
    }

    /// The state as it is stored: snapshot, and records on top of it.
    pub async fn stored(&self) -> Result<(Vec<u8>, usize), String> {
        let store = self.bucket.store(self.process.clone(), TTL);
        let stored = store.read().await.map_err(|why| why.to_string())?;
        let state = stored.state.unwrap_or_default();
        let bytes = encode_snapshot(&state).map_err(|why| why.to_string())?;
        Ok((bytes, stored.records.len()))
    }

    /// After the next run, which sweeps, each node stands for one object and
    /// the run after that has nothing to do.
    pub async fn settles(&self, wanted: Wanted) -> Result<(), String> {
        self.calm(wanted).await?;
        let objects = ids(&self.cloud);
        if objects.len() != wanted.count() {
            return Err(format!("{} nodes and {objects:?}", wanted.count()));
        }
        match self.calm(wanted).await? {
            true => Ok(()),
            false => Err("the run after the sweep had something to do".to_owned()),
        }
    }
}

/// What the one that is paused is doing, from where, and what the other one
/// wants.
const RUNS: [(Wanted, Wanted, Wanted); 4] = [
    (Wanted::Nothing, RED, RED),
    (RED, KINDS, RED),
    (RED, BLUE, BLUE),
    (RED, Wanted::Nothing, KINDS),
];

const KINDS: Wanted = Wanted::Small {
    color: "red",
    kind: "water",
    size: 2,
};
const BLUE: Wanted = Wanted::Small {
    color: "blue",
    kind: "wind",
    size: 1,
};

/// How far the clocks of the two are ahead.
const CLOCKS: [(i64, i64); 3] = [(0, 0), (3600, -3600), (-3600, 3600)];

#[derive(Debug, Clone, Copy)]
struct Case {
    run: usize,
    clocks: (i64, i64),
    seed: u64,
    at: u64,
}

#[derive(Debug, Default)]
struct Seen {
    paused: u64,
    /// Runs that had something left to write when they went on.
    fenced: u64,
}

/// Where the first one was when it was paused.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Paused {
    Never,
    BeforeItsLock,
    WithWritesLeft,
    AtItsEnd,
}

async fn lived(process: Arc<Process>, case: Case) -> Result<Paused, String> {
    let faults = BucketFaults {
        seed: case.seed,
        lost_reply: 20,
        conflict: 20,
        ..BucketFaults::default()
    };
    let meeting = Meeting::new(process, case.seed, faults);
    let (before, first_wants, second_wants) = RUNS[case.run];
    if before != Wanted::Nothing {
        meeting.calm(before).await?;
    }
    let brake = Brake::at(case.at);
    let first = meeting.engine("first", case.clocks.0, &brake);
    let second = meeting.engine("second", case.clocks.1, &Brake::at(0));
    let pausing = brake.run(deploy(&first, first_wants, "first"));
    let taking_over = async {
        brake.reached().await;
        if brake.is_over() {
            return Ok(None);
        }
        let took = take_over(&meeting, &second, second_wants).await;
        let stored = meeting.stored().await;
        let mark = meeting
            .written
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len();
        brake.let_go();
        took.map_err(|why| format!("the second: {why}"))?;
        Ok(Some((stored?, mark)))
    };
    let (first, taken) = tokio::join!(pausing, taking_over);
    let taken: Result<_, String> = taken;
    let Some((stored, mark)) = taken? else {
        return Ok(Paused::Never);
    };
    let held = wrote(&meeting, ..mark, &|key| key.starts_with("segments/")).is_some();
    if held {
        // Its own segment, written again because the reply was lost, is one
        // that the second has read; it counts no more.
        let again = |key: &str| wrote(&meeting, ..mark, &|earlier| earlier == key).is_some();
        let counts = |key: &str| key == "lease" || key.starts_with("segments/") && !again(key);
        if let Some(key) = wrote(&meeting, mark.., &counts) {
            return Err(format!("the first wrote {key} after the second took over"));
        }
        if meeting.stored().await? != stored {
            return Err("the state is not as the second left it".to_owned());
        }
    }
    let fenced = match first {
        Err(EngineError::Store(StoreError::Fenced | StoreError::Locked(..))) => true,
        // Its own run was over before the pause and only the release was left,
        // or it had not begun and came after the other in good order.
        Ok(_) => false,
        Err(other) => return Err(format!("the first: {other}")),
    };
    meeting.settles(second_wants).await?;
    Ok(match (held, fenced) {
        (false, _) => Paused::BeforeItsLock,
        (true, true) => Paused::WithWritesLeft,
        (true, false) => Paused::AtItsEnd,
    })
}

/// The first key of some kind that the first one wrote in a part of the story.
fn wrote(
    meeting: &Meeting,
    part: impl std::slice::SliceIndex<[(&'static str, String)], Output = [(&'static str, String)]>,
    kind: &dyn Fn(&str) -> bool,
) -> Option<String> {
    let written = meeting
        .written
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let mut own = written[part].iter().filter(|(who, _)| *who == "first");
    own.find(|(_, key)| kind(key)).map(|(_, key)| key.clone())
}

/// Comes when the lease is over by the true clock, and waits as long as its own
/// clock says that it is not.
async fn take_over(meeting: &Meeting, second: &Engine, wanted: Wanted) -> Result<(), EngineError> {
    for waits in [TTL + 1, 1_800, 1_800, 1_800, 1_800] {
        meeting.process.sleep(Duration::from_secs(waits)).await;
        match deploy(second, wanted, "second").await {
            Err(EngineError::Store(StoreError::Locked(..))) => {}
            other => return other.map(drop),
        }
    }
    deploy(second, wanted, "second").await.map(drop)
}

fn pauses(seeds: std::ops::Range<u64>, every: u64) -> Seen {
    let mut seen = Seen::default();
    for seed in seeds {
        for run in 0..RUNS.len() {
            for clocks in CLOCKS {
                let mut at = 1 + seed % every;
                loop {
                    let case = Case {
                        run,
                        clocks,
                        seed,
                        at,
                    };
                    let machine = Machine::default();
                    let lived = in_process(&machine, seed + 1, |process| lived(process, case));
                    match lived.unwrap_or_else(|why| panic!("{case:?}: {why}")) {
                        Paused::Never => break,
                        Paused::BeforeItsLock => {}
                        Paused::AtItsEnd => seen.paused += 1,
                        Paused::WithWritesLeft => {
                            seen.paused += 1;
                            seen.fenced += 1;
                        }
                    }
                    at += every;
                }
            }
        }
    }
    seen
}

/// Proves fault 12.
#[test]
fn a_paused_holder_can_write_nothing_more() {
    let mut seen = Seen::default();
    if proving() {
        for seed in 0.. {
            let more = pauses(seed..seed + 1, 1);
            seen.paused += more.paused;
            seen.fenced += more.fenced;
            if seen.paused >= 120_000 {
                break;
            }
        }
    } else {
        seen = pauses(1..3, 7);
    }
    assert!(
        seen.paused > 300 && seen.fenced * 10 > seen.paused * 6,
        "{seen:?}"
    );
    println!(
        "figure: {} pauses, clocks up to 2 h apart, {} fenced with writes left, 0 stale writes, 0 duplicates",
        seen.paused, seen.fenced
    );
}
