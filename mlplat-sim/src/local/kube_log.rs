//! A cluster's own log: every effect, before its reply.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use mlplat_core::world::{Files, World};

use crate::kube::{Effect, Fault, Faults, Journal, JournalError, RequestInfo};

/// One line of JSON for the effects of one request.
pub(super) struct KubeLog {
    pub(super) files: Arc<dyn Files>,
    pub(super) path: PathBuf,
}

impl KubeLog {
    /// What the log says so far; `None` when there is none.
    pub(super) fn read(&self) -> io::Result<Option<Vec<Effect>>> {
        let bytes = match self.files.read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.files.write(&self.path, b"")?;
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let mut effects = Vec::new();
        let mut whole = 0;
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            // A last line that was cut short happened to nobody.
            let parsed = line
                .ends_with(b"\n")
                .then(|| serde_json::from_slice::<Vec<Effect>>(line).ok());
            let Some(parsed) = parsed.flatten() else {
                break;
            };
            whole += line.len();
            effects.extend(parsed);
        }
        if whole < bytes.len() {
            self.files.write(&self.path, &bytes[..whole])?;
        }
        Ok((whole > 0).then_some(effects))
    }
}

impl Journal for KubeLog {
    fn record(&mut self, effects: &[Effect]) -> Result<(), JournalError> {
        let failed = |why: &dyn std::fmt::Display| JournalError(why.to_string());
        let mut line = serde_json::to_vec(effects).map_err(|why| failed(&why))?;
        line.push(b'\n');
        self.files
            .append(&self.path, &line)
            .map_err(|why| failed(&why))
    }
}

/// Fault points around every request that changes something, and nothing for
/// a process that has died at one.
pub(super) struct FaultPoints(pub(super) Arc<dyn World>);

impl Faults for FaultPoints {
    fn before(&mut self, request: &RequestInfo) -> Option<Fault> {
        if request.verb.changes() {
            self.0.fault_point("cluster: before changing");
        }
        (!self.0.alive()).then_some(Fault::DropReply)
    }

    fn after_effect(&mut self, request: &RequestInfo) -> Option<Fault> {
        if request.verb.changes() {
            self.0.fault_point("cluster: changed");
        }
        (!self.0.alive()).then_some(Fault::DropReply)
    }
}
