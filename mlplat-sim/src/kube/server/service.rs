//! The server behind a `kube::Client`: a tower service without sockets.
//!
//! ```
//! use std::future::Future;
//! use std::pin::Pin;
//! use std::sync::Arc;
//! use std::time::Duration;
//!
//! use mlplat_sim::kube::{ApiServer, Clock, KubeService, Parts, Sleep};
//!
//! struct Still;
//! impl Clock for Still {
//!     fn now(&self) -> Duration {
//!         Duration::ZERO
//!     }
//! }
//! impl Sleep for Still {
//!     fn until(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
//!         Box::pin(std::future::pending())
//!     }
//! }
//!
//! let server = ApiServer::new(Parts::default(), Duration::ZERO).expect("nothing to write to");
//! let service = KubeService::new(server, Arc::new(Still), Arc::new(Still));
//! let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
//! let version = runtime.block_on(async {
//!     let client = kube::Client::new(service, "default");
//!     client.apiserver_version().await
//! });
//! assert_eq!(version.expect("an answer").git_version, "v1.35.0");
//! ```

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER, USER_AGENT, WARNING,
};
use http::{Request, Response};
use http_body::Frame;
use http_body_util::BodyExt;
use tower::BoxError;

use super::core::ApiServer;
use super::dispatch::{ApiRequest, Body, Reply};
use super::watch::{WatchCursor, WatchStep};
use crate::kube::clock::{Clock, Sleep};

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A server that several clients, watches and tests look at.
pub struct Shared {
    server: Mutex<ApiServer>,
    clock: Arc<dyn Clock>,
    sleep: Arc<dyn Sleep>,
}

impl Shared {
    /// The server, for as long as the guard lives. A panic elsewhere does not take it away: every change is all or
    /// nothing by itself.
    pub fn lock(&self) -> MutexGuard<'_, ApiServer> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.clock.now()
    }
}

/// The tower service. Clones share one server.
#[derive(Clone)]
pub struct KubeService {
    shared: Arc<Shared>,
}

impl KubeService {
    /// A service for a server, with its time.
    #[must_use]
    pub fn new(server: ApiServer, clock: Arc<dyn Clock>, sleep: Arc<dyn Sleep>) -> Self {
        Self {
            shared: Arc::new(Shared {
                server: Mutex::new(server),
                clock,
                sleep,
            }),
        }
    }

    /// The server behind it.
    #[must_use]
    pub fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }
}

impl tower::Service<Request<kube::client::Body>> for KubeService {
    type Response = Response<ReplyBody>;
    type Error = BoxError;
    type Future = Boxed<Result<Self::Response, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<kube::client::Body>) -> Self::Future {
        let shared = Arc::clone(&self.shared);
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            let text = |name: HeaderName| header(&head.headers, &name);
            let request = ApiRequest {
                method: &head.method,
                path: head.uri.path(),
                query: head.uri.query().unwrap_or_default(),
                content_type: text(CONTENT_TYPE),
                accept: text(ACCEPT),
                user_agent: text(USER_AGENT),
                body: &body,
            };
            let now = shared.now();
            let reply = shared.lock().handle(&request, now);
            match reply {
                Some(reply) => respond(&shared, reply),
                None => Err(io::Error::new(
                    io::ErrorKind::ConnectionReset,
                    "connection reset by the simulation",
                )
                .into()),
            }
        })
    }
}

fn header<'h>(headers: &'h HeaderMap, name: &HeaderName) -> &'h str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

fn respond(shared: &Arc<Shared>, reply: Reply) -> Result<Response<ReplyBody>, BoxError> {
    let mut response = Response::builder().status(reply.code);
    for warning in &reply.warnings {
        response = response.header(
            WARNING,
            HeaderValue::from_str(&format!("299 - {warning:?}"))?,
        );
    }
    if let Some(seconds) = reply.retry_after_s {
        response = response.header(RETRY_AFTER, seconds);
    }
    let (kind, body) = match reply.body {
        Body::Json(value) => (
            "application/json",
            ReplyBody::Once(Some(serde_json::to_vec(&*value)?.into())),
        ),
        Body::Text(text) => (
            "text/plain; charset=utf-8",
            ReplyBody::Once(Some(text.into())),
        ),
        Body::Watch(cursor) => (
            "application/json",
            ReplyBody::Watch(WatchBody {
                shared: Arc::clone(shared),
                cursor,
                sleeping: None,
            }),
        ),
    };
    Ok(response.header(CONTENT_TYPE, kind).body(body)?)
}

/// The body of an answer: one document, or a stream of events.
pub enum ReplyBody {
    /// One document.
    Once(Option<Bytes>),
    /// Events, one JSON document per line.
    Watch(WatchBody),
}

/// A stream of events.
pub struct WatchBody {
    shared: Arc<Shared>,
    cursor: Box<WatchCursor>,
    sleeping: Option<(Duration, Boxed<()>)>,
}

impl http_body::Body for ReplyBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match self.get_mut() {
            Self::Once(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Watch(watch) => watch.poll(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Once(None))
    }
}

impl WatchBody {
    /// Gives the next event, or waits for a change or for the next deadline, whichever is first.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        loop {
            let now = self.shared.now();
            let step = {
                let mut server = self.shared.lock();
                let step = server.poll_watch(&mut self.cursor, now);
                if matches!(step, WatchStep::Wait(_)) {
                    server.wake_on_change(context.waker());
                }
                step
            };
            let until = match step {
                WatchStep::Event(event) => {
                    let line = format!("{event}\n");
                    return Poll::Ready(Some(Ok(Frame::data(line.into()))));
                }
                WatchStep::End => return Poll::Ready(None),
                WatchStep::Wait(None) => return Poll::Pending,
                WatchStep::Wait(Some(until)) => until,
            };
            let shared = &self.shared;
            let sleeping = match self.sleeping.take() {
                Some((other, future)) if other == until => (other, future),
                _ => (until, shared.sleep.until(until)),
            };
            let (_, future) = self.sleeping.insert(sleeping);
            if future.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            self.sleeping = None;
            if self.shared.now() < until {
                // The sleeper came back early: look again when it is polled next.
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
        }
    }
}
