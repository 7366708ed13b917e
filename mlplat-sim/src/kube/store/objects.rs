//! The store proper: a map of objects with undo, so that a request is all or nothing.
//!
//! Changes between [`Store::begin`] and [`Store::commit`] can be taken back with [`Store::rollback`]: that is what a
//! dry run, a refused request and a failed journal do. Committing says what to keep as a list of effects.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::index::Index;
use super::log::{Event, EventKind, EventLog};
use crate::kube::clock;
use crate::kube::journal::{Effect, ObjectKey};
use crate::kube::kinds::{Kind, Registry};
use crate::kube::meta;
use crate::kube::schema::CustomKinds;

/// What is fixed about a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterConfig {
    /// Unique ids and generated names derive from it.
    pub seed: u64,
    /// The moment at which the world began, in seconds since 1970.
    pub epoch_unix_s: i64,
    /// The version the server says it is: major, minor, patch.
    pub version: (u32, u32, u32),
    /// How many changes watches can go back.
    pub watch_window: usize,
    /// The text of `ca.crt` in `kube-root-ca.crt`.
    pub root_ca: String,
}

impl Default for ClusterConfig {
    fn default() -> Self {
        Self {
            seed: 0,
            epoch_unix_s: 1_767_225_600,
            version: (1, 35, 0),
            watch_window: 10_000,
            root_ca: "-----BEGIN CERTIFICATE-----\nsimulated\n-----END CERTIFICATE-----\n"
                .to_owned(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Counters {
    resource_version: u64,
    uids: u64,
}

/// The objects of a cluster.
#[derive(Debug, Clone)]
pub struct Store {
    config: ClusterConfig,
    base: Arc<Registry>,
    registry: Arc<Registry>,
    objects: BTreeMap<ObjectKey, Arc<Value>>,
    index: Index,
    log: EventLog,
    counters: Counters,
    now: Duration,
    before: Counters,
    rehearsal: bool,
    /// How many dry runs there were: not part of the state.
    rehearsals: u64,
    undo: Vec<(ObjectKey, Option<Arc<Value>>)>,
}

impl Store {
    /// An empty store that serves these kinds.
    #[must_use]
    pub fn new(config: ClusterConfig, registry: Arc<Registry>) -> Self {
        let log = EventLog::new(config.watch_window, 0);
        Self {
            config,
            base: Arc::clone(&registry),
            registry,
            objects: BTreeMap::new(),
            index: Index::default(),
            log,
            counters: Counters::default(),
            now: Duration::ZERO,
            before: Counters::default(),
            rehearsal: false,
            rehearsals: 0,
            undo: Vec::new(),
        }
    }

    /// Replays effects on an empty store. The log of changes is not kept: watches from before are told to list anew.
    pub fn replay(&mut self, effects: impl IntoIterator<Item = Effect>) {
        for effect in effects {
            match effect {
                Effect::Put { key, object } => {
                    self.set(&key, Some(object));
                }
                Effect::Delete { key } => {
                    self.set(&key, None);
                }
                Effect::Counters {
                    resource_version,
                    uids,
                } => {
                    self.counters = Counters {
                        resource_version,
                        uids,
                    };
                }
            }
        }
        self.before = self.counters;
        self.log = EventLog::new(self.config.watch_window, self.counters.resource_version);
        self.refresh_kinds();
    }

    /// What is fixed about the cluster.
    #[must_use]
    pub fn config(&self) -> &ClusterConfig {
        &self.config
    }

    /// The kinds served now.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The time of the request or action in progress.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.now
    }

    /// That time in the form of metadata.
    #[must_use]
    pub fn timestamp(&self) -> String {
        clock::timestamp(self.config.epoch_unix_s, self.now)
    }

    /// The time of a metadata timestamp.
    #[must_use]
    pub fn since_epoch(&self, timestamp: &str) -> Duration {
        clock::since_epoch(self.config.epoch_unix_s, timestamp)
    }

    /// The last resource version given out.
    #[must_use]
    pub fn resource_version(&self) -> u64 {
        self.counters.resource_version
    }

    /// One object.
    #[must_use]
    pub fn get(&self, key: &ObjectKey) -> Option<&Arc<Value>> {
        self.objects.get(key)
    }

    /// Every object, by key.
    pub fn objects(&self) -> impl Iterator<Item = (&ObjectKey, &Arc<Value>)> {
        self.objects.iter()
    }

    /// The objects of a resource, in one namespace or in all, by namespace and name.
    pub fn list<'a>(
        &'a self,
        group: &'a str,
        resource: &'a str,
        namespace: Option<&'a str>,
    ) -> impl Iterator<Item = (&'a ObjectKey, &'a Arc<Value>)> {
        let first = ObjectKey::new(group, resource, namespace.unwrap_or_default(), "");
        self.objects.range(first..).take_while(move |(key, _)| {
            key.is(group, resource) && namespace.is_none_or(|name| key.namespace == name)
        })
    }

    /// Whether there is any object of a resource, by its plural name.
    #[must_use]
    pub fn has_any(&self, plural: &str) -> bool {
        self.index.has_any(plural)
    }

    /// Whether an object with this id is there.
    #[must_use]
    pub fn is_live(&self, uid: &str) -> bool {
        self.index.is_live(uid)
    }

    /// The objects that name the object with this id as an owner, by key.
    pub fn dependents(&self, uid: &str) -> impl Iterator<Item = (&ObjectKey, &Arc<Value>)> {
        let keys = self.index.dependents(uid);
        keys.filter_map(|key| self.objects.get_key_value(key))
    }

    /// The objects that name owners which are gone, by owner.
    pub(crate) fn lost(&self) -> impl Iterator<Item = &ObjectKey> {
        let owners = self.index.owners();
        let dead = owners.filter(|(owner, _)| !self.index.is_live(owner));
        dead.flat_map(|(_, keys)| keys)
    }

    /// The objects that are marked for deletion, by key.
    pub(crate) fn leaving(&self) -> impl Iterator<Item = (&ObjectKey, &Arc<Value>)> {
        let keys = self.index.leaving();
        keys.filter_map(|key| self.objects.get_key_value(key))
    }

    /// The key of an object of a kind.
    #[must_use]
    pub fn key_of(kind: &Kind, object: &Value) -> ObjectKey {
        ObjectKey::new(
            &kind.group,
            &kind.plural,
            meta::text(object, "namespace"),
            meta::name(object),
        )
    }

    /// The log of changes.
    pub(crate) fn log(&self) -> &EventLog {
        &self.log
    }

    /// Forgets the log of changes, as a compaction does.
    pub(crate) fn compact(&mut self) {
        self.log.compact();
    }

    /// Starts a request or an action.
    pub(crate) fn begin(&mut self, now: Duration) {
        debug_assert!(
            self.undo.is_empty(),
            "the last change was neither committed nor rolled back"
        );
        self.rehearsal = false;
        self.now = self.now.max(now);
        self.before = self.counters;
    }

    /// From here to the end, ids are others than those of changes that are kept: a dry run must not foretell them.
    pub(crate) fn rehearse(&mut self) {
        self.rehearsal = true;
        self.rehearsals += 1;
    }

    /// A new unique id: a version 4 UUID made from seed and counter.
    pub fn new_uid(&mut self) -> String {
        let (high, low) = (self.draw(), self.draw());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:x}{:03x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            8 | (low >> 62),
            (low >> 48) & 0xfff,
            low & 0xffff_ffff_ffff
        )
    }

    /// Five letters for `generateName`, from the alphabet that Kubernetes uses.
    pub fn new_suffix(&mut self) -> String {
        const ALPHABET: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";
        let mut draw = self.draw();
        let mut letter = || {
            let at = draw % 27;
            draw /= 27;
            ALPHABET
                .get(usize::try_from(at).unwrap_or_default())
                .map_or('x', |byte| char::from(*byte))
        };
        (0..5).map(|_| letter()).collect()
    }

    /// One step of SplitMix64 (Steele, Lea, Flood 2014) at the position of the counter.
    fn draw(&mut self) -> u64 {
        self.counters.uids += 1;
        let seed = if self.rehearsal {
            !self.config.seed ^ self.rehearsals.rotate_left(32)
        } else {
            self.config.seed
        };
        let mut mixed = seed.wrapping_add(self.counters.uids.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn next_version(&mut self) -> Value {
        self.counters.resource_version += 1;
        Value::from(self.counters.resource_version.to_string())
    }

    /// Keeps an object under a new resource version.
    pub fn put(&mut self, key: &ObjectKey, mut object: Value) -> Arc<Value> {
        crate::telltale::object(&object);
        let version = self.next_version();
        meta::set(&mut object, "resourceVersion", Some(version));
        let object = Arc::new(object);
        let previous = self.set(key, Some(Arc::clone(&object)));
        let kind = if previous.is_some() {
            EventKind::Modified
        } else {
            EventKind::Added
        };
        self.note(kind, key, Arc::clone(&object), previous);
        object
    }

    /// Puts an object in its place, or takes it out; gives the one that was there.
    fn set(&mut self, key: &ObjectKey, object: Option<Arc<Value>>) -> Option<Arc<Value>> {
        let previous = match &object {
            Some(object) => self.objects.insert(key.clone(), Arc::clone(object)),
            None => self.objects.remove(key),
        };
        self.index
            .replace(key, previous.as_deref(), object.as_deref());
        previous
    }

    /// Removes an object. `last` is its state on leaving, which watches get to see.
    pub fn remove(&mut self, key: &ObjectKey, mut last: Value) -> Arc<Value> {
        let version = self.next_version();
        meta::set(&mut last, "resourceVersion", Some(version));
        let last = Arc::new(last);
        let previous = self.set(key, None);
        self.note(EventKind::Deleted, key, Arc::clone(&last), previous);
        last
    }

    fn note(
        &mut self,
        kind: EventKind,
        key: &ObjectKey,
        object: Arc<Value>,
        previous: Option<Arc<Value>>,
    ) {
        self.undo.push((key.clone(), previous.clone()));
        let resource_version = self.counters.resource_version;
        self.log.push(Event {
            resource_version,
            kind,
            key: key.clone(),
            object,
            previous,
            at: self.now,
        });
    }

    /// What has changed since the last commit, to be kept.
    pub(crate) fn effects(&self) -> Vec<Effect> {
        let touched: BTreeSet<&ObjectKey> = self.undo.iter().map(|(key, _)| key).collect();
        let mut effects: Vec<Effect> = touched
            .into_iter()
            .map(|key| match self.objects.get(key) {
                Some(object) => Effect::Put {
                    key: key.clone(),
                    object: Arc::clone(object),
                },
                None => Effect::Delete { key: key.clone() },
            })
            .collect();
        if self.counters != self.before {
            let Counters {
                resource_version,
                uids,
            } = self.counters;
            effects.push(Effect::Counters {
                resource_version,
                uids,
            });
        }
        effects
    }

    /// Makes the changes final.
    pub(crate) fn commit(&mut self) {
        let definitions =
            |key: &ObjectKey| key.is("apiextensions.k8s.io", "customresourcedefinitions");
        let kinds_changed = self.undo.iter().any(|(key, _)| definitions(key));
        self.undo.clear();
        self.before = self.counters;
        self.log.trim();
        if kinds_changed {
            self.refresh_kinds();
        }
    }

    /// Takes the changes back.
    pub(crate) fn rollback(&mut self) {
        self.log.pop(self.undo.len());
        for (key, previous) in std::mem::take(&mut self.undo).into_iter().rev() {
            self.set(&key, previous);
        }
        self.counters = self.before;
    }

    /// Serves the kinds of the definitions that are established.
    fn refresh_kinds(&mut self) {
        let mut registry = Registry::clone(&self.base);
        let definitions = self.list("apiextensions.k8s.io", "customresourcedefinitions", None);
        let established = definitions.filter(|(_, object)| {
            let conditions = object["status"]["conditions"]
                .as_array()
                .into_iter()
                .flatten();
            conditions
                .clone()
                .any(|one| one["type"] == "Established" && one["status"] == "True")
        });
        for kind in established.flat_map(|(_, object)| CustomKinds::of(object).0) {
            registry.add(kind);
        }
        self.registry = Arc::new(registry);
    }
}

/// Two stores are equal when they hold the same objects under the same counters: the log and the clock are not part
/// of a cluster's state.
impl PartialEq for Store {
    fn eq(&self, other: &Self) -> bool {
        (&self.objects, self.counters, &self.registry)
            == (&other.objects, other.counters, &other.registry)
    }
}
