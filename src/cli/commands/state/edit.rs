//! Mending the state. No cloud is touched.

use mlplat_core::deploy::PlanOptions;
use mlplat_core::graph::{Graph, Node, NodeKind};
use mlplat_core::provider::{Observed, Target as Sought};
use mlplat_core::state::{Body, Record, State};
use mlplat_core::{NodePath, Problem};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::look::no_object;
use crate::cli::failure::{DONE, Failure};
use crate::cli::session::Session;
use crate::report::text::count;
use crate::target::Target;

/// Gives everything at or below a path another one.
pub(super) async fn mv(session: &Session<'_>, from: &str, to: &str) -> Result<u8, Failure> {
    let (from, to): (NodePath, NodePath) = (from.parse()?, to.parse()?);
    let target = session.target()?;
    let moved = apply(session, &target, |state| {
        let mut records = Vec::new();
        for (birth, object) in &state.objects {
            let Some(below) = object.path.below(&from) else {
                continue;
            };
            let path = match below {
                "" => to.clone(),
                below => {
                    format!("{to}/{below}")
                        .parse()
                        .map_err(|why: mlplat_core::PathError| {
                            Problem::new("bad-path", why.to_string(), "choose a shorter path")
                        })?
                }
            };
            if state
                .objects
                .values()
                .any(|other| other.path == path && !other.old)
            {
                let what = format!("something is at {path} already");
                return Err(Problem::new("path-taken", what, "choose another path"));
            }
            let (deps, soft_deps) = (object.deps.clone(), object.soft_deps.clone());
            records.push(Record::Moved {
                birth: *birth,
                path,
                deps,
                soft_deps,
            });
        }
        if records.is_empty() {
            return Err(no_object(&from, state));
        }
        Ok(records)
    })
    .await?;
    session
        .out
        .note(&format!("{} moved", count(moved, "object")));
    Ok(DONE)
}

/// Forgets everything at or below a path.
pub(super) async fn rm(session: &Session<'_>, path: &str) -> Result<u8, Failure> {
    let path: NodePath = path.parse()?;
    let target = session.target()?;
    let forgotten = apply(session, &target, |state| {
        let below = state
            .objects
            .iter()
            .filter(|(_, object)| object.path.is_within(&path));
        let records: Vec<_> = below
            .map(|(birth, _)| Record::Forgotten { birth: *birth })
            .collect();
        if records.is_empty() {
            return Err(no_object(&path, state));
        }
        Ok(records)
    })
    .await?;
    session.out.note(&format!(
        "{} forgotten; what they stand for stays in the cloud",
        count(forgotten, "object")
    ));
    Ok(DONE)
}

/// Takes an object that exists into the state.
pub(super) async fn import(session: &Session<'_>, path: &str, id: &str) -> Result<u8, Failure> {
    let path: NodePath = path.parse()?;
    let graph = session.graph()?;
    let node = resource(&graph, &path)?;
    let target = session.target()?;
    let sought = Sought {
        ty: node.ty,
        id: id.to_owned(),
        inputs: Map::new(),
        token: String::new(),
    };
    let seen = target
        .providers
        .reader(node.ty.name)
        .map(|reader| async { reader.read(&sought).await });
    let seen = match seen {
        Ok(reading) => reading.await,
        Err(error) => Err(error),
    };
    let seen = seen.map_err(|why| {
        let what = format!("failed to read the {} {id}: {why}", node.ty.name);
        Problem::new("not-imported", what, "name the id of an object that exists")
    })?;
    if seen.token.is_some() {
        return Err(of_a_state(node, id).into());
    }
    apply(session, &target, |state| {
        if state
            .objects
            .values()
            .any(|object| object.path == path && !object.old)
        {
            let what = format!("the state has something at {path} already");
            return Err(Problem::new(
                "path-taken",
                what,
                "`state rm` it first, if the other is right",
            ));
        }
        Ok(vec![imported(state, node, &path, seen)])
    })
    .await?;
    session.out.note(&format!(
        "{path} is {id} now; `plan` shows how it differs from the program"
    ));
    Ok(DONE)
}

/// An object that carries a birth is looked for by it: under another one it
/// would count as gone, and be made a second time.
fn of_a_state(node: &Node, id: &str) -> Problem {
    let what = format!(
        "the {} {id} carries the tag of the state that made it",
        node.ty.name
    );
    let fix = "`state mv` moves an object within its state; to take it over from another one, `state rm` it there and remove its mlplat tags first";
    Problem::new("not-imported", what, fix)
        .on(&node.path)
        .at(node.at.outer)
}

fn resource<'a>(graph: &'a Graph, path: &NodePath) -> Result<&'a Node, Failure> {
    let node = graph.find(path).map(|id| graph.node(id));
    node.filter(|node| matches!(node.kind, NodeKind::Resource))
        .ok_or_else(|| {
            let what = format!("the program has no resource at {path}");
            Problem::new(
                "no-such-node",
                what,
                "`plan` shows the paths of all resources",
            )
            .into()
        })
}

/// Only the fields that the program sets are taken over: the others are not
/// ours. What a service shows of a secret is not either: the plan sets it anew.
fn imported(state: &State, node: &Node, path: &NodePath, seen: Observed) -> Record {
    let ours = seen
        .inputs
        .into_iter()
        .filter(|(name, _)| node.inputs.contains_key(name))
        .filter(|(name, _)| node.ty.field(name).is_some_and(|field| !field.secret));
    let secret = |name: &str| node.ty.output(name).is_some_and(|output| output.secret);
    let outputs = seen.outputs.into_iter().filter(|(name, _)| !secret(name));
    Record::Imported {
        birth: state.next_taken_over(),
        path: path.clone(),
        ty: node.ty.name.to_owned(),
        id: seen.id,
        inputs: body(ours.collect()),
        outputs: body(outputs.collect()),
    }
}

fn body(members: Map<String, Value>) -> Body {
    let text = mlplat_core::plan::canonical_text(&Value::Object(members));
    let json = RawValue::from_string(text).unwrap_or_else(|_| Body::empty().json);
    Body {
        json,
        ..Body::empty()
    }
}

/// Makes an empty state, so that its place is known to work.
pub(super) async fn init(session: &Session<'_>) -> Result<u8, Failure> {
    let target = session.target()?;
    if session.engine(&target).state().await?.is_some() {
        session.out.note(&format!(
            "there is a state in {} already",
            target.store.place()
        ));
        return Ok(DONE);
    }
    apply(session, &target, |_| Ok(Vec::new())).await?;
    session
        .out
        .note(&format!("made an empty state in {}", target.store.place()));
    Ok(DONE)
}

/// Applies records under the lock; how many.
async fn apply(
    session: &Session<'_>,
    target: &Target,
    records: impl FnOnce(&State) -> Result<Vec<Record>, Problem>,
) -> Result<usize, Failure> {
    let options = session.deploy_options(PlanOptions::default());
    let mut applied = 0;
    let edit = |state: &State| {
        let records = records(state)?;
        applied = records.len();
        Ok(records)
    };
    session.engine(target).edit(&options, edit).await?;
    Ok(applied)
}
