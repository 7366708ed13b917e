//! What the structs of `k8s-openapi` need again and again: short ways to write
//! what a workload nearly always has. They return the plain structs, to be
//! taken as they are or changed; there is no other object model.
//!
//! Secrets and settings reach pods by the handles of
//! [`Secret`](crate::Secret) and [`ConfigMap`](crate::ConfigMap):
//! `secret.env(w, "PASSWORD", "password")`. They note the revision of what is
//! used, so that a workload's pods are made anew when it changes.

mod access;
mod containers;
mod labels;
mod probes;
mod security;
mod sources;

pub use access::rule;
pub use containers::{claim, env, gpus, mount, port, resources, scratch, service_port};
pub use labels::{labels, selector, template};
pub use probes::{exec_probe, http_probe, tcp_probe};
pub use security::{restricted, restricted_pod};
