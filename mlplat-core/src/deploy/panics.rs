//! Panics of providers: caught at the call, and told without their words.
//!
//! A provider is somebody else's code, and handles secrets in clear. One that
//! panics has a bug; what it says while it does may hold what it was given. So
//! the panic ends its step and nothing else, and its words go nowhere: not into
//! a failure, and, in a process whose panic hook asks [`in_provider`], not onto
//! its standard error either.

use std::cell::Cell;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::pin;

use futures::FutureExt as _;

use crate::provider::{ErrorKind, ProviderError};

/// What is said instead.
pub(crate) const WORDS: &str =
    "the provider panicked: this is a bug in it; what was under way is found again by the next run";

thread_local! {
    /// How many calls deep this thread is in providers.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Whether this thread is in a provider's code: what a panic says now may hold
/// secrets.
#[must_use]
pub fn in_provider() -> bool {
    DEPTH.with(|depth| depth.get() > 0)
}

/// Marks the thread, for as long as it lives.
struct Inside;

impl Inside {
    fn enter() -> Self {
        DEPTH.with(|depth| depth.set(depth.get() + 1));
        Self
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        DEPTH.with(|depth| depth.set(depth.get() - 1));
    }
}

/// A call, with its thread marked while it is in the provider's code. Its panic
/// goes on upwards: whether the call had its effect is open, so whoever began it
/// must not go on as after an error.
pub(crate) async fn marked<F: Future>(begin: impl FnOnce() -> F) -> F::Output {
    let mut call = pin!({
        let _inside = Inside::enter();
        begin()
    });
    let ended = futures::future::poll_fn(|context| {
        // Between two polls the thread is somewhere else.
        let _inside = Inside::enter();
        call.as_mut().poll(context)
    });
    ended.await
}

/// A call whose panic is its error.
pub(crate) async fn caught<T, F>(begin: impl FnOnce() -> F) -> Result<T, ProviderError>
where
    F: Future<Output = Result<T, ProviderError>>,
{
    let ended = AssertUnwindSafe(marked(begin)).catch_unwind().await;
    ended.unwrap_or_else(|_| Err(ProviderError::new(ErrorKind::Bug, "Panic", WORDS)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_error_and_marks_nobody_else() {
        let answer = caught(|| async {
            assert!(in_provider());
            tokio::task::yield_now().await;
            panic!("the secret");
            #[allow(unreachable_code)]
            Ok(())
        });
        let error = answer.await.unwrap_err();
        assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Bug, "Panic"));
        assert!(!error.message.contains("secret"));
        assert!(!in_provider());
        // It may panic before its future is there.
        let begin = || -> std::future::Ready<Result<(), ProviderError>> { panic!("the secret") };
        assert_eq!(caught(begin).await.unwrap_err().message, WORDS);
        assert_eq!(caught(|| async { Ok(3) }).await.unwrap(), 3);
        assert!(!in_provider());
    }
}
