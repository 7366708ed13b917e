//! Workloads on the simulated cluster, as a client sees them: literal statuses as Kubernetes documents them.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "workloads/around.rs"]
mod around;
#[path = "workloads/cost.rs"]
mod cost;
#[path = "workloads/deployments.rs"]
mod deployments;
#[path = "workloads/jobs.rs"]
mod jobs;
#[path = "workloads/pods.rs"]
mod pods;
#[path = "workloads/sets.rs"]
mod sets;
#[path = "workloads/storage.rs"]
mod storage;
mod support;
#[path = "workloads/world.rs"]
mod world;
