//! The keys that seal a state's secrets.

use std::path::PathBuf;
use std::sync::Arc;

use mlplat_core::seal::{AgeLock, KeyringLock, SealError};
use mlplat_core::wiring::Plain;
use mlplat_core::world::World;
use zeroize::Zeroizing;

/// The local target's key: a file beside the state, made when something is
/// sealed for the first time. Looking at a state makes nothing.
pub(crate) struct LocalKey {
    world: Arc<dyn World>,
    path: PathBuf,
}

impl LocalKey {
    pub(crate) fn new(world: Arc<dyn World>, path: PathBuf) -> Self {
        Self { world, path }
    }

    fn open(&self) -> Result<AgeLock, SealError> {
        let files = self.world.files();
        if let Some(dir) = self.path.parent() {
            files.create_dir(dir).map_err(|why| {
                SealError::BadKey(format!(
                    "failed to make the folder {}: {why}",
                    dir.display()
                ))
            })?;
        }
        AgeLock::local(files, &self.path)
    }
}

impl KeyringLock for LocalKey {
    fn lock(&self, raw: &[u8]) -> Result<String, SealError> {
        self.open()?.lock(raw)
    }

    fn unlock(&self, locked: &str) -> Result<Zeroizing<Vec<u8>>, SealError> {
        self.open()?.unlock(locked)
    }
}

/// The keys in `MLPLAT_AGE_RECIPIENTS` (separated by blanks or commas),
/// `MLPLAT_AGE_IDENTITY` and `MLPLAT_AGE_PASSPHRASE`.
///
/// # Errors
/// A key that is not written as one.
#[allow(dead_code, reason = "the live target of a later issue asks for it")]
pub(crate) fn from_environment(
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<AgeLock, SealError> {
    let recipients = variable("MLPLAT_AGE_RECIPIENTS").unwrap_or_default();
    let each = recipients
        .split([' ', ',', '\n'])
        .filter(|key| !key.is_empty());
    let mut keys = AgeLock::default().recipients(each)?;
    if let Some(identity) = variable("MLPLAT_AGE_IDENTITY") {
        keys = keys.identity(&Plain::new(identity))?;
    }
    if let Some(passphrase) = variable("MLPLAT_AGE_PASSPHRASE") {
        keys = keys.passphrase(&Plain::new(passphrase));
    }
    Ok(keys)
}
