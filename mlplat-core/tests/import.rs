//! Objects that exist, taken into a state by a record.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::path::Path;
use std::sync::Arc;

use mlplat_core::deploy::{Cancel, DeployOptions, Engine, Stamped};
use mlplat_core::graph::{Context, Graph};
use mlplat_core::null::{Null, NullProvider};
use mlplat_core::provider::Providers;
use mlplat_core::seal::AgeLock;
use mlplat_core::state::{BirthId, Body, FileStore, Record, Stage, State};
use mlplat_core::world::{SystemWorld, World};
use serde_json::json;
use serde_json::value::RawValue;

fn engine(dir: &Path) -> Engine {
    let world: Arc<dyn World> = Arc::new(SystemWorld::new());
    let keys = AgeLock::local(world.files(), &dir.join("local.key")).unwrap();
    let store = FileStore::new(Arc::clone(&world), dir);
    let providers = Providers::default().with(Arc::new(NullProvider));
    Engine::new(world, Arc::new(store), providers, Arc::new(keys))
}

fn program(value: &str) -> Graph {
    let program = |stack: &mut mlplat_core::Stack| {
        let one = Null {
            name: "one".into(),
            value: Some(value.into()),
            after: Vec::new(),
        };
        let one = stack.add("one", one);
        stack.output("id", &one.id);
    };
    Graph::build(Context::new("import"), program).unwrap()
}

fn body(members: &serde_json::Value) -> Body {
    Body {
        json: RawValue::from_string(members.to_string()).unwrap(),
        ..Body::empty()
    }
}

fn imported(state: &State) -> Record {
    Record::Imported {
        birth: BirthId {
            serial: state.serial + 1,
            ordinal: state.next_ordinal,
        },
        path: "one".parse().unwrap(),
        ty: "null.Resource".to_owned(),
        id: "null-by-hand".to_owned(),
        inputs: body(&json!({"After": [], "Name": "one", "Value": "old"})),
        outputs: body(&json!({"Id": "null-by-hand"})),
    }
}

#[tokio::test]
async fn an_imported_object_is_ready_and_changed_in_place() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(dir.path());
    let options = DeployOptions::default();
    let import = |state: &State| Ok(vec![imported(state)]);
    engine.edit(&options, import).await.unwrap();

    let state = engine.state().await.unwrap().unwrap();
    let (birth, object) = state.objects.iter().next().unwrap();
    assert_eq!((state.serial, state.objects.len()), (1, 1));
    assert_eq!((birth.serial, object.id.as_str()), (1, "null-by-hand"));
    assert_eq!(object.stage, Stage::Ready);
    assert!(!object.old && !object.protect && object.deps.is_empty());

    // As it is, there is only the program to remember.
    let (old, new) = (program("old"), program("new"));
    let plan = engine.plan(&old, &options.plan).await.unwrap();
    assert!(!plan.has_changes());
    let plan = engine.plan(&new, &options.plan).await.unwrap();
    assert_eq!((plan.counts.update, plan.counts.create), (1, 0));
    let ignore = |_: &Stamped| {};
    let cancel = Cancel::new();
    let deployed = engine.deploy(&new, &options, &ignore, &cancel, &|_| true);
    assert_eq!(deployed.await.unwrap().done, 1);
    let state = engine.state().await.unwrap().unwrap();
    let (again, object) = state.objects.iter().next().unwrap();
    assert_eq!((again, object.id.as_str()), (birth, "null-by-hand"));
    let outputs = engine.outputs().await.unwrap();
    assert_eq!(outputs["id"].value, json!("null-by-hand"));
}
