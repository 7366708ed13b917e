//! Secrets at rest: whether two are equal shows nowhere, and who opens a state
//! can be changed.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use mlplat_core::deploy::{Cancel, DeployOptions, Engine, EngineError, PlanOptions, Stamped};
use mlplat_core::facts::{
    OnChange, OutputFact, Recovery, Refs, TYPE, Tagging, Type, f, instant, opt,
};
use mlplat_core::graph::{Context, Graph};
use mlplat_core::plan::Plan;
use mlplat_core::provider::{
    Find, Made, Observed, Owned, Provider, ProviderError, Providers, Reader, Request, Status,
    Target,
};
use mlplat_core::seal::{AgeLock, Keyring, SealError};
use mlplat_core::state::FileStore;
use mlplat_core::wiring::{Generated, Plain};
use mlplat_core::world::{SystemWorld, World as _};
use mlplat_core::{Output, Resource, Secret, Stack};
use proptest::prelude::*;
use serde_json::{Map, Value};

static SAFE: Type = Type {
    name: "test.Safe",
    provider: "test",
    recovery: Recovery::UniqueName,
    token: true,
    tags: Tagging::Never,
    fields: &[
        f("Name", OnChange::InPlace, Refs::No),
        opt("Value", OnChange::InPlace).secret(),
        opt("Values", OnChange::InPlace).secret(),
    ],
    outputs: &[
        OutputFact::fixed("Id", "safe-{hex32}"),
        OutputFact {
            secret: true,
            ..OutputFact::fixed("Key", "{hex32}")
        },
    ],
    create: instant(0),
    update: instant(0),
    delete: instant(0),
    ..TYPE
};

#[derive(Resource, Clone)]
#[resource(facts = SAFE, handle = SafeHandle { id: String, key: Secret<String> })]
struct Safe {
    name: Output<String>,
    value: Option<Output<Secret<String>>>,
    values: BTreeMap<String, Output<Secret<String>>>,
}

/// It agrees with whatever is asked of it and shows no secret again.
struct Safes;

fn seen(id: &str, inputs: &Map<String, Value>, token: &str) -> Observed {
    let mut inputs = inputs.clone();
    inputs.retain(|name, _| name == "Name");
    let outputs = [("Id", id), ("Key", token)];
    Observed {
        id: id.to_owned(),
        status: Status::Ready,
        inputs,
        outputs: outputs
            .map(|(name, value)| (name.to_owned(), Value::from(value)))
            .into_iter()
            .collect(),
        token: Some(token.to_owned()),
    }
}

#[async_trait]
impl Reader for Safes {
    fn types(&self) -> &[&'static Type] {
        static TYPES: [&Type; 1] = [&SAFE];
        &TYPES
    }

    async fn read(&self, target: &Target) -> Result<Observed, ProviderError> {
        Ok(seen(&target.id, &target.inputs, &target.token))
    }

    async fn find(&self, _: &Find) -> Result<Option<Observed>, ProviderError> {
        Ok(None)
    }

    async fn owned(&self, _: &str) -> Result<Vec<Owned>, ProviderError> {
        Ok(Vec::new())
    }

    async fn look_up(
        &self,
        ty: &'static Type,
        _: &Map<String, Value>,
    ) -> Result<Map<String, Value>, ProviderError> {
        Err(ProviderError::gone(ty.name))
    }
}

#[async_trait]
impl Provider for Safes {
    async fn create(&self, request: &Request) -> Result<Made, ProviderError> {
        let id = format!("safe-{}", request.token);
        let now = seen(&id, &request.inputs, &request.token);
        Ok(Made { id, now: Some(now) })
    }

    async fn update(&self, _: &Target, _: &Request, _: &[String]) -> Result<(), ProviderError> {
        Ok(())
    }

    async fn delete(&self, target: &Target) -> Result<(), ProviderError> {
        Err(ProviderError::gone(&target.id))
    }
}

/// A program with a secret in each of its places: two provided ones, one of
/// them in a map, a generated one, and what the provider gives.
fn graph(one: &str, two: &str) -> Graph {
    let provided = |text: &str| -> Output<Secret<String>> { Secret::provided(text.into()).into() };
    let (one, two) = (provided(one), provided(two));
    let program = |stack: &mut Stack| {
        let safe = Safe {
            name: "a".into(),
            value: Some(one.clone()),
            values: BTreeMap::from([("inner".to_owned(), two.clone())]),
        };
        let first = stack.add("first", safe);
        let second = Safe {
            name: "b".into(),
            value: Some(two.clone()),
            values: BTreeMap::from([("key".to_owned(), first.key.clone())]),
        };
        stack.add("second", second);
        let drawn = Output::generated("drawn", Generated::alphanumeric(32));
        stack.output("drawn", &drawn);
        stack.output("one", &one);
        stack.output("two", &two);
    };
    Graph::build(Context::new("safes"), program).unwrap()
}

fn engine(dir: &Path, keys: AgeLock) -> Engine {
    let world = Arc::new(SystemWorld::new());
    let store = FileStore::new(world.clone(), dir);
    let providers = Providers::default().with(Arc::new(Safes));
    Engine::new(world, Arc::new(store), providers, Arc::new(keys))
}

async fn deploy(engine: &Engine, graph: &Graph) -> Result<(), EngineError> {
    let options = DeployOptions::default();
    let sink = |_: &Stamped| ();
    let cancel = Cancel::new();
    let ended = engine.deploy(graph, &options, &sink, &cancel, &|_| true);
    let ended = ended.await?;
    assert!(ended.failed.is_empty(), "{:?}", ended.failed);
    Ok(())
}

async fn plan(engine: &Engine, graph: &Graph) -> Result<Plan, EngineError> {
    engine.plan(graph, &PlanOptions::default()).await
}

/// Everything that is kept, but for who holds the lock.
fn kept(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(dir).unwrap().map(Result::unwrap);
    let named = entries.map(|entry| (entry.file_name().into_string().unwrap(), entry.path()));
    named
        .filter(|(name, _)| name != "holder" && name != "lock")
        .map(|(name, path)| (name, std::fs::read(path).unwrap()))
        .collect()
}

/// The digests of the secrets in a text, in order.
fn digests(text: &str) -> Vec<String> {
    let parts = text.split("$mlplat:secret\":\"").skip(1);
    parts.map(|part| part[..32].to_owned()).collect()
}

/// A text in which what is random, or a digest, is one letter.
fn shape(text: &str) -> String {
    let (mut out, mut run) = (String::new(), String::new());
    for letter in text.chars().chain(['\n']) {
        if letter.is_ascii_alphanumeric() || letter == '+' || letter == '/' {
            run.push(letter);
            continue;
        }
        let random = run.len() >= 16 && !run.contains("secret");
        out.push_str(if random { "*" } else { &run });
        out.push(letter);
        run.clear();
    }
    out
}

async fn traces(one: &str, two: &str) -> (Vec<String>, Vec<String>) {
    let dir = tempfile::tempdir().unwrap();
    let passphrase = AgeLock::local(SystemWorld::new().files(), &dir.path().join("key")).unwrap();
    let engine = engine(dir.path(), passphrase);
    let graph = graph(one, two);
    let before = plan(&engine, &graph).await.unwrap();
    deploy(&engine, &graph).await.unwrap();
    let after = plan(&engine, &graph).await.unwrap();
    assert!(!after.has_changes(), "{after:?}");
    let state = String::from_utf8(kept(dir.path())["state"].clone()).unwrap();
    let shown = [
        format!("{:?}", before.planned),
        format!("{:?}", after.planned),
        before.program.clone(),
        state.clone(),
    ];
    // Clocks and lengths of the header are no secret's.
    let body = state.split_once('\n').unwrap().1;
    let numbers = |text: &str| text.replace(|letter: char| letter.is_ascii_digit(), "0");
    let shapes = [
        numbers(&shape(&shown[0])),
        numbers(&shape(&shown[1])),
        shown[2].clone(),
        numbers(&shape(body)),
    ];
    (shapes.into(), digests(&state))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Proves fault 13.
    #[test]
    fn whether_two_secrets_are_equal_shows_nowhere(one in "[a-zA-Z0-9+/=\"]{24}", two in "[a-zA-Z0-9+/=\"]{24}") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (equal, other) = runtime.block_on(async {
            (traces(&one, &one).await, traces(&one, &two).await)
        });
        prop_assert_eq!(&equal.0, &other.0);
        // Four places of provided secrets, one of a secret output, in inputs
        // and outputs: each has a digest of its own.
        for (_, digests) in [&equal, &other] {
            let different: BTreeSet<&String> = digests.iter().collect();
            prop_assert!(digests.len() >= 8, "{}", digests.len());
            prop_assert_eq!(different.len(), digests.len());
        }
    }
}

fn identity(world: &SystemWorld, dir: &Path, name: &str) -> AgeLock {
    AgeLock::local(world.files(), &dir.join(name)).unwrap()
}

fn passphrase(text: &str) -> AgeLock {
    AgeLock::default().passphrase(&Plain::new(text.into()))
}

async fn in_clear(engine: &Engine) -> Vec<Value> {
    let outputs = engine.opened_outputs().await.unwrap();
    outputs.into_values().map(|output| output.value).collect()
}

/// Proves fault 13.
#[tokio::test]
async fn other_keys_open_a_state_and_nothing_else_changes() {
    let (dir, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let world = SystemWorld::new();
    let graph = graph("the first secret", "the other secret");
    let key = |name: &str| identity(&world, keys.path(), name);
    let old = engine(dir.path(), key("old"));
    deploy(&old, &graph).await.unwrap();
    let clear = in_clear(&old).await;
    let mut sealed = digests(&String::from_utf8(kept(dir.path())["state"].clone()).unwrap());
    for (anew, from, to) in [(false, "old", "new"), (true, "new", "newest")] {
        let options = DeployOptions::default();
        let opener = engine(dir.path(), key(from));
        opener.rekey(&options, &key(to), anew).await.unwrap();
        let now = engine(dir.path(), key(to));
        assert!(!plan(&now, &graph).await.unwrap().has_changes());
        assert_eq!(in_clear(&now).await, clear);
        let state = String::from_utf8(kept(dir.path())["state"].clone()).unwrap();
        // With a keyring of its own every digest is another one.
        let digests = digests(&state);
        assert_eq!(digests.len(), sealed.len());
        let same = digests.iter().filter(|digest| sealed.contains(digest));
        assert_eq!(same.count(), if anew { 0 } else { sealed.len() });
        sealed = digests;
        let before = kept(dir.path());
        let refused = plan(&opener, &graph).await.unwrap_err();
        assert!(
            matches!(refused, EngineError::Seal(SealError::NoIdentity)),
            "{refused}"
        );
        let refused = deploy(&opener, &graph).await.unwrap_err();
        assert!(
            matches!(refused, EngineError::Seal(SealError::NoIdentity)),
            "{refused}"
        );
        assert_eq!(kept(dir.path()), before);
    }
    println!("figure: a state opened by 3 keys one after the other, with the same secrets");
}

/// Proves fault 13.
#[tokio::test]
async fn a_lost_key_overwrites_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let graph = graph("the first secret", "the other secret");
    deploy(&engine(dir.path(), passphrase("right")), &graph)
        .await
        .unwrap();
    let before = kept(dir.path());
    let lost = [
        ("no key", AgeLock::default()),
        ("another passphrase", passphrase("wrong")),
    ];
    for (what, keys) in lost {
        let locked_out = engine(dir.path(), keys);
        let options = DeployOptions::default();
        let refused = [
            plan(&locked_out, &graph).await.err(),
            deploy(&locked_out, &graph).await.err(),
            locked_out
                .rekey(&options, &passphrase("mine"), false)
                .await
                .err(),
            locked_out.edit(&options, |_| Ok(Vec::new())).await.err(),
            locked_out.opened_outputs().await.err(),
        ];
        for error in refused {
            let said = error
                .unwrap_or_else(|| panic!("{what} opened it"))
                .to_string();
            assert!(said.contains("nothing was changed"), "{what}: {said}");
        }
        assert_eq!(kept(dir.path()), before, "{what}");
    }
    println!("figure: 10 refusals without the key, 0 bytes written");
}

/// Proves fault 13.
#[tokio::test]
async fn recipients_write_a_new_state_and_compare_with_none() {
    let dir = tempfile::tempdir().unwrap();
    let recipient = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";
    let owner = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33";
    let graph = graph("the first secret", "the other secret");
    let writer = || {
        engine(
            dir.path(),
            AgeLock::default().recipients([recipient]).unwrap(),
        )
    };
    deploy(&writer(), &graph).await.unwrap();
    let before = kept(dir.path());
    let refused = plan(&writer(), &graph).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the keys at hand can seal the state's secrets and not open them\n  do   set MLPLAT_AGE_IDENTITY too: recipients alone can write a new state and not compare with one; nothing was changed"
    );
    assert_eq!(kept(dir.path()), before);
    let owner = AgeLock::default()
        .identity(&Plain::new(owner.into()))
        .unwrap();
    assert!(
        !plan(&engine(dir.path(), owner), &graph)
            .await
            .unwrap()
            .has_changes()
    );
}

/// A search that finds nothing shows nothing: two places with one digest are
/// told apart from two with two.
#[test]
fn one_digest_in_two_places_would_be_seen() {
    let keyring = Keyring::draw(&SystemWorld::new());
    let plain = Plain::new("hunter2".into());
    let text = |places: [&str; 2]| {
        let digest = places.map(|place| keyring.digest(place, &plain));
        format!(
            "{{\"$mlplat:secret\":\"{}\"}}{{\"$mlplat:secret\":\"{}\"}}",
            digest[0], digest[1]
        )
    };
    let different = |text: &str| digests(text).into_iter().collect::<BTreeSet<_>>().len();
    assert_eq!(different(&text(["a", "a"])), 1);
    assert_eq!(different(&text(["a", "b"])), 2);
    assert_eq!(shape("\"id\":\"0123456789abcdef0\""), "\"id\":\"*\"\n");
}
