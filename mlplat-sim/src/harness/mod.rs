//! The kill harness: a program, killed everywhere, judged by oracles.
//!
//! A [`Scenario`] is a list of [`Stage`]s that one state goes through: deploy
//! this, then deploy that, then destroy. [`sweep`] first lives it calmly, then
//! kills each stage at every fault point (or at a seeded sample of pairs of
//! points), resumes, and asks the oracles:
//!
//! * **O1** every node of the program stands for exactly one live object;
//! * **O2** no object of this stack is without a node;
//! * **O4** a second run has nothing to do and does nothing;
//! * **O6** every run ends within the stage's virtual deadline;
//! * **O7** what belongs to somebody else is as it was.
//!
//! The world under it is the simulated account on a [`Machine`](crate::machine::Machine):
//! one thread, virtual time, and one seed that decides everything.

mod oracle;
mod run;
mod scenario;
mod settle;
mod sweep;

pub use oracle::{Oracle, Violation};
pub use run::{ClearKeys, Life, Lived};
pub use scenario::{Scenario, Stage, Wrap};
pub use sweep::{Power, Report, Sweep, sweep};
