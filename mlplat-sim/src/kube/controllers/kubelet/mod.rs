//! The kubelet of every node: pods that have a node become what their containers do.
//!
//! `steps` is the whole life of a pod as a function of the pod, the time and what is around it; `containers` is that
//! of one container; `needs` finds what is missing; `timing` says how long things take; `agent` carries the steps out.

mod agent;
mod containers;
mod needs;
mod steps;
mod timing;

pub use agent::Kubelets;
pub(crate) use agent::choose;
