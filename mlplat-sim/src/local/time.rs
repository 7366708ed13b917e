//! Virtual time at the pace of real time, so that a person can watch.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use mlplat_core::world::{Files, World};

/// A world in which `pace` virtual seconds pass in one real second.
pub struct Paced {
    inner: Arc<dyn World>,
    pace: f64,
}

impl Paced {
    /// The same world, faster. A pace below one in a thousand is taken as
    /// that.
    #[must_use]
    pub fn new(inner: Arc<dyn World>, pace: f64) -> Self {
        Self {
            inner,
            pace: pace.max(0.001),
        }
    }
}

impl World for Paced {
    fn now(&self) -> Duration {
        self.inner.now().mul_f64(self.pace)
    }

    fn unix_time(&self) -> u64 {
        self.inner.unix_time()
    }

    fn sleep(&self, time: Duration) -> BoxFuture<'static, ()> {
        // Timers of a real clock are whole milliseconds: one more, so that
        // the time is over when the sleeper wakes.
        let real = time.div_f64(self.pace) + Duration::from_millis(1);
        self.inner.sleep(real)
    }

    fn random(&self, buffer: &mut [u8]) {
        self.inner.random(buffer);
    }

    fn files(&self) -> &dyn Files {
        self.inner.files()
    }

    fn fault_point(&self, name: &'static str) {
        self.inner.fault_point(name);
    }

    fn alive(&self) -> bool {
        self.inner.alive()
    }
}
