//! The kill harness: a program, killed everywhere, judged by oracles.
//!
//! A [`Scenario`] is a list of [`Stage`]s that one state goes through: deploy
//! this, then deploy that, then destroy. [`sweep`] first lives it calmly, then
//! kills each stage at every fault point (or at a seeded sample of them), and
//! some of the resumed runs again; resumes, by the same program or by another
//! one, after somebody outside has changed something or not; and asks the
//! oracles:
//!
//! * **O1** every node of the program stands for exactly one live object;
//! * **O2** no object of this stack is without a node;
//! * **O3** snapshot and journal are whole, and know of everything there is;
//! * **O4** a second run has nothing to do and does nothing;
//! * **O5** a secret is in no file, event or plan;
//! * **O6** every run ends within the stage's virtual deadline;
//! * **O7** nothing that belongs to somebody else is written to, and at the end
//!   it is as it was.
//!
//! The world under it is the simulated account with its clusters, around a
//! [`Machine`](crate::machine::Machine): one thread, virtual time, and one seed
//! that decides everything. The killed run is dropped whole; the next one knows
//! what is on the disk and in the world. [`random`] makes scenarios.

mod campaign;
mod dice;
mod keys;
mod life;
mod oracle;
mod outside;
pub mod random;
mod scenario;
mod settle;
mod site;
mod sweep;

pub use campaign::{Campaign, campaign};
pub use dice::Dice;
pub use keys::ClearKeys;
pub use life::Life;
pub(crate) use oracle::differences;
pub use oracle::{Canaries, Oracle, Violation};
pub use scenario::{Scenario, Stage, Wrap};
pub use site::Lived;
pub(crate) use site::{Site, Start};
pub use sweep::{Power, Report, Sweep, sweep, sweep_told};
