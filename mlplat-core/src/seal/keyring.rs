//! The keyring: sealing, digests, generated values.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::wiring::{Generated, Plain};
use crate::world::World;

const NONCE: usize = 24;

/// Seals and opens the keyring itself: age with recipients or a passphrase, a
/// cloud key service, a test's plain text.
pub trait KeyringLock: Send + Sync {
    /// Seals the raw keyring as text.
    ///
    /// # Errors
    /// [`SealError`] when no key to seal with is at hand.
    fn lock(&self, raw: &[u8]) -> Result<String, SealError>;

    /// Opens what [`KeyringLock::lock`] made.
    ///
    /// # Errors
    /// [`SealError`] when no key at hand opens it.
    fn unlock(&self, locked: &str) -> Result<Zeroizing<Vec<u8>>, SealError>;
}

/// What can go wrong with keys and sealed values. No message carries a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// There is nothing to seal a new state with.
    #[error("no key to seal the state's secrets with")]
    NoRecipient,
    /// The keys at hand do not open the state.
    #[error("none of the keys at hand opens the state's secrets")]
    NoIdentity,
    /// The key is in a file, which is missing or has another key.
    #[error("the key file {file} {what}")]
    KeyFile {
        /// Where it is, or should be.
        file: String,
        /// What is the matter with it.
        what: &'static str,
    },
    /// There are keys to seal with and none to open with.
    #[error("the keys at hand can seal the state's secrets and not open them")]
    OnlyRecipients,
    /// A key is not written as a key.
    #[error("{0}")]
    BadKey(String),
    /// A sealed value was changed, or belongs to another place or state.
    #[error("a sealed value does not open; it was changed or belongs elsewhere")]
    Damaged,
}

/// The opened keyring of a state.
#[derive(Clone)]
pub struct Keyring {
    data: Zeroizing<[u8; 32]>,
    root: Zeroizing<[u8; 32]>,
}

impl Keyring {
    /// A new keyring with random keys.
    #[must_use]
    pub fn draw(world: &dyn World) -> Self {
        let (mut data, mut root) = (Zeroizing::new([0; 32]), Zeroizing::new([0; 32]));
        world.random(&mut *data);
        world.random(&mut *root);
        Self { data, root }
    }

    /// A keyring that everybody knows, for plans that are never carried out.
    pub(crate) fn fixed() -> Self {
        Self {
            data: Zeroizing::new([0; 32]),
            root: Zeroizing::new([0; 32]),
        }
    }

    /// The keyring sealed for its owners.
    ///
    /// # Errors
    /// As [`KeyringLock::lock`].
    pub fn locked(&self, lock: &dyn KeyringLock) -> Result<String, SealError> {
        let mut raw = Zeroizing::new(Vec::with_capacity(64));
        raw.extend_from_slice(&*self.data);
        raw.extend_from_slice(&*self.root);
        lock.lock(&raw)
    }

    /// Opens a sealed keyring.
    ///
    /// # Errors
    /// As [`KeyringLock::unlock`]; [`SealError::Damaged`] when what it opens
    /// to is no keyring.
    pub fn unlock(locked: &str, lock: &dyn KeyringLock) -> Result<Self, SealError> {
        let raw = lock.unlock(locked)?;
        let (data, root) = raw.split_at_checked(32).ok_or(SealError::Damaged)?;
        let copy = |half: &[u8]| half.try_into().map(Zeroizing::new);
        Ok(Self {
            data: copy(data).map_err(|_| SealError::Damaged)?,
            root: copy(root).map_err(|_| SealError::Damaged)?,
        })
    }

    /// Seals a value for one place (`birth|field`). Sealing twice gives two
    /// texts.
    #[must_use]
    pub fn seal(&self, world: &dyn World, place: &str, plain: &Plain) -> String {
        let mut nonce = [0; NONCE];
        world.random(&mut nonce);
        let payload = Payload {
            msg: plain.expose().as_bytes(),
            aad: place.as_bytes(),
        };
        // Encryption fails only beyond 256 GiB; an empty text opens to Damaged.
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .unwrap_or_default();
        BASE64.encode([&nonce[..], &sealed].concat())
    }

    /// Opens a value sealed for `place`.
    ///
    /// # Errors
    /// [`SealError::Damaged`].
    pub fn open(&self, place: &str, sealed: &str) -> Result<Plain, SealError> {
        let raw = BASE64.decode(sealed).map_err(|_| SealError::Damaged)?;
        let (nonce, sealed) = raw.split_at_checked(NONCE).ok_or(SealError::Damaged)?;
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| SealError::Damaged)?;
        let payload = Payload {
            msg: sealed,
            aad: place.as_bytes(),
        };
        let plain = self
            .cipher()
            .decrypt(&XNonce::from(nonce), payload)
            .map_err(|_| SealError::Damaged)?;
        String::from_utf8(plain)
            .map(Plain::new)
            .map_err(|_| SealError::Damaged)
    }

    /// A digest by which two values at one place are compared.
    #[must_use]
    pub fn digest(&self, place: &str, plain: &Plain) -> String {
        let mut key = mac(&*self.data);
        key.update(b"mlplat digest v1");
        let mut digest = mac(&key.finalize().into_bytes());
        digest.update(&(place.len() as u64).to_be_bytes());
        digest.update(place.as_bytes());
        digest.update(plain.expose().as_bytes());
        crate::hex(&digest.finalize().into_bytes()[..16])
    }

    /// The value that `key` names at first, before it was ever rotated.
    #[must_use]
    pub fn generate(&self, key: &str, shape: Generated) -> Plain {
        drawn(&self.root, key, shape)
    }

    /// A value for a secret that is rotated. It is drawn afresh and derives
    /// from no key of the state: who has an old copy of the state, and what
    /// opens it, still does not have this.
    #[must_use]
    pub fn renew(world: &dyn World, key: &str, shape: Generated) -> Plain {
        let mut root = Zeroizing::new([0; 32]);
        world.random(&mut *root);
        drawn(&root, key, shape)
    }

    /// The salt of a hash of `plain`: the same in every run, another one for
    /// another secret or another `key`.
    #[must_use]
    pub fn salt(&self, key: &str, plain: &Plain) -> [u8; 16] {
        let mut prf = mac(&*self.root);
        prf.update(b"mlplat salt v1");
        prf.update(&(key.len() as u64).to_be_bytes());
        prf.update(key.as_bytes());
        prf.update(plain.expose().as_bytes());
        let drawn = prf.finalize().into_bytes();
        let mut salt = [0; 16];
        salt.copy_from_slice(&drawn[..16]);
        salt
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.data).into())
    }
}

/// Characters by a keyed function of the root and the key.
fn drawn(root: &[u8; 32], key: &str, shape: Generated) -> Plain {
    let characters = shape.charset.characters().as_bytes();
    // Bytes above the last whole multiple would favour some characters.
    let fair = 256 - 256 % characters.len();
    let mut text = String::with_capacity(usize::from(shape.length));
    for block in 0u32.. {
        let mut prf = mac(root);
        prf.update(b"mlplat generate v1");
        prf.update(&(key.len() as u64).to_be_bytes());
        prf.update(key.as_bytes());
        prf.update(&0u32.to_be_bytes());
        prf.update(&block.to_be_bytes());
        for byte in prf.finalize().into_bytes() {
            if text.len() == usize::from(shape.length) {
                return Plain::new(text);
            }
            if usize::from(byte) < fair {
                text.push(char::from(characters[usize::from(byte) % characters.len()]));
            }
        }
    }
    Plain::new(text)
}

fn mac(key: &[u8]) -> Hmac<Sha256> {
    // HMAC takes keys of any length.
    #[allow(clippy::expect_used)]
    Hmac::new_from_slice(key).expect("HMAC takes any key")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::SystemWorld;

    fn keyring() -> Keyring {
        Keyring {
            data: Zeroizing::new([7; 32]),
            root: Zeroizing::new([9; 32]),
        }
    }

    #[tokio::test]
    async fn a_sealed_value_opens_only_in_its_place() {
        let world = SystemWorld::new();
        let plain = Plain::new("hunter2".into());
        let sealed = keyring().seal(&world, "1.0|Password", &plain);
        assert!(!sealed.contains("hunter2"));
        assert_ne!(sealed, keyring().seal(&world, "1.0|Password", &plain));
        assert!(keyring().open("1.0|Password", &sealed).unwrap() == plain);
        assert!(keyring().open("1.1|Password", &sealed).is_err());
        assert!(keyring().open("1.0|Password", &sealed[1..]).is_err());
    }

    #[test]
    fn equal_secrets_in_two_places_look_different() {
        let plain = Plain::new("hunter2".into());
        assert_eq!(keyring().digest("a", &plain), keyring().digest("a", &plain));
        assert_ne!(keyring().digest("a", &plain), keyring().digest("b", &plain));
    }

    #[test]
    fn generated_values_depend_on_the_key_only() {
        let shape = Generated::alphanumeric(24);
        let make = |key| keyring().generate(key, shape).expose().to_owned();
        assert_eq!(make("db"), make("db"));
        assert_ne!(make("db"), make("dc"));
        assert_eq!(make("db").len(), 24);
        assert!(make("db").chars().all(|c| c.is_ascii_alphanumeric()));
    }

    #[tokio::test]
    async fn a_renewed_value_derives_from_nothing() {
        let (world, shape) = (SystemWorld::new(), Generated::hex(32));
        let first = Keyring::renew(&world, "db", shape);
        assert!(first != Keyring::renew(&world, "db", shape));
        assert!(first != keyring().generate("db", shape));
        assert_eq!(first.expose().len(), 32);
    }
}
