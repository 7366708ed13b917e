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
use super::object::{LastCopy, Linger, SimObject};

/// One effect.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Effect {
    Put(Box<SimObject>),
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

pub(super) struct Log {
    files: Option<(Arc<dyn Files>, PathBuf)>,
}

/// What a log says: its effects in order, and the time of the last one.
pub(super) struct Replay {
    pub(super) effects: Vec<Effect>,
    pub(super) last_t: f64,
}

impl Log {
    /// A log that is kept nowhere.
    pub(super) fn none() -> Self {
        Self { files: None }
    }

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
        Ok((
            Self {
                files: Some((files, path)),
            },
            replay,
        ))
    }

    pub(super) fn write(&self, t: f64, effects: &[Effect]) -> io::Result<()> {
        let Some((files, path)) = &self.files else {
            return Ok(());
        };
        let entry = Entry {
            t,
            effects: effects.to_vec(),
        };
        let mut line = serde_json::to_vec(&entry)?;
        line.push(b'\n');
        files.append(path, &line)
    }
}

fn replay(bytes: &[u8]) -> (Replay, usize) {
    let mut replay = Replay {
        effects: Vec::new(),
        last_t: 0.0,
    };
    let mut whole = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let entry = line
            .ends_with(b"\n")
            .then(|| serde_json::from_slice::<Entry>(line).ok())
            .flatten();
        let Some(entry) = entry else { break };
        whole += line.len();
        replay.last_t = entry.t;
        replay.effects.extend(entry.effects);
    }
    (replay, whole)
}
