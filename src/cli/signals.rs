//! Signals: the first asks the run to stop, the second ends it.
//!
//! Ctrl-C, a request to end, and the loss of the terminal are all the same. Who
//! starts a program under `nohup` wants it to outlive its terminal: then the
//! loss of it is nothing.

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
        // From here on no signal ends the process by itself.
        let Ok(mut streams) = Streams::new() else {
            return signals;
        };
        let heard = signals.clone();
        tokio::spawn(async move {
            while streams.next().await {
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

/// The signals that end a run.
#[cfg(unix)]
struct Streams {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    /// `None` where it is ignored, or nobody can tell.
    hangup: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Streams {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: match hears_hangup() {
                true => Some(signal(SignalKind::hangup())?),
                false => None,
            },
        })
    }

    /// Waits for one; false when none can come any more.
    async fn next(&mut self) -> bool {
        tokio::select! {
            heard = self.interrupt.recv() => heard.is_some(),
            heard = self.terminate.recv() => heard.is_some(),
            heard = hung_up(&mut self.hangup) => heard.is_some(),
        }
    }
}

#[cfg(unix)]
async fn hung_up(hangup: &mut Option<tokio::signal::unix::Signal>) -> Option<()> {
    match hangup {
        Some(hangup) => hangup.recv().await,
        None => std::future::pending().await,
    }
}

/// Whether this process was started with an ear for the loss of its terminal.
/// Only Linux tells; elsewhere the signal keeps its usual effect, and a run
/// that it ends is taken up by the next one.
#[cfg(unix)]
fn hears_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    // The first bit is the first signal, and that is this one.
    ignored.is_some_and(|mask| mask & 1 == 0)
}

/// The signals that end a run.
#[cfg(not(unix))]
struct Streams;

#[cfg(not(unix))]
impl Streams {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> bool {
        tokio::signal::ctrl_c().await.is_ok()
    }
}
