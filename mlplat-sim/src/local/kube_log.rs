//! A cluster's own log: every effect, before its reply.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use mlplat_core::world::{Files, World};

use super::memory::ClusterMemory;
use crate::cloud::{Faults as AccountFaults, Tally, Wrong, is_called, roll};
use crate::kube::{Effect, Fault, Faults, Journal, JournalError, RequestInfo, Verb};

/// Where the effects of a cluster are kept.
pub(super) enum KubeLog {
    /// In a file: one line of JSON for the effects of one request.
    File(Arc<dyn Files>, PathBuf),
    /// In a cluster that outlives the process.
    Memory(ClusterMemory),
}

impl KubeLog {
    /// What the log says so far; `None` when there is none.
    pub(super) fn read(&self) -> io::Result<Option<Vec<Effect>>> {
        match self {
            Self::File(files, path) => read(&**files, path),
            Self::Memory(memory) => Ok(memory.effects()),
        }
    }
}

fn read(files: &dyn Files, path: &Path) -> io::Result<Option<Vec<Effect>>> {
    let bytes = match files.read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            files.write(path, b"")?;
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
        files.write(path, &bytes[..whole])?;
    }
    Ok((whole > 0).then_some(effects))
}

impl Journal for KubeLog {
    fn record(&mut self, effects: &[Effect]) -> Result<(), JournalError> {
        let failed = |why: &dyn std::fmt::Display| JournalError(why.to_string());
        match self {
            Self::File(files, path) => {
                let mut line = serde_json::to_vec(effects).map_err(|why| failed(&why))?;
                line.push(b'\n');
                files.append(path, &line).map_err(|why| failed(&why))
            }
            Self::Memory(memory) => {
                memory.keep(effects);
                Ok(())
            }
        }
    }
}

/// Fault points around every request that changes something, and nothing for
/// a process that has died at one; between them the faults of the account, for
/// requests of clients.
pub(super) struct FaultPoints {
    world: Arc<dyn World>,
    faults: AccountFaults,
    /// Told when what is kept next is what a caller asked for.
    memory: Option<ClusterMemory>,
    /// The account's, which counts these requests too.
    tally: Arc<Tally>,
    /// Requests so far.
    number: u64,
    /// How the request that is under way goes wrong.
    wrong: Option<Wrong>,
}

impl FaultPoints {
    pub(super) fn new(
        world: Arc<dyn World>,
        faults: AccountFaults,
        memory: Option<ClusterMemory>,
        tally: Arc<Tally>,
    ) -> Self {
        Self {
            world,
            faults,
            memory,
            tally,
            number: 0,
            wrong: None,
        }
    }

    /// From now on, what is kept is what a caller asks for by this verb; with
    /// none, what the cluster does by itself.
    fn called(&self, verb: Option<&'static str>) {
        if let Some(memory) = &self.memory {
            memory.called(verb);
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
        let verbs = called(request.verb);
        let named = |name: &str| {
            let is = |verb: &&str| ty.is_some_and(|ty| is_called(name, ty, verb));
            verbs.iter().any(is)
        };
        self.wrong = self.tally.next(request.verb.changes(), named);
        let denied = |verb: &&str| ty.is_some_and(|ty| self.faults.denies(ty, verb));
        if verbs.iter().any(denied) {
            return Some(Fault::Status(403));
        }
        let retry_after = Duration::from_secs(1);
        match self.wrong {
            Some(Wrong::Denied) => return Some(Fault::Status(403)),
            Some(Wrong::Expired) => return Some(Fault::Status(401)),
            Some(Wrong::ServerError) => return Some(Fault::Status(500)),
            Some(Wrong::Throttled) => return Some(Fault::Throttle { retry_after }),
            Some(Wrong::Reset) => return Some(Fault::DropReply),
            Some(Wrong::LostReply | Wrong::Slow) | None => {}
        }
        if self.chance("throttle", self.faults.throttle) {
            return Some(Fault::Throttle { retry_after });
        }
        if self.chance("5xx", self.faults.server_error) {
            return Some(Fault::Status(500));
        }
        self.called(called(request.verb).first().copied());
        None
    }

    fn after_effect(&mut self, request: &RequestInfo) -> Option<Fault> {
        self.called(None);
        if request.verb.changes() {
            self.world.fault_point("cluster: changed");
        }
        // A reply whose body does not end is no reply.
        let cut = matches!(self.wrong, Some(Wrong::LostReply | Wrong::Slow));
        let lost = request.verb.changes() && self.chance("lost", self.faults.lost_reply);
        (cut || lost || !self.world.alive()).then_some(Fault::DropReply)
    }
}

#[cfg(test)]
mod tests {
    use mlplat_core::world::SystemWorld;

    use super::*;

    fn request(verb: Verb) -> RequestInfo {
        RequestInfo {
            verb,
            group: String::new(),
            version: "v1".to_owned(),
            resource: "configmaps".to_owned(),
            namespace: Some("team".to_owned()),
            name: Some("config".to_owned()),
            subresource: None,
            manager: "mlplat".to_owned(),
            dry_run: false,
        }
    }

    /// What happens to a request before and after its effect.
    fn happens(text: &str, verb: Verb) -> (Option<Fault>, Option<Fault>) {
        let faults: AccountFaults = text.parse().unwrap();
        let tally = Arc::new(Tally::new(&faults.fail));
        let mut points = FaultPoints::new(Arc::new(SystemWorld::new()), faults, None, tally);
        let request = request(verb);
        (points.before(&request), points.after_effect(&request))
    }

    #[test]
    fn the_faults_of_the_account_are_those_of_its_clusters() {
        let throttled = Fault::Throttle {
            retry_after: Duration::from_secs(1),
        };
        assert_eq!(happens("throttle=1", Verb::Get), (Some(throttled), None));
        assert_eq!(
            happens("5xx=1", Verb::List),
            (Some(Fault::Status(500)), None)
        );
        assert_eq!(
            happens("lost_reply=1", Verb::Apply),
            (None, Some(Fault::DropReply))
        );
        assert_eq!(happens("lost_reply=1", Verb::Get), (None, None));
        assert_eq!(happens("", Verb::Apply), (None, None));
    }

    #[test]
    fn a_single_request_goes_wrong_as_a_single_call_does() {
        let cut = (None, Some(Fault::DropReply));
        assert_eq!(happens("fail=lost@change#1", Verb::Apply), cut);
        assert_eq!(happens("fail=slow@call#1", Verb::Get), cut);
        let refused = |code| (Some(Fault::Status(code)), None);
        assert_eq!(happens("fail=expired@call#1", Verb::Get), refused(401));
        let name = "fail=denied@k8s.ConfigMap:update#1";
        assert_eq!(happens(name, Verb::Apply), refused(403));
        assert_eq!(happens("fail=lost@change#2", Verb::Apply), (None, None));
        assert_eq!(happens("fail=lost@change#1", Verb::Get), (None, None));
    }

    #[test]
    fn a_denied_call_is_forbidden_and_no_other() {
        let denied = (Some(Fault::Status(403)), None);
        assert_eq!(happens("deny=k8s.ConfigMap:update", Verb::Apply), denied);
        assert_eq!(happens("deny=k8s.ConfigMap:delete", Verb::Delete), denied);
        assert_eq!(
            happens("deny=k8s.ConfigMap:delete", Verb::Apply),
            (None, None)
        );
        assert_eq!(happens("deny=k8s.Secret:create", Verb::Apply), (None, None));
    }
}
