//! Signals: the first asks the run to stop, the second ends it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use mlplat_core::deploy::Cancel;
use tokio::sync::Notify;

/// What signals have asked for so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Signals {
    pub(crate) cancel: Cancel,
    count: Arc<AtomicU8>,
    asking: Arc<AtomicU8>,
    first: Arc<Notify>,
}

impl Signals {
    /// Listens, on the runtime that this is called on.
    pub(crate) fn listen() -> Self {
        let signals = Self::default();
        let heard = signals.clone();
        tokio::spawn(async move {
            while next().await {
                heard.take();
            }
        });
        signals
    }

    fn take(&self) {
        if self.asking.load(Ordering::SeqCst) > 0 {
            // Nothing has begun while a question is open, and the thread that
            // reads the answer cannot be woken.
            std::process::exit(i32::from(super::failure::INTERRUPTED));
        }
        if self.count.fetch_add(1, Ordering::SeqCst) == 0 {
            self.cancel.cancel();
            self.first.notify_waiters();
        } else {
            self.cancel.abort();
        }
    }

    /// Whether any came.
    pub(crate) fn came(&self) -> bool {
        self.count.load(Ordering::SeqCst) > 0
    }

    /// Waits for the first.
    pub(crate) async fn first(&self) {
        let waiting = self.first.notified();
        if !self.came() {
            waiting.await;
        }
    }

    /// Runs something that waits for a person.
    pub(crate) fn while_asking<T>(&self, ask: impl FnOnce() -> T) -> T {
        self.asking.fetch_add(1, Ordering::SeqCst);
        let answer = ask();
        self.asking.fetch_sub(1, Ordering::SeqCst);
        answer
    }
}

/// Waits for a signal; false when signals cannot be heard.
#[cfg(unix)]
async fn next() -> bool {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return false;
    };
    tokio::select! {
        heard = tokio::signal::ctrl_c() => heard.is_ok(),
        heard = terminate.recv() => heard.is_some(),
    }
}

#[cfg(not(unix))]
async fn next() -> bool {
    tokio::signal::ctrl_c().await.is_ok()
}
