//! Where a program is deployed to: the simulated cloud beside its state, or a
//! real account.

mod keys;
mod local;
mod seam;

pub(crate) use local::local_target;
pub(crate) use seam::{Choice, Target};
