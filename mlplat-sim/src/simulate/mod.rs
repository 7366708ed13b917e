//! Whole lives of programs, for tests: deployed, changed, killed, destroyed.
//!
//! A [`World`] is one value: a program, a machine with its disk, an account
//! with its clusters, and a clock. Each operation is a process of its own on
//! that machine: it is started, run to its end on the calling thread in virtual
//! time, and dropped; the next one knows what is on the disk. Account, clusters
//! and machine are those of the proofs and of the local target, so a test that
//! passes here has met the same rules.
//!
//! Everything that happens follows from the program, the seed and the faults:
//! the same test gives the same ids, times and errors.

mod faults;
mod lives;
mod look;
mod process;
mod run;
mod standing;
mod world;

pub use lives::Life;
pub use look::Object;
pub use run::Run;
pub use world::World;
