//! The account's own log: every effect, before its reply.
//!
//! One JSON document per line; the last line may be cut short, and then its
//! effect never happened and nobody was told of it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mlplat_core::world::Files;
use serde::{Deserialize, Serialize};

use super::held::HeldKey;
use super::memory::{AccountMemory, Standing, Write};
use super::object::{LastCopy, Linger, SimObject};

/// One effect.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Effect {
    Put(Arc<SimObject>),
    Gone(u64),
    Linger(Linger),
    Copied(LastCopy),
    Held(HeldKey),
}

/// The effects of one call, with the time at which they happened.
#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    t: f64,
    effects: Vec<Effect>,
}

/// Where effects are kept.
pub(super) enum Log {
    /// Nowhere.
    None,
    /// In a file.
    File(Arc<dyn Files>, PathBuf),
    /// In an account that outlives the process.
    Memory(AccountMemory),
}

/// What a log says: what the account has come to, and when.
#[derive(Default)]
pub(super) struct Replay {
    pub(super) standing: Standing,
    pub(super) last_t: f64,
}

impl Log {
    /// The log in a folder, with what it says so far.
    pub(super) fn open(files: Arc<dyn Files>, dir: &Path) -> io::Result<(Self, Replay)> {
        files.create_dir(dir)?;
        let path = dir.join("aws.log");
        let bytes = match files.read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                files.write(&path, b"")?;
                Vec::new()
            }
            Err(error) => return Err(error),
        };
        let (replay, whole) = replay(&bytes);
        if whole < bytes.len() {
            files.write(&path, &bytes[..whole])?;
        }
        Ok((Self::File(files, path), replay))
    }

    /// The account in memory, as it is.
    pub(super) fn remembered(memory: &AccountMemory) -> (Self, Replay) {
        let now = memory.lock();
        let replay = Replay {
            standing: now.standing.clone(),
            last_t: now.t,
        };
        (Self::Memory(memory.clone()), replay)
    }

    pub(super) fn write(&self, t: f64, effects: &[Effect]) -> io::Result<()> {
        match self {
            Self::None => Ok(()),
            Self::File(files, path) => {
                let effects = effects.to_vec();
                let mut line = serde_json::to_vec(&Entry { t, effects })?;
                line.push(b'\n');
                files.append(path, &line)
            }
            Self::Memory(memory) => {
                let mut memory = memory.lock();
                memory.t = t;
                for effect in effects {
                    memory.standing.apply(effect.clone());
                }
                Ok(())
            }
        }
    }

    /// Notes what a caller has written, where somebody may ask.
    pub(super) fn note(&self, writes: impl IntoIterator<Item = Write>) {
        if let Self::Memory(memory) = self {
            memory.lock().writes.extend(writes);
        }
    }
}

fn replay(bytes: &[u8]) -> (Replay, usize) {
    let mut replay = Replay::default();
    let mut whole = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let entry = line
            .ends_with(b"\n")
            .then(|| serde_json::from_slice::<Entry>(line).ok())
            .flatten();
        let Some(entry) = entry else { break };
        whole += line.len();
        replay.last_t = entry.t;
        for effect in entry.effects {
            replay.standing.apply(effect);
        }
    }
    (replay, whole)
}
