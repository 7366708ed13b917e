//! Asking a run to stop, in two phases.

use std::sync::Arc;

use tokio::sync::watch;

/// A handle by which a run is asked to stop. Clones are the same handle.
///
/// After [`Cancel::cancel`] nothing new starts and calls under way are
/// awaited; after [`Cancel::abort`] the run writes its state and ends without
/// waiting: what was under way is found again by the next run.
#[derive(Debug, Clone)]
pub struct Cancel(Arc<watch::Sender<Phase>>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    Run,
    Stop,
    Abort,
}

impl Cancel {
    /// A handle that nobody has used yet.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(Phase::Run)))
    }

    /// Starts nothing more.
    pub fn cancel(&self) {
        self.raise(Phase::Stop);
    }

    /// Ends at once, with the state written.
    pub fn abort(&self) {
        self.raise(Phase::Abort);
    }

    /// Whether the run was asked to stop.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        *self.0.borrow() > Phase::Run
    }

    fn raise(&self, to: Phase) {
        self.0.send_if_modified(|phase| {
            let higher = *phase < to;
            *phase = (*phase).max(to);
            higher
        });
    }

    /// Waits until the run is asked for at least this phase.
    pub(crate) async fn reached(&self, phase: Phase) {
        let mut watch = self.0.subscribe();
        // The sender lives as long as `self`.
        let _ = watch.wait_for(|now| *now >= phase).await;
    }
}

impl Default for Cancel {
    fn default() -> Self {
        Self::new()
    }
}
