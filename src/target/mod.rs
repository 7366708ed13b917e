//! Where a program is deployed to: the simulated cloud beside its state, or a
//! real account.

mod crash;
mod keys;
mod local;
mod seam;

pub(crate) use keys::new_keys;
pub(crate) use local::{local_target, pace};
pub(crate) use seam::{Choice, Target};
