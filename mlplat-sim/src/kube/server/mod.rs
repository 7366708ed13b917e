//! The API server: requests in, answers out, in virtual time.
//!
//! `core` is the state machine, `route` reads paths, `params` reads queries and bodies, `dispatch` runs verbs,
//! `discovery` says what is served, `watch` follows changes, `service` puts all of it behind a `kube::Client`.

mod core;
mod discovery;
mod dispatch;
mod params;
mod route;
mod service;
mod watch;

pub use self::core::{ApiServer, Parts};
pub use dispatch::{ApiRequest, Body, Reply};
pub use service::{KubeService, Shared};
pub use watch::{WatchCursor, WatchStep};
