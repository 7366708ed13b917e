//! Randomness that comes out the same every time.

use sha2::{Digest, Sha256};

use crate::funcs::{CallSite, SeedSource};

/// Seeds derived from one secret seed, the release and the call: the same chart gets the same
/// passwords and keys in every render, and other ones for every release.
///
/// The key of a call is SHA-256 over the secret, the release's name and namespace, and the
/// function, template, line, column and ordinal of the call, each with its length in front.
#[derive(Clone)]
pub struct DerivedSeeds {
    secret: [u8; 32],
    namespace: String,
    release: String,
}

impl DerivedSeeds {
    /// Seeds for one release.
    pub fn new(secret: [u8; 32], namespace: impl Into<String>, release: impl Into<String>) -> Self {
        Self {
            secret,
            namespace: namespace.into(),
            release: release.into(),
        }
    }
}

impl std::fmt::Debug for DerivedSeeds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DerivedSeeds")
            .field("namespace", &self.namespace)
            .field("release", &self.release)
            .finish_non_exhaustive()
    }
}

impl SeedSource for DerivedSeeds {
    fn seed(&self, site: &CallSite) -> [u8; 32] {
        let mut hash = Sha256::new();
        let mut add = |part: &[u8]| {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        };
        add(&self.secret);
        add(self.namespace.as_bytes());
        add(self.release.as_bytes());
        add(site.function.as_bytes());
        add(site.template.as_bytes());
        add(&(site.line as u64).to_le_bytes());
        add(&(site.column as u64).to_le_bytes());
        add(&site.ordinal.to_le_bytes());
        hash.finalize().into()
    }
}
