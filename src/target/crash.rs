//! Dying on purpose: `MLPLAT_CRASH_AT` in debug builds.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use mlplat_core::Problem;
use mlplat_core::world::{Files, World};

/// `N` kills the process at the N-th fault point; `count` prints how many
/// there were.
const VARIABLE: &str = "MLPLAT_CRASH_AT";

type Sleep = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

/// A world whose process dies at a fault point, as by `kill -9`.
pub(crate) struct CrashWorld {
    inner: Arc<dyn World>,
    passed: AtomicU64,
    at: Option<u64>,
}

impl CrashWorld {
    /// The world itself, or one that dies where the variable says.
    ///
    /// # Errors
    /// A value that is neither a number nor `count`.
    pub(crate) fn around(inner: Arc<dyn World>) -> Result<Arc<dyn World>, Box<Problem>> {
        let asked = std::env::var(VARIABLE)
            .ok()
            .filter(|_| cfg!(debug_assertions));
        let at = match asked.as_deref() {
            None | Some("") => return Ok(inner),
            Some("count") => None,
            Some(number) => Some(number.parse().map_err(|_| {
                Box::new(Problem::new(
                    "bad-crash-point",
                    format!("{VARIABLE} is `{}`", number.escape_debug()),
                    "give the number of a fault point, or `count`",
                ))
            })?),
        };
        Ok(Arc::new(Self {
            inner,
            passed: AtomicU64::new(0),
            at,
        }))
    }
}

impl Drop for CrashWorld {
    fn drop(&mut self) {
        if self.at.is_none() {
            let points = self.passed.load(Ordering::Relaxed);
            anstream::eprintln!("fault points: {points}");
        }
    }
}

impl World for CrashWorld {
    fn now(&self) -> Duration {
        self.inner.now()
    }

    fn unix_time(&self) -> u64 {
        self.inner.unix_time()
    }

    fn sleep(&self, time: Duration) -> Sleep {
        self.inner.sleep(time)
    }

    fn random(&self, buffer: &mut [u8]) {
        self.inner.random(buffer);
    }

    fn files(&self) -> &dyn Files {
        self.inner.files()
    }

    fn fault_point(&self, name: &'static str) {
        self.inner.fault_point(name);
        let number = self.passed.fetch_add(1, Ordering::Relaxed) + 1;
        if self.at == Some(number) {
            let me = rustix::process::getpid();
            // A process that cannot kill itself has no right to be tested.
            let _ = rustix::process::kill_process(me, rustix::process::Signal::KILL);
        }
    }

    fn alive(&self) -> bool {
        self.inner.alive()
    }
}
