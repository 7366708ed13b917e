//! The simulated AWS account.
//!
//! It knows no service: everything it does it reads from the declared facts of
//! the types it is given. A create call checks that references exist, unique
//! keys are free, needs are met and quotas hold, answers with outputs built
//! from their forms, and makes the object ready after its typical time, if by
//! then everything it needs is there. A delete call is refused while something
//! holds the object, and leaves interfaces that hold others for a while. An
//! effect is written to the account's own log before its reply is returned,
//! and nothing that happens to the caller takes it back.
//!
//! What the engine cannot know, and a real account does, is in `hostile`:
//! reads that lag, lists that omit new objects, propagation of identities,
//! throttling, lost replies.

mod account;
mod actors;
mod dice;
mod faults;
mod forms;
mod held;
mod joins;
mod log;
mod memory;
mod mishap;
mod object;
mod outside;
mod provider;
mod removal;
mod rules;
mod tokens;

pub use account::Cloud;
pub(crate) use actors::{Actor, Belonging};
pub(crate) use dice::roll;
pub(crate) use faults::is_called;
pub use faults::{FaultError, Faults};
pub use memory::{AccountMemory, Write};
pub(crate) use mishap::Tally;
pub use mishap::{Counted, Mishap, NoMishap, Wrong};
pub use object::{LastCopy, Linger, SimObject, Stale};
pub use outside::OutsideError;
pub(crate) use provider::ALL_ALONG;
pub use rules::FOREIGN;
