//! The keyring sealed with age: to X25519 recipients, or under a passphrase.

use std::io::{Read as _, Write as _};
use std::path::Path;

use age::secrecy::{ExposeSecret as _, SecretString};
use age::x25519::{Identity, Recipient};
use zeroize::Zeroizing;

use super::{KeyringLock, SealError};
use crate::wiring::Plain;
use crate::world::Files;

/// Keys in age's own text form (`age1…`, `AGE-SECRET-KEY-1…`).
#[derive(Default)]
pub struct AgeLock {
    recipients: Vec<Recipient>,
    identities: Vec<Identity>,
    passphrase: Option<SecretString>,
}

impl AgeLock {
    /// Public keys that a new keyring is sealed to.
    ///
    /// # Errors
    /// [`SealError::BadKey`] naming the key, which is public.
    pub fn recipients<'a>(
        mut self,
        keys: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, SealError> {
        for key in keys {
            let recipient = key.parse().map_err(|why| {
                SealError::BadKey(format!("the age recipient {key:?} is refused: {why}"))
            })?;
            self.recipients.push(recipient);
        }
        Ok(self)
    }

    /// A private key that opens a keyring, and to which a new one is sealed
    /// too.
    ///
    /// # Errors
    /// [`SealError::BadKey`], without the key.
    pub fn identity(mut self, key: &Plain) -> Result<Self, SealError> {
        let identity: Identity = key
            .expose()
            .trim()
            .parse()
            .map_err(|why| SealError::BadKey(format!("the age identity is refused: {why}")))?;
        self.recipients.push(identity.to_public());
        self.identities.push(identity);
        Ok(self)
    }

    /// A passphrase, used when there are no recipients.
    #[must_use]
    pub fn passphrase(mut self, passphrase: &Plain) -> Self {
        self.passphrase = Some(passphrase.expose().to_owned().into());
        self
    }

    /// The key in a file of its own, made on first use and readable by its
    /// owner only: what the local target uses.
    ///
    /// # Errors
    /// [`SealError::BadKey`] when the file cannot be read or made.
    pub fn local(files: &dyn Files, path: &Path) -> Result<Self, SealError> {
        let failed = |what: &str, why: &dyn std::fmt::Display| {
            SealError::BadKey(format!("{what} the key file {}: {why}", path.display()))
        };
        match files.read(path) {
            Ok(text) => {
                let text =
                    Zeroizing::new(String::from_utf8(text).map_err(|why| failed("read", &why))?);
                Self::default().identity(&Plain::new(text.to_string()))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let identity = Identity::generate();
                let text = identity.to_string();
                // Whole or not at all: half a key would open nothing for ever.
                let beside = path.with_extension("key.new");
                files
                    .write(&beside, text.expose_secret().as_bytes())
                    .and_then(|()| files.sync(&beside))
                    .and_then(|()| files.rename(&beside, path))
                    .and_then(|()| match path.parent() {
                        Some(dir) if dir != Path::new("") => files.sync_dir(dir),
                        _ => files.sync_dir(Path::new(".")),
                    })
                    .map_err(|why| failed("make", &why))?;
                Self::default().identity(&Plain::new(text.expose_secret().to_owned()))
            }
            Err(error) => Err(failed("read", &error)),
        }
    }

    fn encryptor(&self) -> Result<age::Encryptor, SealError> {
        if let (true, Some(passphrase)) = (self.recipients.is_empty(), &self.passphrase) {
            return Ok(age::Encryptor::with_user_passphrase(passphrase.clone()));
        }
        let recipients = self.recipients.iter().map(|key| key as &dyn age::Recipient);
        age::Encryptor::with_recipients(recipients).map_err(|_| SealError::NoRecipient)
    }
}

impl KeyringLock for AgeLock {
    fn lock(&self, raw: &[u8]) -> Result<String, SealError> {
        let mut sealed = Vec::new();
        // Writing to memory cannot fail.
        let written = self
            .encryptor()?
            .wrap_output(&mut sealed)
            .and_then(|mut to| {
                to.write_all(raw)?;
                to.finish().map(|_| ())
            });
        written.map_err(|_| SealError::NoRecipient)?;
        Ok(base64::Engine::encode(
            &base64::engine::general_purpose::STANDARD_NO_PAD,
            sealed,
        ))
    }

    fn unlock(&self, locked: &str) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let engine = &base64::engine::general_purpose::STANDARD_NO_PAD;
        let sealed = base64::Engine::decode(engine, locked).map_err(|_| SealError::Damaged)?;
        let opener = age::Decryptor::new(&sealed[..]).map_err(|_| SealError::Damaged)?;
        let opens = !self.identities.is_empty() || self.passphrase.is_some();
        if !opens && !self.recipients.is_empty() {
            return Err(SealError::OnlyRecipients);
        }
        let scrypt = self.passphrase.clone().map(age::scrypt::Identity::new);
        let keys = self.identities.iter().map(|key| key as &dyn age::Identity);
        let keys = keys.chain(scrypt.iter().map(|key| key as &dyn age::Identity));
        let mut reader = opener.decrypt(keys).map_err(|_| SealError::NoIdentity)?;
        let mut raw = Zeroizing::new(Vec::new());
        reader
            .read_to_end(&mut raw)
            .map_err(|_| SealError::Damaged)?;
        Ok(raw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recipients_can_seal_and_only_identities_can_open() {
        let identity = Identity::generate();
        let public = identity.to_public().to_string();
        let secret = Plain::new(identity.to_string().expose_secret().to_owned());
        let writer = AgeLock::default().recipients([public.as_str()]).unwrap();
        let locked = writer.lock(&[5; 64]).unwrap();
        assert_eq!(
            writer.unlock(&locked).unwrap_err(),
            SealError::OnlyRecipients
        );
        let other = Plain::new(Identity::generate().to_string().expose_secret().to_owned());
        let other = AgeLock::default().identity(&other).unwrap();
        assert_eq!(other.unlock(&locked).unwrap_err(), SealError::NoIdentity);
        let reader = AgeLock::default().identity(&secret).unwrap();
        assert_eq!(*reader.unlock(&locked).unwrap(), [5; 64]);
        assert_eq!(
            AgeLock::default().lock(&[1]).unwrap_err(),
            SealError::NoRecipient
        );
    }

    #[test]
    fn a_bad_identity_is_refused_without_being_shown() {
        let refused = AgeLock::default().identity(&Plain::new("AGE-SECRET-KEY-1NOPE".into()));
        let message = refused.err().unwrap().to_string();
        assert!(!message.contains("NOPE"), "{message}");
    }
}
