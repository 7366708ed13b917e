//! The executor: one loop over steps, batches and cancellation.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt as _, pending};
use futures::stream::{FuturesUnordered, StreamExt as _};
use serde_json::{Map, Value};

use super::cancel::{Cancel, Phase};
use super::entry::{Entry, Ready};
use super::event::{Event, Sink, Stamped, Verb};
use super::gate::{Answer, Held, NextStep, StepGate};
use super::ledger::{Batch, Ledger};
use super::limits::Limits;
use super::outcome::{Deployment, Failure, Outcome};
use super::panics::WORDS;
use super::pulse::pulse;
use super::slots::Slots;
use super::step::StepEnd;
use crate::graph::Graph;
use crate::path::NodePath;
use crate::plan::{Change, Env, NodeOutputs, Plan, Planned, SecretBook, StepKind};
use crate::provider::Providers;
use crate::state::{BirthId, Session, StoreError};
use crate::wiring::NodeId;
use crate::world::World;

/// Everything that the steps of one run share.
pub(crate) struct Run<'a> {
    pub(crate) graph: &'a Graph,
    pub(crate) plan: &'a Plan,
    pub(crate) providers: &'a Providers,
    pub(crate) world: &'a dyn World,
    pub(crate) secrets: &'a SecretBook,
    pub(crate) ledger: &'a Ledger,
    pub(crate) sink: &'a dyn Sink,
    pub(crate) cancel: &'a Cancel,
    pub(crate) slots: Slots,
    pub(super) entry: Entry,
    pub(crate) limits: &'a Limits,
    pub(crate) started: Duration,
    pub(crate) lineage: String,
    /// Deletions may destroy data.
    pub(crate) delete_data: bool,
    /// For each step, what is left of the longest path through it.
    pub(crate) priority: Vec<u64>,
    outputs: Mutex<Vec<Option<NodeOutputs>>>,
    /// The object that stands for each node by now.
    places: Mutex<Vec<Option<BirthId>>>,
    kept: Mutex<HashSet<usize>>,
}

impl Env for Run<'_> {
    fn outputs(&self, node: NodeId) -> Option<NodeOutputs> {
        let outputs = self.outputs.lock().unwrap_or_else(PoisonError::into_inner);
        outputs.get(node.index()).cloned().flatten()
    }
}

/// What a run is started with.
pub(crate) struct Setup<'a> {
    pub(crate) graph: &'a Graph,
    pub(crate) plan: &'a Plan,
    pub(crate) providers: &'a Providers,
    pub(crate) world: &'a dyn World,
    pub(crate) secrets: &'a SecretBook,
    pub(crate) ledger: &'a Ledger,
    pub(crate) sink: &'a dyn Sink,
    pub(crate) cancel: &'a Cancel,
    pub(crate) limits: &'a Limits,
    pub(crate) parallelism: usize,
    pub(crate) delete_data: bool,
    pub(crate) started: Duration,
}

impl<'a> Run<'a> {
    pub(crate) fn new(setup: &Setup<'a>) -> Self {
        let run = Self {
            graph: setup.graph,
            plan: setup.plan,
            providers: setup.providers,
            world: setup.world,
            secrets: setup.secrets,
            ledger: setup.ledger,
            sink: setup.sink,
            cancel: setup.cancel,
            slots: Slots::new(setup.parallelism),
            entry: Entry::new(setup.plan.steps.len(), setup.parallelism),
            limits: setup.limits,
            started: setup.started,
            lineage: setup.ledger.with(|state| state.lineage.clone()),
            delete_data: setup.delete_data,
            priority: crate::plan::remaining(&setup.plan.steps),
            outputs: Mutex::new(vec![None; setup.graph.nodes().len()]),
            places: Mutex::new(vec![None; setup.graph.nodes().len()]),
            kept: Mutex::default(),
        };
        for (node, answer) in &setup.plan.answers {
            run.put_outputs(*node, answer.clone());
        }
        run
    }

    pub(crate) fn tell(&self, event: Event) {
        let since = self.world.now().saturating_sub(self.started);
        self.sink.event(&Stamped {
            v: 1,
            t_s: seconds(since),
            event,
        });
    }

    pub(crate) fn set_outputs(
        &self,
        node: NodeId,
        known: Map<String, Value>,
        secret: BTreeMap<String, crate::wiring::Plain>,
    ) {
        let outputs = NodeOutputs {
            known: known.into(),
            secret: secret.into(),
            changing: Default::default(),
        };
        self.put_outputs(node, outputs);
    }

    pub(crate) fn put_outputs(&self, node: NodeId, new: NodeOutputs) {
        let mut outputs = self.outputs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = outputs.get_mut(node.index()) {
            *slot = Some(new);
        }
    }

    /// An object stands for a node from now on.
    pub(crate) fn place(&self, node: NodeId, object: BirthId) {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = places.get_mut(node.index()) {
            *place = Some(object);
        }
    }

    /// The object that stands for a node whose step is done.
    pub(crate) fn placed(&self, node: NodeId) -> Option<BirthId> {
        let places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        places.get(node.index()).copied().flatten()
    }

    /// A replacement turned out not to be needed: its old object stays.
    pub(crate) fn keep(&self, planned: usize) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(planned);
    }

    pub(crate) fn is_kept(&self, planned: usize) -> bool {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.contains(&planned)
    }

    /// Whether a step is something to report.
    pub(crate) fn reports(&self, step: usize) -> bool {
        self.planned(step)
            .is_some_and(|(planned, kind, _)| verb(planned, kind).is_some())
    }

    pub(crate) fn planned(&self, step: usize) -> Option<(&'a Planned, StepKind, usize)> {
        let step = self.plan.steps.step(step)?;
        let planned = self.plan.planned.get(step.planned)?;
        Some((planned, step.kind, step.planned))
    }
}

pub(crate) fn seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1000.0).round() / 1000.0
}

/// Why a step is not started that somebody said no to.
const DECLINED: &str = "not confirmed";

type StepFuture<'a> = BoxFuture<'a, (usize, StepEnd)>;

/// Where the loop stands.
struct Progress<'a> {
    run: &'a Run<'a>,
    /// How many earlier steps each step still waits for.
    waits: Vec<usize>,
    ready: Ready,
    /// Ready too, but somebody is asked first.
    held: Held,
    under_way: FuturesUnordered<StepFuture<'a>>,
    begun: Vec<Option<Duration>>,
    took: Vec<Duration>,
    /// Why a step is not started: the node that failed before it.
    blocked: HashMap<usize, NodePath>,
    done: usize,
    /// Steps to report that ended well or not: the others were skipped.
    ended: usize,
    failed: Vec<Failure>,
    stopping: bool,
    /// A question is open.
    asking: bool,
}

/// Something that needs the session: a batch on its way, or a beat of its heart.
type Flush = BoxFuture<'static, (Box<dyn Session>, Option<Batch>, Result<(), StoreError>)>;

/// Carries the plan out. Returns the session, so that the end can be written.
pub(crate) async fn execute(
    run: &Run<'_>,
    session: Box<dyn Session>,
    extends: u64,
    gate: Option<StepGate>,
) -> (Box<dyn Session>, Deployment, Option<StoreError>) {
    let mut progress = Progress::new(run, gate);
    let every = session.beats_every();
    let mut next_beat = pulse(run.world, every).fuse();
    let mut beats = false;
    let mut session = Some(session);
    let mut flush: Option<Flush> = None;
    let mut broken = None;
    // Something is to be written, and no step can go on before it is.
    let mut due = false;
    loop {
        progress.start_ready();
        due |= progress.under_way.is_empty();
        if due && session.is_some() {
            due = false;
            if let Some(batch) = run.ledger.take()
                && let Some(session) = session.take()
            {
                flush = Some(write(session, run.lineage.clone(), extends, batch));
            }
        }
        if beats && let Some(session) = session.take() {
            beats = false;
            flush = Some(beat(session));
        }
        if progress.under_way.is_empty() && session.is_some() {
            if progress.stopping || !progress.held.is_due() {
                if !progress.asking {
                    break;
                }
            } else {
                progress.ask();
            }
        }
        let stop = if progress.stopping {
            Phase::Abort
        } else {
            Phase::Stop
        };
        futures::select_biased! {
            (back, batch, result) = written(&mut flush).fuse() => {
                flush = None;
                session = Some(back);
                match (result, batch) {
                    (Ok(()), batch) => {
                        if let Some(batch) = batch {
                            batch.acknowledge(|event| run.tell(event));
                        }
                    }
                    (Err(error), batch) => {
                        let records = batch.map_or_else(Vec::new, |batch| batch.records);
                        run.ledger.halt(records);
                        progress.stopping = true;
                        broken = Some(error);
                    }
                }
            },
            () = run.cancel.reached(stop).fuse() => {
                if stop == Phase::Abort {
                    break;
                }
                progress.stop();
            },
            () = next_beat => {
                next_beat = pulse(run.world, every).fuse();
                beats = true;
            },
            // Before anything is written: what comes next becomes durable with it.
            ended = progress.under_way.select_next_some() => progress.ended(ended.0, ended.1),
            () = run.ledger.gathered().fuse() => due = true,
            answer = progress.held.answer().fuse() => progress.answered(&answer),
        }
    }
    let deployment = progress.finish();
    let session = match session {
        Some(session) => session,
        // Cut off while a batch was being written: the write is awaited.
        None => written(&mut flush).await.0,
    };
    (session, deployment, broken)
}

async fn written(
    flush: &mut Option<Flush>,
) -> (Box<dyn Session>, Option<Batch>, Result<(), StoreError>) {
    match flush {
        Some(flush) => flush.await,
        None => pending().await,
    }
}

fn write(mut session: Box<dyn Session>, lineage: String, extends: u64, batch: Batch) -> Flush {
    Box::pin(async move {
        let result = session.append(&lineage, extends, &batch.records).await;
        (session, Some(batch), result)
    })
}

fn beat(mut session: Box<dyn Session>) -> Flush {
    Box::pin(async move {
        session.beat().await;
        (session, None, Ok(()))
    })
}

impl<'a> Progress<'a> {
    fn new(run: &'a Run<'a>, gate: Option<StepGate>) -> Self {
        let steps = &run.plan.steps;
        let waits: Vec<usize> = (0..steps.len())
            .map(|at| steps.before(at).count())
            .collect();
        let mut ready = Ready::default();
        ready.extend((0..steps.len()).filter(|at| waits[*at] == 0));
        Self {
            run,
            waits,
            ready,
            held: Held::new(gate),
            asking: false,
            under_way: FuturesUnordered::new(),
            begun: vec![None; steps.len()],
            took: vec![Duration::ZERO; steps.len()],
            blocked: HashMap::new(),
            done: 0,
            ended: 0,
            failed: Vec::new(),
            stopping: false,
        }
    }

    fn start_ready(&mut self) {
        // A step that is over at once can make others ready.
        while let Some(at) = self.next() {
            if let Some(because) = self.blocked.get(&at).cloned() {
                // What it waits for may have been cut off rather than failed.
                let failed = self.failed.iter().any(|failure| failure.path == because);
                let because = if failed {
                    because.to_string()
                } else if self.held.declined.contains(&because) {
                    DECLINED.to_owned()
                } else {
                    "cancelled".to_owned()
                };
                self.skip(at, because);
            } else if self.stopping {
                self.skip(at, "cancelled".to_owned());
            } else if self.held.asks() && self.run.reports(at) {
                self.held.push(at);
            } else {
                self.start(at);
            }
        }
    }

    fn next(&mut self) -> Option<usize> {
        let room = match self.stopping || self.held.asks() {
            true => usize::MAX,
            false => self.run.entry.room(),
        };
        self.ready.next(room, &self.run.priority)
    }

    fn start(&mut self, at: usize) {
        self.run.entry.enter(at);
        self.begun[at] = Some(self.run.world.now());
        self.under_way.push(guarded(self.run, at));
    }

    /// Asks about everything that could start now.
    fn ask(&mut self) {
        let run = self.run;
        self.asking = true;
        self.held.ask(&run.priority, |at| {
            let (planned, kind, _) = run.planned(at)?;
            let action = verb(planned, kind)?;
            let ty = run.providers.type_named(&planned.ty);
            Some(NextStep {
                path: planned.path.clone(),
                ty: planned.ty.clone(),
                action,
                expected_s: ty.map_or(0, |ty| run.expected_s(ty, action)),
            })
        });
    }

    fn answered(&mut self, answer: &Answer) {
        self.asking = false;
        let (start, decline) = self.held.take(answer);
        for at in start {
            self.start(at);
        }
        self.stopping |= *answer == Answer::Stop;
        for at in decline {
            if self.stopping {
                self.skip(at, "cancelled".to_owned());
                continue;
            }
            let path = self.run.planned(at).map(|(planned, ..)| &planned.path);
            self.held.declined.extend(path.cloned());
            self.skip(at, DECLINED.to_owned());
        }
    }

    fn stop(&mut self) {
        self.stopping = true;
        if self.asking {
            self.answered(&Answer::Stop);
        } else {
            let (_, held) = self.held.take(&Answer::Stop);
            self.ready.extend(held);
        }
        let under_way = self.under_way.len();
        self.run.tell(Event::Cancelling { under_way });
    }

    fn skip(&mut self, at: usize, because: String) {
        let Some((planned, kind, _)) = self.run.planned(at) else {
            return;
        };
        if let Some(action) = verb(planned, kind) {
            let path = planned.path.clone();
            self.run.tell(Event::Skipped {
                path,
                action,
                because,
            });
        }
        let cause = self
            .blocked
            .get(&at)
            .cloned()
            .unwrap_or_else(|| planned.path.clone());
        self.release(at, Some(cause));
    }

    fn ended(&mut self, at: usize, end: StepEnd) {
        let now = self.run.world.now();
        self.run.entry.leave(at);
        self.took[at] = now.saturating_sub(self.begun[at].unwrap_or(now));
        match end {
            StepEnd::Done => {
                // What turned out to need nothing is done as well.
                self.done += usize::from(self.run.reports(at));
                self.ended += usize::from(self.run.reports(at));
                self.release(at, None);
            }
            StepEnd::Halted => self.skip(at, "cancelled".to_owned()),
            StepEnd::Failed(failure) => {
                self.ended += usize::from(self.run.reports(at));
                let path = failure.path.clone();
                self.failed.push(failure);
                self.release(at, Some(path));
            }
        }
    }

    /// The steps after this one wait for one less; when it did not succeed,
    /// they will not start.
    fn release(&mut self, at: usize, failed: Option<NodePath>) {
        for later in self.run.plan.steps.after(at) {
            if let Some(path) = &failed {
                self.blocked.entry(later).or_insert_with(|| path.clone());
            }
            self.waits[later] -= 1;
            if self.waits[later] == 0 {
                self.ready.push(later);
            }
        }
    }

    fn finish(self) -> Deployment {
        // Cut off, never ready, or not started: all the same in the end.
        let steps = 0..self.run.plan.steps.len();
        let skipped = steps.filter(|at| self.run.reports(*at)).count() - self.ended;
        let outcome = match (self.failed.is_empty(), skipped) {
            (false, _) => Outcome::Failed,
            (true, 0) if !self.stopping => Outcome::Complete,
            (true, _) => Outcome::Cancelled,
        };
        Deployment {
            outcome,
            done: self.done,
            skipped,
            elapsed_s: seconds(self.run.world.now().saturating_sub(self.run.started)),
            critical_path_s: seconds(self.longest()),
            failed: self.failed,
            unchanged: false,
        }
    }

    /// The longest chain of measured steps.
    fn longest(&self) -> Duration {
        let steps = &self.run.plan.steps;
        let mut until = vec![Duration::ZERO; steps.len()];
        for at in steps.order() {
            let before = steps.before(at).map(|earlier| until[earlier]).max();
            until[at] = before.unwrap_or_default() + self.took[at];
        }
        until.into_iter().max().unwrap_or_default()
    }
}

/// A step whose panic is a failed node, not a failed run.
fn guarded<'a>(run: &'a Run<'a>, at: usize) -> StepFuture<'a> {
    Box::pin(async move {
        let end = AssertUnwindSafe(run.step(at)).catch_unwind().await;
        let end = end.unwrap_or_else(|_| {
            let (path, source) = match run.planned(at) {
                Some((planned, ..)) => (planned.path.clone(), planned.source),
                None => (NodePath::root(), None),
            };
            // The panic's own text may carry values, so it is not repeated.
            let failure = Failure {
                path,
                code: "Panic".to_owned(),
                message: WORDS.to_owned(),
                source,
            };
            run.tell_failed(at, &failure);
            StepEnd::Failed(failure)
        });
        (at, end)
    })
}

/// What a step will do, when it is something to report.
pub(crate) fn verb(planned: &Planned, kind: StepKind) -> Option<Verb> {
    match (kind, planned.change) {
        (StepKind::Bring(_), Change::Create | Change::Replace) => Some(Verb::Create),
        (StepKind::Bring(_), Change::Update) => Some(Verb::Update),
        (StepKind::Bring(_), _) => None,
        (StepKind::Remove(_), Change::Forget) => Some(Verb::Forget),
        (StepKind::Remove(_) | StepKind::Sweep(_), _) => Some(Verb::Delete),
    }
}
