//! What the Kubernetes tests share: tokio's paused clock, a client on a simulated server, requests without a client.

// Each test binary uses its own part of this.
#![allow(dead_code, clippy::expect_used, clippy::panic)]

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Method;
use mlplat_sim::kube::{
    ApiRequest, ApiServer, Body, Clock, Effect, Journal, JournalError, KubeService, Parts, Shared,
    Sleep,
};
use serde_json::Value;
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
    let server = ApiServer::new(parts, Duration::ZERO).expect("nothing to write to");
    connect(server)
}

/// A client on a server that is there.
pub(crate) fn connect(server: ApiServer) -> (kube::Client, Arc<Shared>) {
    let time = Arc::new(TokioTime::start());
    let service = KubeService::new(server, time.clone(), time);
    let shared = Arc::clone(service.shared());
    (kube::Client::new(service, "default"), shared)
}

/// A journal that can be read while it is written, and told to fail.
#[derive(Clone, Default)]
pub(crate) struct Tape {
    pub(crate) effects: Arc<Mutex<Vec<Effect>>>,
    pub(crate) broken: Arc<Mutex<bool>>,
}

impl Journal for Tape {
    fn record(&mut self, effects: &[Effect]) -> Result<(), JournalError> {
        if *self.broken.lock().expect("no panic while held") {
            return Err(JournalError("no space left".to_owned()));
        }
        self.effects
            .lock()
            .expect("no panic while held")
            .extend_from_slice(effects);
        Ok(())
    }
}

/// A request straight to a server: status code and body. 0 when the connection breaks.
pub(crate) fn send(
    server: &mut ApiServer,
    now: Duration,
    verb: &str,
    target: &str,
    body: &Value,
) -> (u16, Value) {
    let (method, content_type) = match verb {
        "MERGE" => ("PATCH", "application/merge-patch+json"),
        "JSON" => ("PATCH", "application/json-patch+json"),
        "STRATEGIC" => ("PATCH", "application/strategic-merge-patch+json"),
        "APPLY" => ("PATCH", "application/apply-patch+yaml"),
        other => (other, "application/json"),
    };
    let method: Method = method.parse().expect("a method");
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let bytes = if body.is_null() {
        Vec::new()
    } else {
        body.to_string().into_bytes()
    };
    let request = ApiRequest {
        method: &method,
        path,
        query,
        content_type,
        accept: "application/json",
        user_agent: "test",
        body: &bytes,
    };
    match server.handle(&request, now) {
        None => (0, Value::Null),
        Some(reply) => match reply.body {
            Body::Json(value) => (reply.code, Value::clone(&value)),
            Body::Text(text) => (reply.code, Value::from(text)),
            Body::Watch(_) => panic!("a watch has no body yet"),
        },
    }
}
