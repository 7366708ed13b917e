//! The local target: a simulated cloud in the state's folder.

use std::sync::Arc;

use mlplat_core::Problem;
use mlplat_core::null::NullProvider;
use mlplat_core::provider::Providers;
use mlplat_core::state::FileStore;
use mlplat_core::world::{SystemWorld, World};

use super::keys::LocalKey;
use super::seam::{Choice, Target};

/// The local target over a state folder.
///
/// # Errors
/// When the simulated world cannot be opened.
#[allow(
    clippy::unnecessary_wraps,
    reason = "opening a simulated world can fail"
)]
pub(crate) fn local_target(choice: &Choice) -> Result<Target, Box<Problem>> {
    let world: Arc<dyn World> = Arc::new(SystemWorld::new());
    let keys = LocalKey::new(Arc::clone(&world), choice.state.join("local.key"));
    Ok(Target {
        store: Arc::new(FileStore::new(Arc::clone(&world), &choice.state)),
        providers: Providers::default().with(Arc::new(NullProvider)),
        keys: Arc::new(keys),
        world,
        door: None,
        pace: 1.0,
        asks: false,
    })
}
