//! What a target is made of.

use std::sync::Arc;

use mlplat_core::Problem;
use mlplat_core::provider::{Provider, Providers};
use mlplat_core::seal::KeyringLock;
use mlplat_core::state::StateStore;
use mlplat_core::world::{LockGuard, World};
use serde_json::Value;

use crate::cli::Places;

/// Where a program is deployed to.
pub(crate) struct Target {
    pub(crate) world: Arc<dyn World>,
    pub(crate) store: Arc<dyn StateStore>,
    pub(crate) providers: Providers,
    pub(crate) keys: Arc<dyn KeyringLock>,
    /// The way into a simulated world beside the engine.
    pub(crate) door: Option<Box<dyn Door>>,
    /// Seconds of the target's clock for each real one; 0 when it does not
    /// wait at all.
    pub(crate) pace: f64,
    /// Whether a deployment asks before it changes anything.
    pub(crate) asks: bool,
    /// Held while a simulated account that several stacks share is in use.
    pub(crate) _shared: Option<LockGuard>,
}

/// What a target is chosen by.
pub(crate) struct Choice {
    /// The folders of the state and of what it reads.
    pub(crate) places: Places,
    /// The AWS region.
    pub(crate) region: String,
    /// Providers of the binary's own, which come first.
    pub(crate) providers: Vec<Arc<dyn Provider>>,
}

/// The `world` commands: looking at and changing a simulated world from
/// outside, as other people and programs change a real one.
pub(crate) trait Door {
    /// Every object.
    ///
    /// # Errors
    /// When the world cannot be read.
    fn list(&self) -> Result<Vec<Thing>, Box<Problem>>;

    /// Everything about one object; `None` when there is none.
    ///
    /// # Errors
    /// When the world cannot be read.
    fn show(&self, id: &str) -> Result<Option<Value>, Box<Problem>>;

    /// Changes a field of an object.
    ///
    /// # Errors
    /// When there is no such object or field, or it cannot be written.
    fn set(&self, id: &str, field: &str, value: Value) -> Result<(), Box<Problem>>;

    /// Deletes an object.
    ///
    /// # Errors
    /// When there is no such object, or it cannot be written.
    fn delete(&self, id: &str) -> Result<(), Box<Problem>>;
}

/// An object of a simulated world, in a list.
#[derive(Debug, Clone)]
pub(crate) struct Thing {
    pub(crate) ty: String,
    pub(crate) id: String,
    pub(crate) status: String,
}
