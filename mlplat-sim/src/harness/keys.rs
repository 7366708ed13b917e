//! Keys for lives in which nobody looks over anybody's shoulder.

use mlplat_core::seal::{KeyringLock, SealError};

/// A keyring lock without keys. What the keyring seals stays sealed; the
/// keyring itself lies open beside it.
#[derive(Debug, Clone, Copy, Default)]
pub struct ClearKeys;

impl KeyringLock for ClearKeys {
    fn lock(&self, raw: &[u8]) -> Result<String, SealError> {
        Ok(raw.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    fn unlock(&self, locked: &str) -> Result<zeroize::Zeroizing<Vec<u8>>, SealError> {
        let byte = |pair: &[u8]| {
            let text = std::str::from_utf8(pair).map_err(|_| SealError::Damaged)?;
            u8::from_str_radix(text, 16).map_err(|_| SealError::Damaged)
        };
        let bytes: Result<Vec<u8>, SealError> = locked.as_bytes().chunks(2).map(byte).collect();
        bytes.map(zeroize::Zeroizing::new)
    }
}
