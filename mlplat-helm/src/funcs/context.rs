//! What a render takes from its caller: the cluster, randomness, the time.

use std::collections::BTreeMap;

use super::meter::Meter;
use crate::value::TaintId;

/// Answers `lookup` from a cluster, or from what was recorded of one.
pub trait Lookup {
    /// The object, or with an empty `name` the list of objects as an object
    /// with `items`; an empty JSON object when there is none.
    ///
    /// # Errors
    ///
    /// Why the question could not be answered: a lowercase fragment. It ends
    /// the render.
    fn lookup(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<serde_json::Value, String>;
}

/// No cluster: every `lookup` finds nothing, as in `helm template`.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoCluster;

impl Lookup for NoCluster {
    fn lookup(&self, _: &str, _: &str, _: &str, _: &str) -> Result<serde_json::Value, String> {
        Ok(serde_json::Value::Object(serde_json::Map::new()))
    }
}

/// Where a generator such as `randAlphaNum` or `genCA` is called.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallSite {
    /// The function.
    pub function: &'static str,
    /// The template that holds the call.
    pub template: String,
    /// Line of the call, from 1.
    pub line: usize,
    /// Byte offset within the line, from 0.
    pub column: usize,
    /// How many calls this site has made before in the same render.
    pub ordinal: u64,
}

/// Gives generators their randomness.
///
/// Each call of a generator asks for one seed and draws all its random bytes
/// from a ChaCha20 stream of it. A source that answers the same sites with
/// the same seeds makes the same passwords and keys, whichever other calls
/// come or go.
pub trait SeedSource {
    /// The seed for one call.
    fn seed(&self, site: &CallSite) -> [u8; 32];
}

/// The bounds within which a render must stay, so that a hostile chart ends
/// in an error soon and in little memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Templates within templates (`include`, `template`, `tpl`).
    pub depth: usize,
    /// Nodes evaluated and elements handled, over the whole render.
    pub steps: u64,
    /// Bytes of one string, the output of a template among them.
    pub text: usize,
    /// Bytes of all strings made in one template run together.
    pub total_text: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 4_000,
            steps: 20_000_000,
            text: 32 << 20,
            total_text: 1 << 30,
        }
    }
}

/// What one render takes from its caller.
///
/// Made anew for each render: it counts calls and steps.
pub struct Context<'a> {
    pub(crate) lookup: &'a dyn Lookup,
    pub(crate) seeds: &'a dyn SeedSource,
    pub(crate) now_unix: i64,
    pub(crate) limits: Limits,
    pub(crate) opaque_names: BTreeMap<TaintId, String>,
    pub(crate) meter: Meter,
}

impl<'a> Context<'a> {
    /// A context with a cluster to look objects up in, a source of seeds and
    /// the time, in seconds since 1970 UTC, that `now` gives.
    #[must_use]
    pub fn new(lookup: &'a dyn Lookup, seeds: &'a dyn SeedSource, now_unix: i64) -> Self {
        Self {
            lookup,
            seeds,
            now_unix,
            limits: Limits::default(),
            opaque_names: BTreeMap::new(),
            meter: Meter::default(),
        }
    }

    /// Other limits than the default ones.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Names an opaque input for messages, such as `cluster.name`. Templates
    /// may depend on taints only when their ids are named here.
    #[must_use]
    pub fn with_opaque(mut self, id: TaintId, name: impl Into<String>) -> Self {
        self.opaque_names.insert(id, name.into());
        self
    }
}
