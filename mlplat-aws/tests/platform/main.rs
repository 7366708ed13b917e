//! What the constructs around a cluster expand to: literal inputs, literal
//! policies, order.

#![allow(clippy::unwrap_used, clippy::panic)] // Helpers of tests.

mod addons;
mod auto_mode;
mod compute;
mod database;
mod deployer;
mod dns;
mod endpoints;
mod fargate;
mod flow_logs;
mod github;
mod logs;
mod mirror;
mod network;
mod people;
mod reference;
mod registry;
mod shared_policy;
mod stores;
mod support;
