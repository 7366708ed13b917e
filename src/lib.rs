//! Machine-learning platforms on AWS and Kubernetes as typed Rust programs.

pub mod report;
