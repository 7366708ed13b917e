//! Large programs: nothing recurses, what one step costs does not depend on how
//! many there are, and what is durable is so before anything builds on it.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures::future::BoxFuture;
use mlplat_core::Stack;
use mlplat_core::deploy::{Cancel, DeployOptions, Engine, Stamped};
use mlplat_core::facts::Type;
use mlplat_core::graph::{Context, Graph};
use mlplat_core::null::{NULL, Null, NullHandle, NullProvider};
use mlplat_core::plan::{self, Inputs, SecretBook};
use mlplat_core::provider::{
    Find, Made, Observed, Owned, Provider, ProviderError, Providers, Reader, Request, Target,
};
use mlplat_core::seal::{AgeLock, Keyring};
use mlplat_core::state::{FileStore, Record, State, decode_journal};
use mlplat_core::world::{Files, LockGuard, SystemWorld, World};
use serde_json::{Map, Value};

fn graph(nodes: usize, chained: bool) -> Graph {
    let program = |stack: &mut Stack| {
        let mut before: Option<NullHandle> = None;
        for at in 0..nodes {
            let after = before.iter().map(|handle| (&handle.id).into()).collect();
            let node = Null {
                name: "n".into(),
                value: None,
                after,
            };
            let handle = stack.add(&format!("r{at}"), node);
            before = chained.then_some(handle);
        }
    };
    Graph::build(Context::new("huge"), program).unwrap()
}

/// Proves fault 21.
#[test]
fn a_chain_of_100_000_is_planned_on_a_small_stack() {
    const NODES: usize = 100_000;
    let planned = || {
        let graph = graph(NODES, true);
        let state = State::new("lineage".into());
        let secrets = SecretBook::open(Keyring::draw(&SystemWorld::new()), &state).unwrap();
        let plan = plan::plan(&Inputs {
            graph: &graph,
            state: &state,
            sights: &BTreeMap::new(),
            answers: &HashMap::new(),
            secrets: &secrets,
            types: &|name| (name == NULL.name).then_some(&NULL),
            only: &[],
            orphans: &[],
            destroy: false,
        });
        let plan = plan.unwrap();
        let order: Vec<usize> = plan.steps.order().collect();
        (plan.counts.create, order.first().copied(), order.len())
    };
    let thread = std::thread::Builder::new().stack_size(256 << 10);
    let (create, first, steps) = thread.spawn(planned).unwrap().join().unwrap();
    assert_eq!((create, first, steps), (NODES, Some(0), NODES));
    println!("figure: a chain of 100,000 planned on a stack of 256 KiB");
}

/// The real world, and what was written into the journal.
#[derive(Default)]
struct Counted {
    world: SystemWorld,
    syncs: AtomicUsize,
    largest: AtomicUsize,
    written: AtomicUsize,
}

impl World for Counted {
    fn now(&self) -> Duration {
        self.world.now()
    }

    fn unix_time(&self) -> u64 {
        self.world.unix_time()
    }

    fn sleep(&self, time: Duration) -> BoxFuture<'static, ()> {
        self.world.sleep(time)
    }

    fn random(&self, buffer: &mut [u8]) {
        self.world.random(buffer);
    }

    fn files(&self) -> &dyn Files {
        self
    }
}

impl Files for Counted {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.world.files().read(path)
    }

    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        self.world.files().write(path, content)
    }

    fn append(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        self.written.fetch_add(content.len(), Ordering::Relaxed);
        self.largest.fetch_max(content.len(), Ordering::Relaxed);
        self.world.files().append(path, content)
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        let journal = path.file_name().is_some_and(|name| name == "journal");
        self.syncs
            .fetch_add(usize::from(journal), Ordering::Relaxed);
        // What it costs is the bench's matter.
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.world.files().rename(from, to)
    }

    fn sync_dir(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.world.files().remove(path)
    }

    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        self.world.files().create_dir(dir)
    }

    fn lock(&self, path: &Path) -> io::Result<Option<LockGuard>> {
        self.world.files().lock(path)
    }
}

/// Makes nothing before the journal on disk has what it stands on.
struct Watchful {
    journal: PathBuf,
    looked: Arc<AtomicUsize>,
}

impl Watchful {
    /// The intent of a request, and the outcome of what it comes after.
    fn look(&self, request: &Request) {
        let journal = decode_journal(&std::fs::read(&self.journal).unwrap()).unwrap();
        let begun = journal.records.iter().any(
            |record| matches!(record, Record::Begin { path, .. } if path.as_str() == request.path),
        );
        assert!(begun, "{} has no intent", request.path);
        let after = request.inputs.get("After").and_then(Value::as_array);
        for earlier in after.into_iter().flatten() {
            let done = journal.records.iter().any(
                |record| matches!(record, Record::Done { id: Some(id), .. } if earlier == id.as_str()),
            );
            assert!(done, "{} comes after what is not done", request.path);
            self.looked.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[async_trait]
impl Reader for Watchful {
    fn types(&self) -> &[&'static Type] {
        static TYPES: [&Type; 1] = [&NULL];
        &TYPES
    }

    async fn read(&self, target: &Target) -> Result<Observed, ProviderError> {
        NullProvider.read(target).await
    }

    async fn find(&self, find: &Find) -> Result<Option<Observed>, ProviderError> {
        NullProvider.find(find).await
    }

    async fn owned(&self, lineage: &str) -> Result<Vec<Owned>, ProviderError> {
        NullProvider.owned(lineage).await
    }

    async fn look_up(
        &self,
        ty: &'static Type,
        inputs: &Map<String, Value>,
    ) -> Result<Map<String, Value>, ProviderError> {
        NullProvider.look_up(ty, inputs).await
    }
}

#[async_trait]
impl Provider for Watchful {
    async fn create(&self, request: &Request) -> Result<Made, ProviderError> {
        self.look(request);
        NullProvider.create(request).await
    }

    async fn update(
        &self,
        target: &Target,
        request: &Request,
        fields: &[String],
    ) -> Result<(), ProviderError> {
        NullProvider.update(target, request, fields).await
    }

    async fn delete(&self, target: &Target) -> Result<(), ProviderError> {
        NullProvider.delete(target).await
    }
}

/// Deploys into a folder of its own, and gives what that took.
async fn deployed(graph: &Graph, watch: bool) -> (Arc<Counted>, usize) {
    let dir = tempfile::tempdir().unwrap();
    let world = Arc::new(Counted::default());
    let looked = Arc::new(AtomicUsize::new(0));
    let provider: Arc<dyn Provider> = match watch {
        true => Arc::new(Watchful {
            journal: dir.path().join("journal"),
            looked: looked.clone(),
        }),
        false => Arc::new(NullProvider),
    };
    let keys = AgeLock::local(world.files(), &dir.path().join("key")).unwrap();
    let store = FileStore::new(world.clone(), dir.path());
    let providers = Providers::default().with(provider);
    let engine = Engine::new(world.clone(), Arc::new(store), providers, Arc::new(keys));
    let options = DeployOptions::default();
    let sink = |_: &Stamped| ();
    let cancel = Cancel::new();
    let ended = engine.deploy(graph, &options, &sink, &cancel, &|_| true);
    let ended = ended.await.unwrap();
    assert!(ended.failed.is_empty(), "{:?}", ended.failed);
    assert_eq!(ended.done, graph.nodes().len());
    (world, looked.load(Ordering::Relaxed))
}

/// Proves fault 21.
#[tokio::test]
async fn a_step_costs_as_much_in_a_long_chain_as_in_a_short_one() {
    let mut each = Vec::new();
    for nodes in [200, 2_000] {
        let (world, _) = deployed(&graph(nodes, true), false).await;
        let syncs = world.syncs.load(Ordering::Relaxed);
        // One for each step, and one for the last outcome.
        assert_eq!(syncs, nodes + 1);
        let largest = world.largest.load(Ordering::Relaxed);
        assert!(largest < 1_024, "{largest}");
        each.push(world.written.load(Ordering::Relaxed) as f64 / nodes as f64);
    }
    // Numbers have more digits.
    assert!((each[1] - each[0]).abs() < 16.0, "{each:?}");
    println!(
        "figure: {:.0} bytes of journal a step in a chain of 200, {:.0} in one of 2,000; one sync each",
        each[0], each[1]
    );
}

/// Proves fault 21.
#[tokio::test]
async fn what_can_start_at_once_becomes_durable_together() {
    let (world, _) = deployed(&graph(10_000, false), false).await;
    let syncs = world.syncs.load(Ordering::Relaxed);
    assert!(syncs <= 400, "{syncs}");
    println!("figure: 10,000 resources deployed with {syncs} syncs of the journal");
}

#[tokio::test]
async fn nothing_is_called_before_what_it_stands_on_is_on_disk() {
    let (_, looked) = deployed(&graph(150, true), true).await;
    assert_eq!(looked, 149);
    deployed(&graph(300, false), true).await;
}
