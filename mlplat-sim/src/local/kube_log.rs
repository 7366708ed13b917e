//! A cluster's own log: every effect, before its reply.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use mlplat_core::world::{Files, World};

use crate::cloud::{Faults as AccountFaults, roll};
use crate::kube::{Effect, Fault, Faults, Journal, JournalError, RequestInfo, Verb};

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
/// a process that has died at one; between them the faults of the account, for
/// requests of clients.
pub(super) struct FaultPoints {
    world: Arc<dyn World>,
    faults: AccountFaults,
    /// Requests so far.
    number: u64,
}

impl FaultPoints {
    pub(super) fn new(world: Arc<dyn World>, faults: AccountFaults) -> Self {
        Self {
            world,
            faults,
            number: 0,
        }
    }

    fn chance(&self, question: &str, share: f64) -> bool {
        share > 0.0 && roll(self.faults.seed, self.number, question) < share
    }
}

/// The verb as providers call it; an apply may be either.
fn called(verb: Verb) -> &'static [&'static str] {
    match verb {
        Verb::Apply => &["create", "update"],
        Verb::Create => &["create"],
        Verb::Update | Verb::Patch => &["update"],
        Verb::Delete | Verb::DeleteCollection => &["delete"],
        Verb::List => &["list"],
        Verb::Get | Verb::Watch | Verb::Discover => &["read"],
    }
}

impl Faults for FaultPoints {
    fn before(&mut self, request: &RequestInfo) -> Option<Fault> {
        self.number += 1;
        if request.verb.changes() {
            self.world.fault_point("cluster: before changing");
        }
        if !self.world.alive() {
            return Some(Fault::DropReply);
        }
        let catalog = mlplat_k8s::catalog();
        let ty = catalog.iter().find(|ty| {
            let (_, plural) = ty.api.rsplit_once('/').unwrap_or_default();
            plural == request.resource
        });
        let denied = |verb: &&str| ty.is_some_and(|ty| self.faults.denies(ty, verb));
        if called(request.verb).iter().any(denied) {
            return Some(Fault::Status(403));
        }
        if self.chance("throttle", self.faults.throttle) {
            let retry_after = Duration::from_secs(1);
            return Some(Fault::Throttle { retry_after });
        }
        self.chance("5xx", self.faults.server_error)
            .then_some(Fault::Status(500))
    }

    fn after_effect(&mut self, request: &RequestInfo) -> Option<Fault> {
        if request.verb.changes() {
            self.world.fault_point("cluster: changed");
        }
        let lost = request.verb.changes() && self.chance("lost", self.faults.lost_reply);
        (lost || !self.world.alive()).then_some(Fault::DropReply)
    }
}
