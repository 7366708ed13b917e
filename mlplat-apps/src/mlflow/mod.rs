//! MLflow: its tracking server, with a database and a user of its own.
//!
//! [`Mlflow`] is added to a stack with its wires. `settings` and `proxy` say
//! what runs in its containers, as pure functions; `jobs`, `server` and
//! `access` make objects of that.

mod access;
mod construct;
mod jobs;
mod options;
mod proxy;
mod server;
mod settings;

pub use construct::{Mlflow, MlflowHandle, MlflowWith};
pub use options::{DEFAULT_IMAGE, DEFAULT_PROXY_IMAGE, MlflowOptions};
