//! Secrets at rest.
//!
//! A state carries one *keyring*: a data key and a root seed, 32 random bytes
//! each, drawn when the state is born and sealed for its owners (with age: to
//! recipients, or under a passphrase). Every secret value in state, journal
//! and intents is sealed with the data key. Values are compared by a digest:
//! an HMAC under a key derived from the data key, bound to the place where the
//! value stands, so that equal secrets in two places look different. Generated
//! values come from the root seed by a keyed function, so the same question
//! has the same answer in every run.

mod age_lock;
mod keyring;

pub use age_lock::AgeLock;
pub use keyring::{Keyring, KeyringLock, SealError};
