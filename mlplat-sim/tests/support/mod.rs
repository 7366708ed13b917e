//! Time for tests: tokio's paused clock, and a client on a simulated server.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use mlplat_sim::kube::{ApiServer, Clock, KubeService, Parts, Shared, Sleep};
use tokio::time::Instant;

/// The time since it was made, by tokio's clock.
#[derive(Clone, Copy)]
pub(crate) struct TokioTime(Instant);

impl TokioTime {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }
}

impl Clock for TokioTime {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

impl Sleep for TokioTime {
    fn until(&self, until: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep_until(self.0 + until))
    }
}

/// A client on a new simulated cluster, and the server behind it.
pub(crate) fn cluster(parts: Parts) -> (kube::Client, Arc<Shared>) {
    let time = Arc::new(TokioTime::start());
    let server = ApiServer::new(parts, Duration::ZERO).expect("nothing to write to");
    let service = KubeService::new(server, time.clone(), time);
    let shared = Arc::clone(service.shared());
    (kube::Client::new(service, "default"), shared)
}
