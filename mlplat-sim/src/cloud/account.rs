//! `Cloud`: the account, its objects and its clock.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use mlplat_core::facts::Type;
use mlplat_core::provider::Status;
use mlplat_core::world::{Files, World};

use super::actors::Actor;
use super::faults::Faults;
use super::forms::Place;
use super::log::{Effect, Log, Replay};
use super::memory::{AccountMemory, Standing, Write};
use super::mishap::Tally;
use super::object::{LastCopy, SimObject};
use super::tokens::Tokens;

/// A simulated AWS account in one region.
pub struct Cloud {
    pub(super) types: Vec<&'static Type>,
    pub(super) world: Arc<dyn World>,
    pub(super) faults: Faults,
    /// The calls of this process, its clusters' among them.
    pub(super) tally: Arc<Tally>,
    /// Who acts before every call.
    pub(super) actor: OnceLock<Weak<dyn Actor>>,
    /// The account's age when this process began.
    base: f64,
    inner: Mutex<Inner>,
}

pub(super) struct Inner {
    pub(super) by_type: HashMap<&'static str, &'static Type>,
    pub(super) standing: Standing,
    pub(super) place: Place,
    pub(super) calls: u64,
    /// What the services still take.
    pub(super) tokens: Tokens,
    /// How often something has changed in this process.
    pub(super) changes: u64,
    /// The least that what can outlive objects does so for, in seconds.
    pub(super) linger_s: f64,
    log: Log,
}

impl Cloud {
    /// An account that is forgotten with the process.
    #[must_use]
    pub fn in_memory(
        types: &[&'static Type],
        region: &str,
        world: Arc<dyn World>,
        faults: Faults,
    ) -> Self {
        let opened = (Log::None, Replay::default());
        Self::with_log(types, region, world, faults, opened)
    }

    /// The account that is kept in a folder, as the last process left it.
    ///
    /// # Errors
    /// When the folder cannot be read or made.
    pub fn open(
        types: &[&'static Type],
        region: &str,
        world: Arc<dyn World>,
        faults: Faults,
        files: Arc<dyn Files>,
        dir: &Path,
    ) -> io::Result<Self> {
        let opened = Log::open(files, dir)?;
        Ok(Self::with_log(types, region, world, faults, opened))
    }

    /// The account that is kept in memory, as the last process left it.
    #[must_use]
    pub fn remembered(
        types: &[&'static Type],
        region: &str,
        world: Arc<dyn World>,
        faults: Faults,
        memory: &AccountMemory,
    ) -> Self {
        let opened = Log::remembered(memory);
        Self::with_log(types, region, world, faults, opened)
    }

    fn with_log(
        types: &[&'static Type],
        region: &str,
        world: Arc<dyn World>,
        faults: Faults,
        (log, replay): (Log, Replay),
    ) -> Self {
        let base = replay.last_t - world.now().as_secs_f64();
        let inner = Inner {
            by_type: types
                .iter()
                .chain(crate::facts::SIDE)
                .map(|ty| (ty.name, *ty))
                .collect(),
            standing: replay.standing,
            place: Place {
                region: region.to_owned(),
                account: "000000000000".to_owned(),
            },
            calls: 0,
            tokens: Tokens::default(),
            changes: 0,
            linger_s: faults.linger_s,
            log,
        };
        Self {
            types: types.to_vec(),
            world,
            tally: Arc::new(Tally::new(&faults.fail)),
            faults,
            actor: OnceLock::new(),
            base,
            inner: Mutex::new(inner),
        }
    }

    /// The account's age in virtual seconds.
    #[must_use]
    pub fn now(&self) -> f64 {
        self.base + self.world.now().as_secs_f64()
    }

    /// Remembers how old the account is, so that the next process finds it no
    /// younger. A time that is already over changes nothing.
    pub fn remember(&self, age: f64) {
        self.inner().commit(age.max(self.now()), Vec::new());
    }

    /// Every live object, in order of creation.
    #[must_use]
    pub fn objects(&self) -> Vec<SimObject> {
        self.stir();
        let now = self.now();
        let mut inner = self.inner();
        inner.tick(now);
        inner.live().cloned().collect()
    }

    /// The last copies that deletions have left, oldest first.
    #[must_use]
    pub fn copies(&self) -> Vec<LastCopy> {
        self.inner().standing.copies.clone()
    }

    /// How many calls were made of each kind is not kept; how many in all is.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.inner().calls
    }

    /// How many calls this process made to the account and its clusters, and
    /// how many of them were to change something.
    #[must_use]
    pub fn tally(&self) -> (u64, u64) {
        self.tally.so_far()
    }

    /// How many calls were above a documented limit, and refused for it.
    #[must_use]
    pub fn above_limit(&self) -> u64 {
        self.inner().tokens.refused()
    }

    /// Where an object is in its life, in a word.
    #[must_use]
    pub fn status_of(&self, object: &SimObject) -> String {
        let facts = self.inner().facts(&object.ty);
        match facts.map(|facts| object.status(facts, self.now())) {
            None | Some(Status::Ready) => "ready".to_owned(),
            Some(
                Status::Coming(word)
                | Status::Failed(word)
                | Status::Stuck(word)
                | Status::Leaving(word),
            ) => word,
        }
    }

    pub(super) fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn pass(&self, time: Duration) {
        if !time.is_zero() {
            self.world.sleep(time).await;
        }
    }
}

impl Inner {
    /// Objects that exist, those on their way out included.
    pub(super) fn live(&self) -> impl Iterator<Item = &SimObject> {
        self.standing.objects.values().map(|object| &**object)
    }

    pub(super) fn facts(&self, ty: &str) -> Option<&'static Type> {
        self.by_type.get(ty).copied()
    }

    /// Carries effects out, durably.
    pub(super) fn commit(&mut self, now: f64, effects: Vec<Effect>) {
        // A simulated account whose disk is full goes on in memory: what it
        // loses then, a real one would not.
        let _ = self.log.write(now, &effects);
        self.changes += 1;
        for effect in effects {
            self.standing.apply(effect);
        }
    }

    /// Carries out what a caller asked for, durably, and notes whose it was.
    pub(super) fn carry_out(&mut self, verb: &'static str, now: f64, effects: Vec<Effect>) {
        let writes = effects.iter().filter_map(|effect| {
            let object = match effect {
                Effect::Put(object) => {
                    let before = self.standing.objects.get(&object.key);
                    before.unwrap_or(object)
                }
                Effect::Gone(key) => self.standing.objects.get(key)?,
                Effect::Linger(_) | Effect::Copied(_) | Effect::Held(_) => return None,
            };
            Some(Write {
                verb,
                ty: object.ty.clone(),
                id: object.id.clone(),
                owner: self.owner(object, &effects).to_owned(),
            })
        });
        self.log.note(writes);
        self.commit(now, effects);
    }

    /// Whose an object is: what came along belongs to whoever made the whole,
    /// which may be about to be there.
    fn owner<'a>(&'a self, object: &'a SimObject, effects: &'a [Effect]) -> &'a str {
        let coming = |key: u64| {
            effects.iter().find_map(|effect| match effect {
                Effect::Put(whole) if whole.key == key => Some(whole),
                _ => None,
            })
        };
        let mut object = object;
        while let (true, Some(key)) = (object.lineage.is_empty(), object.child_of) {
            let there = self.standing.objects.get(&key);
            match there.or_else(|| coming(key)) {
                Some(whole) => object = whole,
                None => break,
            }
        }
        &object.lineage
    }

    /// Lets time pass: deletions end, and what was due becomes ready or fails.
    pub(super) fn tick(&mut self, now: f64) {
        let ended: Vec<Effect> = self
            .standing
            .objects
            .values()
            .filter(|object| object.gone_at.is_some_and(|at| at <= now))
            .map(|object| Effect::Gone(object.key))
            .collect();
        if !ended.is_empty() {
            self.commit(now, ended);
        }
        self.standing.lingers.retain(|linger| linger.until > now);
        self.standing.held.retain(|held| held.until > now);
        // In order of time: what becomes ready first may be what another needs.
        let mut due: Vec<(f64, u64)> = self
            .standing
            .objects
            .values()
            .filter(|object| !object.settled && object.failed.is_none() && object.gone_at.is_none())
            .filter(|object| object.ready_at <= now)
            .map(|object| (object.ready_at, object.key))
            .collect();
        due.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        for (at, key) in due {
            self.settle(now, at, key);
        }
    }

    /// An object's time has come: it is ready, unless something is missing.
    fn settle(&mut self, now: f64, at: f64, key: u64) {
        let Some(object) = self.standing.objects.get(&key) else {
            return;
        };
        let missing = self.missing(object, at);
        let mut object = SimObject::clone(object);
        match missing {
            Some(why) => object.failed = Some(why),
            None => object.settled = true,
        }
        self.commit(now, vec![Effect::Put(Arc::new(object))]);
    }

    /// What an object needs to become ready and has not.
    fn missing(&self, object: &SimObject, at: f64) -> Option<String> {
        use mlplat_core::facts::{By, Fails};
        let ty = self.facts(&object.ty)?;
        ty.needs.iter().find_map(|need| {
            let (By::ToBecomeReady, Fails::EndsIn(status)) = (need.by, need.fails) else {
                return None;
            };
            let found = self.needed(object, need)?;
            let ready = |other: &&SimObject| {
                let facts = self.facts(&other.ty);
                facts.is_some_and(|facts| other.status(facts, at) == Status::Ready)
            };
            (!found.iter().any(ready)).then(|| format!("{status}: without {}", need.what))
        })
    }
}
