//! A simulated Kubernetes API server: a pure, deterministic state machine behind the real [`kube::Client`].
//!
//! # What it is
//! An [`ApiServer`] holds the objects of one cluster as JSON and answers requests as kube-apiserver does: typed by
//! the same tables (names, list keys, field types), with field ownership, resource versions, generations,
//! finalizers, garbage collection, namespace termination, watches and discovery. [`KubeService`] puts it behind a
//! `kube::Client`. There are no sockets, threads or real time: the time is handed in ([`Clock`]), waiting is handed
//! in ([`Sleep`]), ids come from a seed.
//!
//! # The life of a request
//! 1. Controllers that are due act, each at its own deadline ([`controllers`]).
//! 2. The request is understood; a [`Fault`] may end it here, before anything happened.
//! 3. The verb changes the store; a refusal or a dry run takes everything back.
//! 4. The effects are given to the [`Journal`]; what cannot be kept is taken back.
//! 5. Watches wake, controllers are scheduled.
//! 6. A fault may hide the answer, now that it happened.
//!
//! # What a cluster does on its own
//! [`controllers`] make pods of workloads, give them nodes and let their containers run, fail and stop, bind claims,
//! and ask for load balancers. What they stand on is an [`Infrastructure`]: nobody's ([`Standalone`]) or the simulated
//! account. What containers do is chosen in words ([`Behaviours`]); what is not chosen runs well.
//!
//! # What it leaves out
//! Authentication, authorization, admission webhooks, quotas, `scale`, `log`, `exec` and other subresources but
//! `status` and `finalize`; what a server allocates (cluster IPs, node ports); validation of kinds beyond the core few
//! (see `rules/strategy.rs`); YAML and protobuf bodies; tables; conversion between versions of a kind; value
//! validation of custom resources beyond types and required fields.
//!
//! # How it is held to the truth
//! [`conformance`] replays a script whose answers were recorded from a real kube-apiserver. Known differences: lists
//! that Kubernetes stores as null when absent (containers) are owned as such by whoever creates the object; a custom
//! object in the answer to an apply that changes nothing does not show empty metadata that was sent; daemon
//! sets lack the annotation of their template's generation.

mod behaviour;
mod clock;
pub mod conformance;
pub mod controllers;
mod fault;
pub mod fields;
mod infrastructure;
mod journal;
mod kinds;
mod meta;
mod outside;
mod rules;
pub mod schema;
mod server;
mod status;
mod store;
mod verbs;

pub use behaviour::{BEHAVIOUR_MAP, Behaviour, BehaviourError, Behaviours};
pub use clock::{Clock, Sleep, since_epoch, timestamp};
pub use fault::{Fault, Faults, NoFaults, RequestInfo, Verb};
pub use infrastructure::{BalancerWish, Infrastructure, Machine, Size, Standalone, VolumeWish};
pub use journal::{Effect, Forget, Journal, JournalError, ObjectKey};
pub use kinds::{Kind, Registry, Scope};
pub use outside::OUTSIDE_MANAGER;
pub use server::{
    ApiRequest, ApiServer, Body, KubeService, Parts, Reply, Shared, WatchCursor, WatchStep,
};
pub use status::{Failure, FieldError};
pub use store::{ClusterConfig, Event, EventKind, Selector, Store};
