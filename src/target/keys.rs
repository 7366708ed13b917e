//! The keys that seal a state's secrets.

use std::path::PathBuf;
use std::sync::Arc;

use mlplat_core::Problem;
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
        let key_file = |what| SealError::KeyFile {
            file: self.path.display().to_string(),
            what,
        };
        // What is locked was locked with a key; a new one would not open it.
        match self.world.files().read(&self.path) {
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => Err(key_file("is missing")),
            _ => self.open()?.unlock(locked).map_err(|why| match why {
                SealError::NoIdentity => key_file("has another key than the state"),
                other => other,
            }),
        }
    }
}

/// The variable with the passphrase that a state gets.
const NEW_PASSPHRASE: &str = "MLPLAT_AGE_NEW_PASSPHRASE";

/// The keys that a state gets: these recipients, or else the passphrase in
/// `MLPLAT_AGE_NEW_PASSPHRASE`.
///
/// # Errors
/// None, both, or one that is not written as a key.
pub(crate) fn new_keys(to: &[String]) -> Result<AgeLock, Box<Problem>> {
    let passphrase = std::env::var(NEW_PASSPHRASE).ok();
    let passphrase = passphrase.filter(|text| !text.is_empty());
    let refused = |what: &str, fix: &str| Box::new(Problem::new("no-new-keys", what, fix));
    match (to, passphrase) {
        ([], None) => Err(refused(
            "it is not said which keys are to open the state",
            "give them with --to, or a passphrase in MLPLAT_AGE_NEW_PASSPHRASE",
        )),
        ([], Some(passphrase)) => Ok(AgeLock::default().passphrase(&Plain::new(passphrase))),
        (_, Some(_)) => Err(refused(
            "age seals to recipients or under a passphrase, and both are given",
            "leave --to out, or unset MLPLAT_AGE_NEW_PASSPHRASE",
        )),
        (to, None) => AgeLock::default()
            .recipients(to.iter().map(String::as_str))
            .map_err(|why| refused(&why.to_string(), "give the key in age's own text form")),
    }
}

/// The names of the variables that carry keys.
const VARIABLES: [&str; 3] = [
    "MLPLAT_AGE_RECIPIENTS",
    "MLPLAT_AGE_IDENTITY",
    "MLPLAT_AGE_PASSPHRASE",
];

/// The keys in `MLPLAT_AGE_RECIPIENTS` (separated by blanks or commas),
/// `MLPLAT_AGE_IDENTITY` and `MLPLAT_AGE_PASSPHRASE`; `None` when there are
/// none.
///
/// # Errors
/// A key that is not written as one.
pub(crate) fn from_environment(
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<AgeLock>, SealError> {
    let [recipients, identity, passphrase] = VARIABLES.map(variable);
    if recipients.is_none() && identity.is_none() && passphrase.is_none() {
        return Ok(None);
    }
    let recipients = recipients.unwrap_or_default();
    let each = recipients
        .split([' ', ',', '\n'])
        .filter(|key| !key.is_empty());
    let mut keys = AgeLock::default().recipients(each)?;
    if let Some(identity) = identity {
        keys = keys.identity(&Plain::new(identity))?;
    }
    if let Some(passphrase) = passphrase {
        keys = keys.passphrase(&Plain::new(passphrase));
    }
    Ok(Some(keys))
}
