//! Running a future to its end, or to the death of its process.

use std::future::Future;
use std::sync::Arc;

use mlplat_core::world::World as _;

use super::Process;

/// How a run ended.
#[derive(Debug)]
pub enum Ended<T> {
    /// It came to its end.
    Done(T),
    /// Its process died under it.
    Killed,
}

/// Runs on one thread and virtual time. `start` is called inside the runtime,
/// so that the process's clock is the runtime's.
///
/// # Panics
/// When no runtime can be made, for want of memory or threads.
pub fn run<T, F, R>(start: impl FnOnce() -> (Arc<Process>, F)) -> (Arc<Process>, Ended<R>)
where
    F: FnOnce(Arc<Process>) -> T,
    T: Future<Output = R>,
{
    // Building a single-threaded runtime without I/O asks for nothing that
    // could be refused.
    #[allow(clippy::expect_used)]
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime without I/O can be built");
    runtime.block_on(async {
        let (process, body) = start();
        let ended = tokio::select! {
            biased;
            () = process.death.notified() => Ended::Killed,
            result = body(Arc::clone(&process)) => Ended::Done(result),
        };
        // What a process does between its death and its next pause, an error
        // it returns among it, nobody sees.
        let ended = if process.alive() {
            ended
        } else {
            Ended::Killed
        };
        (process, ended)
    })
}
