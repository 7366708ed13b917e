//! Outputs of one stack, read by another.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use mlplat_core::deploy::{
    Cancel, DeployOptions, Deployment, Engine, EngineError, OtherStacks, OtherState, Outcome,
    PlanOptions, Stamped,
};
use mlplat_core::graph::{Context, Graph, OtherStack};
use mlplat_core::null::{Null, NullId, NullProvider};
use mlplat_core::plan::{Change, Plan};
use mlplat_core::provider::Providers;
use mlplat_core::seal::AgeLock;
use mlplat_core::state::FileStore;
use mlplat_core::wiring::Generated;
use mlplat_core::world::{SystemWorld, World as _};
use mlplat_core::{Output, Problem, Secret, Stack, StackOutputs};

#[derive(StackOutputs, Clone)]
struct NetworkOutputs {
    vpc_id: Output<NullId>,
    #[output("subnet-names")]
    subnets: Output<Vec<String>>,
    peering_key: Output<Secret<String>>,
}

/// As a program from before a change of the struct reads it.
#[derive(StackOutputs)]
struct OldOutputs {
    vpc_id: Output<String>,
}

#[derive(StackOutputs)]
struct MoreOutputs {
    #[allow(dead_code)]
    zone: Output<String>,
}

fn null(value: impl Into<Output<String>>) -> Null {
    Null {
        name: "n".into(),
        value: Some(value.into()),
        after: Vec::new(),
    }
}

fn network(subnets: &'static [&'static str]) -> impl Fn(&mut Stack) {
    move |stack| {
        let vpc = stack.add("vpc", null("10.0.0.0/16"));
        stack.export(&NetworkOutputs {
            vpc_id: vpc.id,
            subnets: subnets
                .iter()
                .map(|name| (*name).to_owned())
                .collect::<Vec<_>>()
                .into(),
            peering_key: Output::generated("peering", Generated::alphanumeric(20)),
        });
        stack.output("note", &Output::<String>::from("not exported"));
    }
}

fn platform(stack: &mut Stack) {
    let network: NetworkOutputs = stack.other("network");
    stack.add("nodes", null(network.subnets.item(0)));
    stack.add("alone", null("x"));
    stack.output("vpc", &network.vpc_id);
    stack.output("key", &network.peering_key);
}

struct Places(tempfile::TempDir);

impl Places {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn engine(&self, stack: &str, env: &str) -> Engine {
        let world: Arc<SystemWorld> = Arc::new(SystemWorld::new());
        let root = self.0.path().to_owned();
        let others = {
            let world = world.clone();
            move |stack: &str, env: &str| {
                if stack == "elsewhere" {
                    return Err(Problem::new("unknown", "nobody knows it", "ask around"));
                }
                let dir = root.join(stack).join(env);
                Ok(OtherState {
                    store: Arc::new(FileStore::new(world.clone(), &dir)),
                    keys: Arc::new(key(&world, &dir)),
                })
            }
        };
        let dir = self.dir(stack, env);
        let keys = key(&world, &dir);
        let store = FileStore::new(world.clone(), &dir);
        let providers = Providers::default()
            .with(Arc::new(NullProvider))
            .with(Arc::new(OtherStacks::new(others)));
        Engine::new(world, Arc::new(store), providers, Arc::new(keys))
    }

    fn dir(&self, stack: &str, env: &str) -> PathBuf {
        self.0.path().join(stack).join(env)
    }

    async fn deploy(
        &self,
        stack: &str,
        options: &DeployOptions,
        program: impl Fn(&mut Stack),
    ) -> Result<Deployment, EngineError> {
        let graph = Graph::build(Context::new(stack), program).unwrap();
        let sink = |_: &Stamped| ();
        let engine = self.engine(stack, "dev");
        engine
            .deploy(&graph, options, &sink, &Cancel::new(), &|_| true)
            .await
    }

    async fn plan(&self, program: impl Fn(&mut Stack)) -> Result<Plan, EngineError> {
        let graph = Graph::build(Context::new("platform"), program).unwrap();
        let engine = self.engine("platform", "dev");
        engine.plan(&graph, &PlanOptions::default()).await
    }

    async fn output(&self, stack: &str, name: &str) -> serde_json::Value {
        let outputs = self.engine(stack, "dev").opened_outputs().await.unwrap();
        outputs[name].value.clone()
    }

    fn everything_on_disk(&self) -> String {
        let mut text = String::new();
        let mut dirs = vec![self.dir("platform", "dev")];
        while let Some(dir) = dirs.pop() {
            for entry in std::fs::read_dir(dir).unwrap() {
                let path = entry.unwrap().path();
                match path.is_dir() {
                    true => dirs.push(path),
                    false => text += &String::from_utf8_lossy(&std::fs::read(path).unwrap()),
                }
            }
        }
        text
    }
}

fn key(world: &Arc<SystemWorld>, dir: &Path) -> AgeLock {
    world.files().create_dir(dir).unwrap();
    AgeLock::local(world.files(), &dir.join("local.key")).unwrap()
}

fn renewing() -> DeployOptions {
    let mut options = DeployOptions::default();
    options.plan.refresh_lookups = true;
    options
}

#[tokio::test(start_paused = true)]
async fn outputs_are_read_pinned_and_renewed_when_asked() {
    let places = Places::new();
    let usual = DeployOptions::default();
    let upstream = places.deploy("network", &usual, network(&["a", "b"])).await;
    assert_eq!(upstream.unwrap().outcome, Outcome::Complete);

    let done = places.deploy("platform", &usual, platform).await.unwrap();
    assert_eq!(done.outcome, Outcome::Complete, "{:?}", done.failed);
    let vpc = places.output("network", "vpc-id").await;
    assert_eq!(places.output("platform", "vpc").await, vpc);
    let key = places.output("network", "peering-key").await;
    assert_eq!(places.output("platform", "key").await, key);
    let outputs = places.engine("platform", "dev").outputs().await.unwrap();
    assert!(outputs["key"].secret && !outputs["vpc"].secret);
    let disk = places.everything_on_disk();
    assert!(!disk.contains(key.as_str().unwrap()));
    assert!(disk.contains(vpc.as_str().unwrap()), "the check can see");

    // The upstream changes: what is pinned holds until it is asked again.
    let changed = places.deploy("network", &usual, network(&["c"])).await;
    assert!(changed.unwrap().failed.is_empty());
    let again = places.plan(platform).await.unwrap();
    assert!(!again.has_changes());
    let renewed = places.deploy("platform", &renewing(), platform).await;
    assert!(!renewed.unwrap().unchanged);
    assert!(places.everything_on_disk().contains("\"c\""));
}

#[tokio::test(start_paused = true)]
async fn a_stack_that_was_not_deployed_is_unknown_and_then_refused() {
    let places = Places::new();
    let plan = places.plan(platform).await.unwrap();
    assert_eq!(plan.counts.create, 2);
    let done = places
        .deploy("platform", &DeployOptions::default(), platform)
        .await
        .unwrap();
    assert_eq!(done.outcome, Outcome::Failed);
    let failed: Vec<_> = done.failed.iter().map(|f| f.message.as_str()).collect();
    let wanted = "the stack network (dev) was not deployed, or exports nothing: deploy it first";
    assert_eq!(failed, [wanted]);
    // What does not depend on it is there.
    let plan = places.plan(platform).await.unwrap();
    let left: Vec<_> = plan
        .changes()
        .map(|p| (p.path.as_str(), p.change))
        .collect();
    assert_eq!(left, [("nodes", Change::Create)]);
}

async fn refused(places: &Places, program: impl Fn(&mut Stack)) -> String {
    places.plan(program).await.err().unwrap().to_string()
}

#[tokio::test(start_paused = true)]
async fn what_does_not_fit_is_refused_at_plan() {
    let places = Places::new();
    let usual = DeployOptions::default();
    let upstream = places.deploy("network", &usual, network(&["a"])).await;
    upstream.unwrap();
    let other_type = refused(&places, |stack| {
        let old: OldOutputs = stack.other("network");
        stack.output("vpc", &old.vpc_id);
    });
    let text = other_type.await;
    assert!(
        text.contains("exports vpc-id as NullId, and it is read as String"),
        "{text}"
    );
    let missing = refused(&places, |stack| {
        let _: MoreOutputs = stack.other("network");
    });
    let text = missing.await;
    assert!(
        text.contains("has no output zone, only note, peering-key, subnet-names, vpc-id"),
        "{text}"
    );
    let nowhere = refused(&places, |stack| {
        let _: MoreOutputs = stack.other("elsewhere");
    });
    let text = nowhere.await;
    assert!(text.contains("nobody knows it; ask around"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn secrets_need_the_key_and_the_rest_does_not() {
    let places = Places::new();
    let usual = DeployOptions::default();
    let upstream = places.deploy("network", &usual, network(&["a"])).await;
    upstream.unwrap();
    std::fs::remove_file(places.dir("network", "dev").join("local.key")).unwrap();
    let text = refused(&places, platform).await;
    assert!(text.contains("keeps peering-key secret"), "{text}");
    assert!(
        text.contains("take peering-key out of the struct"),
        "{text}"
    );

    #[derive(StackOutputs)]
    struct Open {
        vpc_id: Output<NullId>,
    }
    let plan = places.plan(|stack| {
        let open: Open = stack.other("network");
        stack.add("user", null(open.vpc_id.cast::<String>()));
    });
    assert_eq!(plan.await.unwrap().counts.create, 1);
}

#[test]
fn a_stack_does_not_read_itself() {
    let problems = Graph::build(Context::new("network"), |stack: &mut Stack| {
        let _: NetworkOutputs = stack.other("network");
        let shared = OtherStack::<NetworkOutputs>::new("network").env("shared");
        stack.add("shared", shared);
    });
    let text = problems.unwrap_err().to_string();
    assert_eq!(text.matches("own-outputs").count(), 1, "{text}");
}
