//! The simulated AWS account and Kubernetes clusters that mlplat programs run against offline.

pub mod cloud;
mod facts;
pub mod harness;
pub mod kube;
pub mod local;
pub mod machine;
pub mod simulate;
mod telltale;
