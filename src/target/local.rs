//! The local target: a simulated cloud in the state's folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use mlplat_core::Problem;
use mlplat_core::deploy::{OtherStacks, OtherState};
use mlplat_core::null::NullProvider;
use mlplat_core::provider::Providers;
use mlplat_core::seal::KeyringLock;
use mlplat_core::state::FileStore;
use mlplat_core::world::{LockGuard, SystemFiles, SystemWorld, World};
use mlplat_sim::cloud::Faults;
use mlplat_sim::local::{Local, LocalOptions, Paced};
use serde_json::Value;

use super::crash::CrashWorld;
use super::keys::{self, LocalKey};
use super::seam::{Choice, Door, Target, Thing};

/// How many virtual seconds pass in a real one, when not as many as possible.
pub(crate) const PACE: &str = "MLPLAT_LOCAL_PACE";
/// What goes wrong.
const FAULTS: &str = "MLPLAT_LOCAL_FAULTS";

/// The pace that was asked for; `None` for as fast as possible.
///
/// # Errors
/// A pace that is no positive number.
pub(crate) fn pace() -> Result<Option<f64>, Box<Problem>> {
    let Some(text) = variable(PACE) else {
        return Ok(None);
    };
    match text.parse::<f64>() {
        Ok(pace) if pace > 0.0 && pace.is_finite() => Ok(Some(pace)),
        _ => Err(Box::new(Problem::new(
            "bad-pace",
            format!("{PACE} is `{}`", text.escape_debug()),
            "give the number of virtual seconds in a real one, such as 60",
        ))),
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn faults() -> Result<Faults, Box<Problem>> {
    let text = variable(FAULTS).unwrap_or_default();
    text.parse().map_err(|why: mlplat_sim::cloud::FaultError| {
        Box::new(Problem::new(
            "bad-faults",
            format!("{FAULTS}: {why}"),
            "mend the variable, or unset it",
        ))
    })
}

/// The local target over a state folder.
///
/// # Errors
/// When the simulated world cannot be opened.
pub(crate) fn local_target(choice: &Choice) -> Result<Target, Box<Problem>> {
    let pace = pace()?;
    let mut world: Arc<dyn World> = Arc::new(SystemWorld::new());
    if let Some(pace) = pace {
        world = Arc::new(Paced::new(world, pace));
    }
    world = CrashWorld::around(world)?;
    let options = LocalOptions {
        region: choice.region.clone(),
        faults: faults()?,
    };
    let dir = choice.places.world.clone();
    let shared = take_shared(choice, &*world)?;
    let files = Arc::new(SystemFiles::default());
    let local = Local::open(Arc::clone(&world), files, &dir, &options).map_err(|why| {
        Box::new(Problem::new(
            "no-world",
            format!(
                "failed to open the simulated cloud in {}: {why}",
                dir.display()
            ),
            "make the folder readable and writable, or choose another one with --state",
        ))
    })?;
    let state = &choice.places.state;
    let keys = keys(state, &world)?;
    let store = FileStore::new(Arc::clone(&world), state);
    let store = match refuge(state) {
        Some(file) => store.with_refuge(file),
        None => store,
    };
    Ok(Target {
        store: Arc::new(store),
        providers: providers(choice, &world, &local),
        keys,
        world,
        door: Some(Box::new(LocalDoor(local))),
        pace: pace.unwrap_or(0.0),
        asks: false,
        _shared: shared,
    })
}

/// Where outcomes are left when the state's folder takes nothing any more: a
/// file among the user's caches.
fn refuge(state: &Path) -> Option<PathBuf> {
    let caches = match variable("XDG_CACHE_HOME") {
        Some(caches) => PathBuf::from(caches),
        None => Path::new(&variable("HOME")?).join(".cache"),
    };
    let state = std::path::absolute(state).ok()?;
    let name = state.display().to_string();
    let name: String = name
        .chars()
        .map(|one| {
            if one.is_ascii_alphanumeric() {
                one
            } else {
                '-'
            }
        })
        .collect();
    // What is left of a long path is still another one for each state.
    let end = &name[name.len().saturating_sub(120)..];
    Some(caches.join("mlplat").join(format!("left{end}.json")))
}

/// The binary's own providers, those of the world, and the one that reads
/// other stacks.
fn providers(choice: &Choice, world: &Arc<dyn World>, local: &Local) -> Providers {
    let (places, world) = (choice.places.clone(), Arc::clone(world));
    let others = move |stack: &str, env: &str| {
        let dir = places.other(stack, env)?;
        Ok(OtherState {
            store: Arc::new(FileStore::new(Arc::clone(&world), &dir)),
            keys: keys(&dir, &world).map_err(|why| *why)?,
        })
    };
    let own = choice.providers.iter().cloned();
    own.fold(Providers::default(), Providers::with)
        .and(local.providers())
        .with(Arc::new(NullProvider))
        .with(Arc::new(OtherStacks::new(others)))
}

/// An account that is not this state's own may be in use by another run, and
/// it can be in one only.
fn take_shared(choice: &Choice, world: &dyn World) -> Result<Option<LockGuard>, Box<Problem>> {
    let dir = &choice.places.world;
    if dir.starts_with(&choice.places.state) {
        return Ok(None);
    }
    let problem = |what: String, fix: &str| Box::new(Problem::new("world-in-use", what, fix));
    let failed = |why: std::io::Error| {
        let what = format!(
            "failed to lock the simulated account in {}: {why}",
            dir.display()
        );
        problem(what, "make the folder writable")
    };
    let files = world.files();
    files.create_dir(dir).map_err(failed)?;
    match files.lock(&dir.join("lock")).map_err(failed)? {
        Some(guard) => Ok(Some(guard)),
        None => Err(problem(
            format!(
                "another run works with the simulated account in {}",
                dir.display()
            ),
            "wait until it is over",
        )),
    }
}

/// The keys of the environment, or one in a file of its own beside the state.
fn keys(state: &Path, world: &Arc<dyn World>) -> Result<Arc<dyn KeyringLock>, Box<Problem>> {
    match keys::from_environment(&variable) {
        Ok(Some(lock)) => Ok(Arc::new(lock)),
        Ok(None) => Ok(Arc::new(LocalKey::new(
            Arc::clone(world),
            state.join("local.key"),
        ))),
        Err(why) => Err(Box::new(Problem::new(
            "bad-key",
            why.to_string(),
            "mend the MLPLAT_AGE_ variable, or unset it",
        ))),
    }
}

struct LocalDoor(Local);

fn shut(why: &mlplat_sim::local::DoorError) -> Box<Problem> {
    Box::new(Problem::new(
        "world",
        why.to_string(),
        "`world list` shows what there is",
    ))
}

impl Door for LocalDoor {
    fn list(&self) -> Result<Vec<Thing>, Box<Problem>> {
        let things = self.0.door().list(false).map_err(|why| shut(&why))?;
        let each = things.into_iter().map(|thing| Thing {
            ty: thing.ty,
            id: thing.id,
            status: thing.status,
        });
        Ok(each.collect())
    }

    fn show(&self, id: &str) -> Result<Option<Value>, Box<Problem>> {
        let things = self.0.door().list(true).map_err(|why| shut(&why))?;
        let found = things.into_iter().find(|thing| thing.id == id);
        Ok(found.map(|thing| {
            let mut body = thing.body;
            body["id"] = Value::String(thing.id);
            body["type"] = Value::String(thing.ty);
            body
        }))
    }

    fn set(&self, id: &str, field: &str, value: Value) -> Result<(), Box<Problem>> {
        self.0
            .door()
            .set(id, field, value)
            .map_err(|why| shut(&why))
    }

    fn delete(&self, id: &str) -> Result<(), Box<Problem>> {
        self.0.door().delete(id).map_err(|why| shut(&why))
    }
}
