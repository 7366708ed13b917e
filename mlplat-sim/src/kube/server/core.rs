//! The state machine: a store, the controllers that act on it in virtual time, the journal that keeps it, and the
//! faults that disturb it.
//!
//! Time only moves when somebody looks: each request and each look of a watch first lets every controller that is due
//! act, in the order of their deadlines and *at* their deadlines. What a cluster looks like at a time therefore does
//! not depend on who looked when.

use std::task::Waker;
use std::time::Duration;

use super::dispatch::{self, ApiRequest, Reply};
use super::watch::{self, WatchCursor, WatchStep};
use crate::kube::controllers::{Controller, standard};
use crate::kube::fault::{Fault, Faults, NoFaults, RequestInfo};
use crate::kube::journal::{Effect, Forget, Journal, JournalError, ObjectKey};
use crate::kube::schema::builtin;
use crate::kube::status::Failure;
use crate::kube::store::{ClusterConfig, Store};

/// The least time that a controller waits before it acts on a change.
const LEAST_LATENCY: Duration = Duration::from_millis(1);
/// How long a controller waits after its action could not be kept.
const RETRY: Duration = Duration::from_secs(1);

/// What a server is put together from.
pub struct Parts {
    /// What is fixed about the cluster.
    pub config: ClusterConfig,
    /// Who acts on its own.
    pub controllers: Vec<Box<dyn Controller>>,
    /// Where effects are kept.
    pub journal: Box<dyn Journal>,
    /// What goes wrong.
    pub faults: Box<dyn Faults>,
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            config: ClusterConfig::default(),
            controllers: standard(),
            journal: Box::new(Forget),
            faults: Box::new(NoFaults),
        }
    }
}

struct Scheduled {
    controller: Box<dyn Controller>,
    due: Option<Duration>,
}

impl Scheduled {
    fn wake(&mut self, now: Duration) {
        let due = now + self.controller.latency().max(LEAST_LATENCY);
        self.due = Some(self.due.map_or(due, |old| old.min(due)));
    }
}

/// A simulated Kubernetes API server.
pub struct ApiServer {
    store: Store,
    controllers: Vec<Scheduled>,
    journal: Box<dyn Journal>,
    faults: Box<dyn Faults>,
    wakers: Vec<Waker>,
}

impl ApiServer {
    /// A new cluster, with the namespaces that every cluster has.
    ///
    /// # Errors
    /// When the journal cannot keep them.
    pub fn new(parts: Parts, now: Duration) -> Result<Self, JournalError> {
        let mut server = Self::assemble(parts, std::iter::empty());
        server.change(now, crate::kube::controllers::bootstrap)?;
        Ok(server)
    }

    /// The cluster that these effects made. Controllers look at it anew, so that whatever they had begun goes on.
    #[must_use]
    pub fn restore(parts: Parts, effects: impl IntoIterator<Item = Effect>, now: Duration) -> Self {
        let mut server = Self::assemble(parts, effects);
        server.reschedule(now);
        server
    }

    fn assemble(parts: Parts, effects: impl IntoIterator<Item = Effect>) -> Self {
        let mut store = Store::new(parts.config, builtin());
        store.replay(effects);
        let controllers = parts.controllers.into_iter().map(|controller| Scheduled {
            controller,
            due: None,
        });
        Self {
            store,
            controllers: controllers.collect(),
            journal: parts.journal,
            faults: parts.faults,
            wakers: Vec::new(),
        }
    }

    /// The objects.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// When the next controller is due; `None` when the cluster is at rest.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Duration> {
        self.controllers.iter().filter_map(|one| one.due).min()
    }

    /// The controller that is due next: the first of them among equals.
    fn next_due(&self) -> Option<(Duration, usize)> {
        let all = self.controllers.iter().enumerate();
        all.filter_map(|(at, one)| Some((one.due?, at))).min()
    }

    /// Lets every controller that is due by `now` act.
    pub fn advance(&mut self, now: Duration) {
        while let Some((at, index)) = self.next_due().filter(|(due, _)| *due <= now) {
            self.store.begin(at);
            let scheduled = &mut self.controllers[index];
            scheduled.due = None;
            let again = scheduled.controller.react(&mut self.store, at);
            let again = again.map(|wanted| wanted.max(at + LEAST_LATENCY));
            let due = match self.settle(at) {
                Ok(()) => again,
                Err(_) => Some(now.max(at) + RETRY),
            };
            let scheduled = &mut self.controllers[index];
            scheduled.due = [scheduled.due, due].into_iter().flatten().min();
        }
    }

    /// Answers a request. `None` when the connection breaks instead.
    pub fn handle(&mut self, request: &ApiRequest<'_>, now: Duration) -> Option<Reply> {
        self.advance(now);
        let parsed = match dispatch::parse(self.store.registry(), request) {
            Ok(parsed) => parsed,
            Err(reply) => return Some(*reply),
        };
        if let Some(fault) = self.faults.before(&parsed.info) {
            return answer(fault);
        }
        let reply = self.run(&parsed, now);
        match self.faults.after_effect(&parsed.info) {
            Some(fault) => answer(fault),
            None => Some(reply),
        }
    }

    fn run(&mut self, parsed: &dispatch::Parsed, now: Duration) -> Reply {
        let delay = if parsed.watches() {
            self.faults.watch_delay(&parsed.info)
        } else {
            Duration::ZERO
        };
        self.store.begin(now);
        if parsed.info.dry_run {
            self.store.rehearse();
        }
        let result = dispatch::run(&mut self.store, parsed, delay);
        let keep = result.is_ok() && !parsed.info.dry_run;
        if !keep {
            self.store.rollback();
        }
        let result = match self.settle(now) {
            Ok(()) => result,
            Err(JournalError(why)) => Err(Failure::internal(format!("etcdserver: {why}"))),
        };
        result.unwrap_or_else(|failure| Reply::failure(&failure))
    }

    /// Changes the cluster without a request: all or nothing, journalled, seen by watches and controllers.
    pub(crate) fn change<T>(
        &mut self,
        now: Duration,
        edit: impl FnOnce(&mut Store) -> T,
    ) -> Result<T, JournalError> {
        self.advance(now);
        self.store.begin(now);
        let value = edit(&mut self.store);
        self.settle(now)?;
        Ok(value)
    }

    /// Makes what was changed durable, then visible.
    fn settle(&mut self, now: Duration) -> Result<(), JournalError> {
        let effects = self.store.effects();
        if effects.is_empty() {
            self.store.commit();
            return Ok(());
        }
        if let Err(error) = self.journal.record(&effects) {
            self.store.rollback();
            self.store.commit();
            return Err(error);
        }
        self.store.commit();
        self.wake_concerned(now, &effects);
        self.wakers.drain(..).for_each(Waker::wake);
        Ok(())
    }

    /// Lets every controller look again, some time after now.
    pub fn reschedule(&mut self, now: Duration) {
        self.controllers.iter_mut().for_each(|one| one.wake(now));
    }

    fn wake_concerned(&mut self, now: Duration, effects: &[Effect]) {
        let keys = effects.iter().filter_map(|effect| match effect {
            Effect::Put { key, .. } | Effect::Delete { key } => Some(key),
            Effect::Counters { .. } => None,
        });
        for one in &mut self.controllers {
            let subjects = one.controller.subjects();
            if !subjects.is_empty() && !subjects.iter().any(|plural| self.store.has_any(plural)) {
                continue;
            }
            let concerns = one.controller.concerns();
            let touched = |key: &ObjectKey| {
                let mut any = concerns.iter();
                any.any(|(group, resource)| key.is(group, resource))
            };
            if concerns.is_empty() || keys.clone().any(touched) {
                one.wake(now);
            }
        }
    }

    /// The next thing that a watch has to say.
    pub fn poll_watch(&mut self, cursor: &mut WatchCursor, now: Duration) -> WatchStep {
        self.advance(now);
        match watch::step(&self.store, cursor, now) {
            WatchStep::Wait(own) => {
                WatchStep::Wait([own, self.next_deadline()].into_iter().flatten().min())
            }
            step => step,
        }
    }

    /// Wakes this task when something changes.
    pub(crate) fn wake_on_change(&mut self, waker: &Waker) {
        if !self.wakers.iter().any(|known| known.will_wake(waker)) {
            self.wakers.push(waker.clone());
        }
    }

    /// Forgets the log of changes, as a compaction of the database does: older watches get 410.
    pub fn compact(&mut self) {
        self.store.compact();
    }

    /// Replaces what goes wrong from now on.
    pub fn set_faults(&mut self, faults: Box<dyn Faults>) {
        self.faults = faults;
    }

    /// What a request would be taken for, without running it.
    #[must_use]
    pub fn describe(&self, request: &ApiRequest<'_>) -> Option<RequestInfo> {
        dispatch::parse(self.store.registry(), request)
            .ok()
            .map(|parsed| parsed.info)
    }
}

fn answer(fault: Fault) -> Option<Reply> {
    match fault {
        Fault::DropReply => None,
        Fault::Status(code) => Some(Reply::failure(&Failure::injected(code, None))),
        Fault::Throttle { retry_after } => {
            let seconds = u32::try_from(retry_after.as_millis().div_ceil(1000)).unwrap_or(u32::MAX);
            Some(Reply::failure(&Failure::injected(429, Some(seconds))))
        }
    }
}
