//! Looking at the state.

use mlplat_core::state::{Holder, State, StoreError};
use mlplat_core::{NodePath, Problem};
use serde_json::{Value, json};

use crate::cli::failure::{DONE, FAILED, Failure};
use crate::cli::session::Session;
use crate::report::text::clean;

/// `PATH TYPE ID` on each line, nothing when there is nothing.
pub(super) async fn list(session: &Session<'_>) -> Result<u8, Failure> {
    let target = session.target()?;
    let state = session.engine(&target).state().await?.unwrap_or_default();
    if session.global.json {
        let mut objects: Vec<_> = state.objects.values().collect();
        objects.sort_by(|one, other| one.path.cmp(&other.path));
        let each = objects
            .into_iter()
            .map(|object| json!({ "path": object.path, "type": object.ty, "id": object.id }));
        session.out.raw(&format!("{:#}\n", each.collect::<Value>()));
        return Ok(DONE);
    }
    let mut lines: Vec<_> = state
        .objects
        .values()
        .map(|object| {
            format!(
                "{} {} {}\n",
                object.path,
                clean(&object.ty),
                clean(&object.id)
            )
        })
        .collect();
    lines.sort();
    session.out.report(&lines.concat());
    Ok(DONE)
}

/// Everything about one object. Secrets stand there as digests only.
pub(super) async fn show(session: &Session<'_>, path: &str) -> Result<u8, Failure> {
    let path: NodePath = path.parse()?;
    let target = session.target()?;
    let state = session.engine(&target).state().await?.unwrap_or_default();
    let found: Vec<Value> = state
        .objects
        .iter()
        .filter(|(_, object)| object.path == path)
        .map(|(birth, object)| {
            let json = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
            json!({
                "path": object.path, "type": object.ty, "id": object.id, "birth": birth,
                "stage": object.stage, "inputs": json(object.inputs.get()), "outputs": json(object.outputs.get()),
                "holds": object.deps, "leans_on": object.soft_deps,
                "replaced": object.old, "protect": object.protect, "retain": object.retain,
            })
        })
        .collect();
    match found.as_slice() {
        [] => return Err(no_object(&path, &state).into()),
        [one] => session.out.raw(&format!("{one:#}\n")),
        // A replacement stands beside what it replaces until that is deleted.
        several => session.out.raw(&format!("{:#}\n", Value::from(several))),
    }
    Ok(DONE)
}

/// The Problem of a path where the state has nothing.
pub(super) fn no_object(path: &NodePath, state: &State) -> Problem {
    let near: Vec<_> = state
        .objects
        .values()
        .filter(|object| object.path.leaf() == path.leaf() || object.path.is_within(path))
        .map(|object| object.path.to_string())
        .take(5)
        .collect();
    let fix = match near.as_slice() {
        [] => "`state list` shows all paths".to_owned(),
        near => format!("did you mean {}?", near.join(" or ")),
    };
    Problem::new(
        "no-such-object",
        format!("the state has nothing at {path}"),
        fix,
    )
}

/// A file lock ends with its process, so there is nothing to break: either
/// nobody holds it, or someone is at work.
pub(super) async fn unlock(session: &Session<'_>) -> Result<u8, Failure> {
    let target = session.target()?;
    if target.store.read().await?.state.is_none() {
        session.out.report("there is no state, and no lock\n");
        return Ok(DONE);
    }
    let me = Holder {
        who: "mlplat".into(),
        what: "unlock".into(),
        since: target.world.unix_time(),
    };
    match target.store.lock(&me).await {
        Ok(_) => {
            session.out.report("nobody holds the lock\n");
            Ok(DONE)
        }
        Err(StoreError::Locked(holder, age)) => {
            session.out.report(&format!(
                "{} holds the lock for {} since {age} s; it is free as soon as that process ends\n",
                clean(&holder.who),
                clean(&holder.what)
            ));
            Ok(FAILED)
        }
        Err(error) => Err(error.into()),
    }
}
