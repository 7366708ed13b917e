//! The state of a run as its events tell it.

use mlplat_core::NodePath;
use mlplat_core::deploy::{Event, Stamped, Verb};

/// What is known of a run so far.
#[derive(Debug, Default)]
pub(crate) struct Board {
    /// Steps under way, in the order in which they started.
    pub(crate) running: Vec<Running>,
    pub(crate) steps: usize,
    pub(crate) done: usize,
    pub(crate) failed: usize,
    pub(crate) skipped: usize,
    /// Expected seconds for the whole.
    pub(crate) eta_s: f64,
    pub(crate) cancelling: bool,
    /// The time of the last event.
    pub(crate) t_s: f64,
}

/// A step under way.
#[derive(Debug, Clone)]
pub(crate) struct Running {
    pub(crate) path: NodePath,
    pub(crate) ty: String,
    pub(crate) action: Verb,
    pub(crate) since_s: f64,
    pub(crate) expected_s: f64,
    /// What the service says, or why it is tried again. May be empty.
    pub(crate) status: String,
}

impl Board {
    /// Takes an event. When it ends a step, gives the step as it was.
    pub(crate) fn apply(&mut self, stamped: &Stamped) -> Option<Running> {
        self.t_s = self.t_s.max(stamped.t_s);
        match &stamped.event {
            Event::Planned { eta_s, steps, .. } => {
                self.eta_s = f64::from(*eta_s);
                self.steps = *steps;
            }
            Event::Started {
                path,
                ty,
                action,
                expected_s,
            } => self.running.push(Running {
                path: path.clone(),
                ty: ty.clone(),
                action: *action,
                since_s: stamped.t_s,
                expected_s: f64::from(*expected_s),
                status: String::new(),
            }),
            Event::Waiting { path, status } => self.say(path, status.clone()),
            Event::Retrying {
                path, why, tries, ..
            } => {
                self.say(path, format!("try {}: {why}", tries + 1));
            }
            Event::Done { path, action, .. } => {
                self.done += 1;
                return self.end(path, *action);
            }
            Event::Failed { path, action, .. } => {
                self.failed += 1;
                return self.end(path, *action);
            }
            Event::Skipped { .. } => self.skipped += 1,
            Event::Cancelling { .. } => self.cancelling = true,
            Event::Interrupted { .. } | Event::Resolved { .. } | Event::Summary { .. } => {}
        }
        None
    }

    fn say(&mut self, path: &NodePath, status: String) {
        let running = self
            .running
            .iter_mut()
            .rev()
            .find(|running| running.path == *path);
        if let Some(running) = running {
            running.status = status;
        }
    }

    /// A path can have two steps: a replacement comes and the old one goes.
    fn end(&mut self, path: &NodePath, action: Verb) -> Option<Running> {
        let fits = |running: &Running| running.path == *path && running.action == action;
        let at = self.running.iter().position(fits).or_else(|| {
            self.running
                .iter()
                .position(|running| running.path == *path)
        })?;
        Some(self.running.remove(at))
    }

    /// Seconds until the end, as far as one can tell: what the critical path
    /// leaves, and no less than what is under way still needs.
    pub(crate) fn left_s(&self, now_s: f64) -> f64 {
        let slowest = self
            .running
            .iter()
            .map(|running| running.expected_s - (now_s - running.since_s))
            .fold(0.0, f64::max);
        (self.eta_s - now_s).max(slowest)
    }
}
