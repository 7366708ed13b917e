//! The simulated account and a state as they lie on disk, and whether the two
//! agree. No process may be at work on them meanwhile.

#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use mlplat::core::state::{State, decode_journal, decode_snapshot};
use mlplat::core::world::{SystemFiles, SystemWorld};
use mlplat::sim::local::{Local, LocalOptions};
use serde_json::{Map, Value, json};

/// One thing in the account or in one of its clusters.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Thing {
    pub(crate) ty: String,
    pub(crate) id: String,
    /// The lineage of the state that made it; empty for nobody's.
    pub(crate) owner: String,
    /// The birth that it carries.
    pub(crate) token: String,
    pub(crate) body: Value,
}

fn open(world: &Path) -> Local {
    let options = LocalOptions {
        region: "eu-west-1".to_owned(),
        ..LocalOptions::default()
    };
    let files = Arc::new(SystemFiles::default());
    Local::open(Arc::new(SystemWorld::new()), files, world, &options).unwrap()
}

/// Everything in the account in a folder.
pub(crate) fn things(world: &Path) -> Vec<Thing> {
    // The clients of clusters want a runtime to be there.
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.unwrap();
    let _inside = runtime.enter();
    let local = open(world);
    let account = local.cloud().objects();
    let mut tokens: BTreeMap<(String, String), String> = BTreeMap::new();
    for object in account {
        tokens.insert((object.ty, object.id), object.token);
    }
    let listed = local.door().list(false).unwrap();
    let text = |body: &Value, at: &str| {
        let found = body.pointer(at).and_then(Value::as_str);
        found.unwrap_or_default().to_owned()
    };
    let label = |name: &str| format!("/metadata/labels/mlplat.dev~1{name}");
    let each = listed.into_iter().map(|thing| {
        let token = tokens.get(&(thing.ty.clone(), thing.id.clone()));
        let derived = ["k8s.Endpoints", "k8s.EndpointSlice"].contains(&thing.ty.as_str());
        let (owner, token) = match token {
            Some(token) => (text(&thing.body, "/lineage"), token.clone()),
            // They carry the labels of the service that they are made of.
            None if derived => Default::default(),
            None => (
                text(&thing.body, &label("lineage")),
                text(&thing.body, &label("birth")),
            ),
        };
        Thing {
            ty: thing.ty,
            id: thing.id,
            owner,
            token,
            body: thing.body,
        }
    });
    each.collect()
}

/// Puts things into an account that are somebody else's, with names as the
/// program's own could be.
pub(crate) fn put_foreign(world: &Path) {
    let local = open(world);
    let put = |ty: &str, inputs: Value| {
        let Value::Object(inputs): Value = inputs else {
            panic!("inputs are a table");
        };
        let types = mlplat::aws::catalog();
        let ty = types.iter().find(|known| known.name == ty).unwrap();
        let inputs: Map<String, Value> = inputs;
        local.cloud().put_foreign(ty, inputs);
    };
    put("ec2.VPC", json!({"CidrBlock": "10.10.0.0/16"}));
    put("s3.Bucket", json!({"BucketName": "zenml-dev-artifacts"}));
    put("iam.Role", json!({"RoleName": "zenml-dev-cluster-role"}));
    put("ec2.EIP", json!({"Domain": "vpc"}));
    put("ecr.Repository", json!({"RepositoryName": "zenml"}));
}

/// Puts one thing there as if this state had made it, though it has not.
pub(crate) fn put_leaked(world: &Path, like: &str) {
    write_again(world, like, |object| {
        object["id"] = format!("{like}-again").into();
        object["key"] = 1_000_000.into();
    });
}

/// Takes the tags off a thing that say whose it is: somebody does so by hand.
pub(crate) fn untag(world: &Path, id: &str) {
    write_again(world, id, |object| {
        let members = object.as_object_mut().unwrap();
        members.remove("lineage");
        members.remove("token");
    });
}

/// Writes a thing of the account down once more, as another one.
fn write_again(world: &Path, id: &str, change: impl FnOnce(&mut Value)) {
    let log = world.join("aws.log");
    let text = std::fs::read_to_string(&log).unwrap();
    let entries = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let entries: Vec<Value> = entries.collect();
    let effects = entries
        .iter()
        .flat_map(|entry| entry["effects"].as_array().unwrap());
    let mut effects = effects.rev();
    let last = effects.find(|effect| effect["put"]["id"] == id);
    let mut effect = last.unwrap().clone();
    change(&mut effect["put"]);
    let now = &entries.last().unwrap()["t"];
    let entry = json!({ "t": now, "effects": [effect] });
    std::fs::write(log, format!("{text}{entry}\n")).unwrap();
}

/// Changes a field of one thing past every engine.
pub(crate) fn edit(world: &Path, id: &str, field: &str, value: Value) {
    open(world).door().set(id, field, value).unwrap();
}

/// Takes one thing away.
pub(crate) fn take_away(world: &Path, id: &str) {
    open(world).door().delete(id).unwrap();
}

/// The state in a folder, with what an interrupted run has left.
pub(crate) fn state(dir: &Path) -> State {
    let bytes = std::fs::read(dir.join("state")).unwrap();
    let mut state = decode_snapshot(&bytes).unwrap();
    let journal = std::fs::read(dir.join("journal")).unwrap_or_default();
    let journal = decode_journal(&journal).unwrap();
    if journal
        .header
        .is_some_and(|header| header.extends == state.serial)
    {
        for record in journal.records {
            state.apply(record);
        }
    }
    state
}

/// The paths that a state knows, with their types.
pub(crate) fn paths(state: &State) -> Vec<String> {
    let mut paths: Vec<String> = state
        .objects
        .values()
        .map(|object| format!("{} {}", object.path, object.ty))
        .collect();
    paths.sort();
    paths
}

/// What is wrong with a state and an account after a run that has come to its
/// end: each object of the state is exactly one live thing that carries its
/// birth, and nothing else carries the state's lineage.
pub(crate) fn complaints(state: &State, things: &[Thing]) -> Vec<String> {
    let mut wrong = Vec::new();
    let ours = |thing: &&Thing| thing.owner == state.lineage;
    let mut standing = 0;
    for (birth, object) in &state.objects {
        let in_account = !["null.", "folder.", "mlplat."]
            .iter()
            .any(|other| object.ty.starts_with(other));
        if !in_account {
            continue;
        }
        standing += 1;
        let token = state.birth(*birth).unwrap().token(&state.lineage);
        let carries = things.iter().filter(ours).filter(|one| one.token == token);
        let live: Vec<&Thing> = carries.collect();
        let fits = |one: &Thing| {
            one.ty == object.ty && (one.id == object.id || one.id.ends_with(&object.id))
        };
        if live.len() != 1 || !fits(live[0]) {
            let ids: Vec<&str> = live.iter().map(|one| one.id.as_str()).collect();
            wrong.push(format!(
                "{} ({} {}) is {ids:?}",
                object.path, object.ty, object.id
            ));
        }
    }
    let owned = things.iter().filter(ours).count();
    if owned != standing {
        wrong.push(format!("{owned} things are ours, and {standing} are known"));
    }
    if !state.open.is_empty() {
        wrong.push(format!("{} intents are open", state.open.len()));
    }
    wrong
}

/// What of somebody else's is not as it was.
pub(crate) fn touched(before: &[Thing], now: &[Thing]) -> Vec<String> {
    let changed = before.iter().filter(|thing| !now.contains(thing));
    changed
        .map(|thing| format!("{} {}", thing.ty, thing.id))
        .collect()
}
