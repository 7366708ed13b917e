//! What a render takes from outside.

use crate::funcs::{Context, Limits, Lookup, SeedSource};

/// The cluster, the randomness, the time and the limits of renders. Each render gets a context
/// of its own from it.
#[derive(Clone, Copy)]
pub struct Environment<'a> {
    lookup: &'a dyn Lookup,
    seeds: &'a dyn SeedSource,
    now_unix: i64,
    limits: Limits,
}

impl<'a> Environment<'a> {
    /// An environment with the default limits. `now_unix` is the time that `now` gives, in
    /// seconds since 1970 UTC; for renders that are to be equal it has to be equal.
    pub fn new(lookup: &'a dyn Lookup, seeds: &'a dyn SeedSource, now_unix: i64) -> Self {
        Self {
            lookup,
            seeds,
            now_unix,
            limits: Limits::default(),
        }
    }

    /// Other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// A context for one render.
    pub fn context(&self) -> Context<'a> {
        Context::new(self.lookup, self.seeds, self.now_unix).with_limits(self.limits)
    }
}

impl std::fmt::Debug for Environment<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Environment")
            .field("now_unix", &self.now_unix)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
