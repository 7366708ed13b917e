//! A state whose lock is lost, or whose disk no longer takes anything: no two
//! runs write side by side, and what was done is not forgotten.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{io, thread};

use async_trait::async_trait;
use futures::future::BoxFuture;
use mlplat_core::deploy::{Cancel, DeployOptions, Engine, EngineError, Event, Stamped};
use mlplat_core::facts::Type;
use mlplat_core::provider::{
    Find, Made, Observed, Owned, Provider, ProviderError, Providers, Reader, Request, Target,
};
use mlplat_core::state::FileStore;
use mlplat_core::world::{Files, LockGuard, World};
use mlplat_sim::cloud::Cloud;
use mlplat_sim::harness::{ClearKeys, Life, Stage};
use mlplat_sim::local::{Local, LocalOptions};
use mlplat_sim::machine::{Ended, Machine, MemoryFiles, Process, run};
use serde_json::{Map, Value};

use super::types::*;

fn red() -> Stage {
    yard_stage("red", "wind", 1)
}

/// Six, each in the one before: while one is made no other call is on its way.
fn nested() -> Stage {
    Stage::deploy(|stack| {
        let mut outer = stack.add("box0", crate_()).id;
        for number in 1..5 {
            let inner = Crate {
                inside: Some((&outer).into()),
                ..crate_()
            };
            outer = stack.add(&format!("box{number}"), inner).id;
        }
        let inner = Mill {
            inside: Some((&outer).into()),
            ..mill()
        };
        stack.add("mill", inner);
    })
}

/// An account in which something happens after the n-th creation.
struct Then {
    cloud: Arc<Cloud>,
    left: Arc<AtomicUsize>,
    then: Arc<dyn Fn() + Send + Sync>,
}

#[async_trait]
impl Reader for Then {
    fn types(&self) -> &[&'static Type] {
        self.cloud.types()
    }

    async fn read(&self, target: &Target) -> Result<Observed, ProviderError> {
        self.cloud.read(target).await
    }

    async fn find(&self, find: &Find) -> Result<Option<Observed>, ProviderError> {
        self.cloud.find(find).await
    }

    async fn owned(&self, lineage: &str) -> Result<Vec<Owned>, ProviderError> {
        self.cloud.owned(lineage).await
    }

    async fn look_up(
        &self,
        ty: &'static Type,
        inputs: &Map<String, Value>,
    ) -> Result<Map<String, Value>, ProviderError> {
        self.cloud.look_up(ty, inputs).await
    }
}

#[async_trait]
impl Provider for Then {
    async fn create(&self, request: &Request) -> Result<Made, ProviderError> {
        let made = self.cloud.create(request).await?;
        if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            (self.then)();
        }
        Ok(made)
    }

    async fn update(
        &self,
        target: &Target,
        request: &Request,
        fields: &[String],
    ) -> Result<(), ProviderError> {
        self.cloud.update(target, request, fields).await
    }

    async fn delete(&self, target: &Target) -> Result<(), ProviderError> {
        self.cloud.delete(target).await
    }
}

/// Somebody removes the lock file while a run is at work, and a second run
/// begins: it finishes, and the first one is told and writes nothing more.
///
/// Proves fault 11.
#[test]
fn of_two_runs_without_a_lock_one_proceeds() {
    for number in 1..=6 {
        let machine = Machine::default();
        let shared = machine.clone();
        let finished = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&finished);
        let second = move || {
            // A new process is given every lock.
            let machine = shared.clone();
            let other = thread::spawn(move || {
                let calm = scenario("second", vec![]);
                let life = Life {
                    scenario: &calm,
                    machine,
                };
                lives(&life, &nested(), 2);
            });
            other.join().unwrap();
            told.store(true, Ordering::Relaxed);
        };
        let mut first = scenario("first", vec![]);
        let (left, then) = (Arc::new(AtomicUsize::new(number)), Arc::new(second));
        first.wrap = Some(Arc::new(move |cloud| {
            let (left, then) = (Arc::clone(&left), Arc::clone(&then));
            Arc::new(Then { cloud, left, then })
        }));
        let life = Life {
            scenario: &first,
            machine,
        };
        let refused = match life.go(&nested(), 1, 0).ended {
            Ended::Done(Err(error)) => error.to_string(),
            Ended::Done(Ok(deployment)) => panic!("{number}: {deployment:?}"),
            Ended::Killed => panic!("killed"),
        };
        assert!(finished.load(Ordering::Relaxed));
        assert!(
            refused.starts_with("the state was taken over by another run"),
            "{number}: {refused}"
        );
        let calm = scenario("after", vec![]);
        let life = Life {
            scenario: &calm,
            machine: life.machine,
        };
        assert!(lives(&life, &nested(), 3).unchanged, "{number}");
        assert_eq!(life.objects().len(), 6, "{number}");
    }
    println!("figure: 6 of 6 second runs finished, 0 records of the first after them");
}

/// A process whose disk stops syncing files of the state from the n-th sync on.
struct BadDisk {
    process: Arc<Process>,
    files: Failing,
}

struct Failing {
    files: MemoryFiles,
    good: AtomicUsize,
}

impl World for BadDisk {
    fn now(&self) -> Duration {
        self.process.now()
    }

    fn unix_time(&self) -> u64 {
        self.process.unix_time()
    }

    fn sleep(&self, time: Duration) -> BoxFuture<'static, ()> {
        self.process.sleep(time)
    }

    fn random(&self, buffer: &mut [u8]) {
        self.process.random(buffer);
    }

    fn files(&self) -> &dyn Files {
        &self.files
    }
}

impl Files for Failing {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.files.read(path)
    }

    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        self.files.write(path, content)
    }

    fn append(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        self.files.append(path, content)
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        if path.starts_with("state") {
            let take = |good: usize| good.checked_sub(1);
            let good = self
                .good
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
            good.map_err(|_| io::Error::other("the disk is gone"))?;
        }
        self.files.sync(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.files.rename(from, to)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.files.sync_dir(dir)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.files.remove(path)
    }

    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        self.files.create_dir(dir)
    }

    fn lock(&self, path: &Path) -> io::Result<Option<LockGuard>> {
        self.files.lock(path)
    }
}

const REFUGE: &str = "refuge/left";

/// Deploys on a disk that syncs so often; what came of it, and what was told.
fn deploy(machine: &Machine, good: usize) -> (Result<(), EngineError>, Vec<Event>) {
    let told: Mutex<Vec<Event>> = Mutex::default();
    let (_, ended) = run(|| {
        let process = Arc::new(Process::new(machine, 1));
        (process, |process: Arc<Process>| async {
            let world: Arc<dyn World> = Arc::new(BadDisk {
                process,
                files: Failing {
                    files: machine.files.clone(),
                    good: AtomicUsize::new(good),
                },
            });
            let types: [&Type; 2] = [&BOX, &MILL];
            let options = LocalOptions {
                region: "eu-west-1".to_owned(),
                ..LocalOptions::default()
            };
            let local = Local::remembered(&types, world.clone(), &machine.world, &options);
            let store = FileStore::new(world.clone(), "state").with_refuge(REFUGE);
            let providers =
                Providers::default().with(Arc::clone(local.cloud()) as Arc<dyn Provider>);
            let engine = Engine::new(world, Arc::new(store), providers, Arc::new(ClearKeys));
            let context = mlplat_core::graph::Context::new("proof");
            let graph = mlplat_core::Graph::build(context, |stack| yard(stack, "red", "wind", 1));
            let sink = |event: &Stamped| told.lock().unwrap().push(event.event.clone());
            let (options, cancel) = (DeployOptions::default(), Cancel::new());
            engine
                .deploy(&graph.unwrap(), &options, &sink, &cancel, &|_| true)
                .await
        })
    });
    let told = told.into_inner().unwrap();
    match ended {
        Ended::Done(result) => (result.map(drop), told),
        Ended::Killed => panic!("killed"),
    }
}

/// From each sync on: nothing more is started, what was done is left in a
/// place that can be written, and the next run takes it over.
///
/// Proves faults 9 and 10.
#[test]
fn a_disk_that_fails_poisons_the_journal_and_outcomes_are_left_elsewhere() {
    let (mut failed, mut taken) = (0, 0);
    for good in 0.. {
        let machine = Machine::default();
        let (result, _) = deploy(&machine, good);
        let Err(error) = result else { break };
        failed += 1;
        let left = machine.files.read(Path::new(REFUGE)).ok();
        let text = error.to_string();
        assert!(text.contains("the disk is gone"), "{good}: {text}");
        assert_eq!(
            matches!(&error, EngineError::Left { place, .. } if place == REFUGE),
            left.is_some(),
            "{good}: {text}"
        );
        let (again, told) = deploy(&machine, usize::MAX);
        again.unwrap_or_else(|why| panic!("{good}: {why}"));
        // What was begun and is there had its outcome left; what never was may
        // stand in a frame that nobody acknowledged.
        let resolved =
            |event: &&Event| matches!(event, Event::Resolved { found, .. } if found == "it exists");
        if left.is_some() {
            taken += 1;
            assert_eq!(told.iter().filter(resolved).count(), 0, "{good}");
            assert!(machine.files.read(Path::new(REFUGE)).is_err(), "{good}");
        }
        let calm = scenario("after", vec![]);
        let life = Life {
            scenario: &calm,
            machine,
        };
        assert!(lives(&life, &red(), 3).unchanged, "{good}");
        assert_eq!(life.objects().len(), 6, "{good}");
    }
    assert!(
        failed > 8 && taken > 3,
        "{failed} failed, {taken} left something"
    );
    println!(
        "figure: a failed sync at {failed} of {failed} places, {taken} times outcomes left and taken over, 0 lost, 0 objects twice"
    );
}
