//! Workloads on the simulated cluster, as a client sees them: literal statuses as Kubernetes documents them.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "workloads/deployments.rs"]
mod deployments;
#[path = "workloads/jobs.rs"]
mod jobs;
#[path = "workloads/pods.rs"]
mod pods;
mod support;
#[path = "workloads/world.rs"]
mod world;
