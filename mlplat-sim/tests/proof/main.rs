//! What the engine promises, proved on the simulated account.

mod bad_state;
mod cancel;
mod drift;
mod faults;
mod kill;
mod lifecycle;
mod oracles;
mod provider_bugs;
mod saved;
mod timing;
mod types;
