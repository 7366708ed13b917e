//! `doctor`: whether everything is there that a run needs.
//!
//! Every check looks and none changes anything, but for a file that is written
//! into the state's folder and taken away again.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use mlplat_core::deploy::EngineError;
use mlplat_core::graph::NodeKind;
use mlplat_core::state::{Holder, Stage, State, StoreError, Stored};

use crate::cli::args::TargetName;
use crate::cli::failure::{DONE, FAILED, Failure};
use crate::cli::session::Session;
use crate::report::text::{clean, count};
use crate::report::{Check, checks_text};
use crate::target::Target;

pub(crate) async fn doctor(session: &Session<'_>) -> Result<u8, Failure> {
    let mut checks = vec![program(session), terminal(session)];
    checks.extend(environment());
    match session.target() {
        Err(Failure(text)) => checks.push(Check::broken("target", &text)),
        Ok(target) => {
            checks.push(target_itself(session, &target));
            checks.push(folder(&target));
            checks.push(lock(&target).await);
            state(&target, &mut checks).await;
        }
    }
    session.out.report(&checks_text(&checks));
    let broken = checks.iter().any(Check::is_broken);
    Ok(if broken { FAILED } else { DONE })
}

fn program(session: &Session<'_>) -> Check {
    match session.graph() {
        Err(Failure(text)) => Check::broken("program", &text),
        Ok(graph) => {
            let is_resource = |kind: &NodeKind| matches!(kind, NodeKind::Resource);
            let resources = graph.nodes().iter().filter(|node| is_resource(&node.kind));
            let what = format!(
                "{}, {}, {}",
                count(resources.count(), "resource"),
                count(graph.outputs().len(), "output"),
                count(graph.settings().len(), "setting")
            );
            Check::ok("program", &what)
        }
    }
}

fn terminal(session: &Session<'_>) -> Check {
    if session.out.can_ask() {
        return Check::ok("terminal", "questions can be answered");
    }
    let what = if std::io::stdin().is_terminal() {
        "standard error is none: progress comes as lines, and no question can be asked"
    } else {
        "there is none: progress comes as lines, and no question can be asked"
    };
    Check::note(
        "terminal",
        what,
        "a target that asks needs --yes; --step needs a terminal",
    )
}

/// Variables that nobody reads: a misspelled one has no effect, silently.
fn environment() -> Option<Check> {
    const KNOWN: [&str; 9] = [
        "MLPLAT_AGE_RECIPIENTS",
        "MLPLAT_AGE_IDENTITY",
        "MLPLAT_AGE_PASSPHRASE",
        "MLPLAT_LOCAL_PACE",
        "MLPLAT_LOCAL_FAULTS",
        "MLPLAT_LOCAL_WORLD",
        "MLPLAT_CRASH_AT",
        "MLPLAT_PROVE",
        "MLPLAT_CONFORMANCE_URL",
    ];
    let unknown = std::env::vars_os().filter_map(|(name, _)| {
        let name = name.into_string().ok()?;
        let ours = name.starts_with("MLPLAT_") && !name.starts_with("MLPLAT_SET_");
        (ours && !KNOWN.contains(&name.as_str())).then_some(name)
    });
    let mut unknown: Vec<String> = unknown.map(|name| clean(&name).into_owned()).collect();
    unknown.sort();
    if unknown.is_empty() {
        return None;
    }
    let what = format!("nobody reads {}", unknown.join(", "));
    let fix = format!(
        "the variables are {}, and MLPLAT_SET_<KEY>",
        KNOWN[..6].join(", ")
    );
    Some(Check::note("environment", &what, &fix))
}

fn target_itself(session: &Session<'_>, target: &Target) -> Check {
    let things = target.door.as_ref().map(|door| door.list());
    match things {
        Some(Ok(things)) => {
            let what = format!("a simulated account with {}", count(things.len(), "object"));
            Check::ok("target", &what)
        }
        Some(Err(problem)) => Check::broken("target", &problem.to_string()),
        None => {
            let name = match session.global.target {
                TargetName::Local => "local",
                TargetName::Aws => "aws",
            };
            Check::ok("target", name)
        }
    }
}

/// Whether the state's folder, or the one in which it will be made, takes
/// files.
fn folder(target: &Target) -> Check {
    let dir = PathBuf::from(target.store.place());
    let there = dir.ancestors().find(|dir| dir.is_dir());
    let near = there.filter(|near| !near.as_os_str().is_empty());
    let near = near.unwrap_or(Path::new("."));
    let probe = near.join(format!(".mlplat-doctor-{}", std::process::id()));
    let tried = std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe));
    let shown = clean(&dir.display().to_string()).into_owned();
    match tried {
        Ok(()) if near == dir => Check::ok("folder", &format!("{shown} can be written")),
        Ok(()) => Check::ok("folder", &format!("{shown} will be made")),
        Err(why) => Check::broken(
            "folder",
            &format!(
                "{} cannot be written: {why}\n  do   make it writable, or choose another folder with --state",
                clean(&near.display().to_string())
            ),
        ),
    }
}

async fn lock(target: &Target) -> Check {
    // Taking the lock of a state that was never written would make its folder.
    if !Path::new(&target.store.place()).join("lock").exists() {
        return Check::ok("lock", "nobody ever held it");
    }
    let me = Holder {
        who: "doctor".to_owned(),
        what: "looking".to_owned(),
        since: target.world.unix_time(),
    };
    match target.store.lock(&me).await {
        Ok(mut session) => {
            session.release().await;
            Check::ok("lock", "nobody holds it")
        }
        Err(StoreError::Locked(holder, age)) => {
            let what = format!(
                "{} holds it for {} since {age} s",
                clean(&holder.who),
                clean(&holder.what)
            );
            Check::note("lock", &what, "it is free as soon as that process ends")
        }
        Err(error) => Check::broken("lock", &EngineError::from(error).to_string()),
    }
}

async fn state(target: &Target, checks: &mut Vec<Check>) {
    let stored = match target.store.read().await {
        Ok(stored) => stored,
        Err(error) => {
            checks.push(Check::broken(
                "state",
                &EngineError::from(error).to_string(),
            ));
            return;
        }
    };
    let Some(snapshot) = &stored.state else {
        checks.push(Check::ok("state", "nothing was ever deployed"));
        return;
    };
    let what = format!(
        "deployment {}, {}; snapshot and journal are whole",
        snapshot.serial,
        count(snapshot.objects.len(), "object")
    );
    checks.push(Check::ok("state", &what));
    checks.push(journal(&stored));
    let state = stored.replayed().unwrap_or_default();
    checks.push(key(target, &state));
    checks.push(clock(target, &state));
    checks.extend(unfinished(&state));
}

fn journal(stored: &Stored) -> Check {
    match (stored.records.len(), stored.torn) {
        (0, 0) => Check::ok("journal", "no run was interrupted"),
        (records, torn) => {
            let mut what = format!("an interrupted run left {}", count(records, "record"));
            if torn > 0 {
                what.push_str(&format!(" and {torn} bytes that nobody relied on"));
            }
            Check::note("journal", &what, "the next run takes up its work by itself")
        }
    }
}

fn key(target: &Target, state: &State) -> Check {
    let Some(sealed) = &state.keys else {
        return Check::ok("key", "the state holds no secrets");
    };
    match target.keys.unlock(sealed) {
        Ok(_) => Check::ok("key", "it opens the state's secrets"),
        Err(error) => Check::broken("key", &EngineError::from(error).to_string()),
    }
}

/// The clock decides nothing that must be right; it dates the history.
fn clock(target: &Target, state: &State) -> Check {
    let now = target.world.unix_time();
    let last = state.history.iter().map(|past| past.begun.at).max();
    match last {
        Some(last) if last > now + 60 => {
            let what = format!("it is {} s behind that of the last run", last - now);
            let fix = "set it: tokens of AWS are refused when it is more than five minutes off";
            Check::note("clock", &what, fix)
        }
        _ => Check::ok("clock", "it is not behind that of the last run"),
    }
}

/// What the last runs have not brought to an end.
fn unfinished(state: &State) -> Vec<Check> {
    let mut checks = Vec::new();
    let mut note = |number: usize, one: &str, fix: &str| {
        if number > 0 {
            checks.push(Check::note("left over", &count(number, one), fix));
        }
    };
    let objects = || state.objects.values();
    let broken = objects().filter(|object| matches!(object.stage, Stage::Broken(_)));
    let coming = objects().filter(|object| object.stage == Stage::Coming);
    let old = objects().filter(|object| object.old);
    let spreading = state.secrets.values().filter(|secret| secret.spreading);
    note(
        broken.count(),
        "object that will never be ready",
        "`deploy` makes it anew",
    );
    note(
        coming.count(),
        "object on its way",
        "`deploy` goes on waiting",
    );
    note(
        old.count(),
        "object whose place is taken",
        "`deploy` deletes it",
    );
    note(
        spreading.count(),
        "rotated secret that is not everywhere",
        "`deploy` brings it there",
    );
    checks
}
