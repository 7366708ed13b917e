//! Deploying: a plan carried out, durably.
//!
//! [`Engine`] is the whole of it: it takes the lock, resolves what an
//! interrupted run left open, looks at reality, plans, and carries the plan
//! out step by step. Every step is one future; they share a ledger that makes
//! their records durable in batches, slots for API calls (waiting holds none),
//! and one retry table. What happens is told as [`Event`]s and nothing else.

mod answers;
mod ask;
mod bring;
mod call;
mod cancel;
mod coherent;
mod data;
mod engine;
mod entry;
mod error;
mod event;
mod finish;
mod gate;
mod ground;
mod identity;
mod ledger;
mod limits;
mod options;
mod orphans;
mod others;
mod outcome;
mod outputs;
mod panics;
mod pulse;
mod recover;
mod refresh;
mod rekey;
mod remove;
mod request;
mod retry;
mod rotate;
mod run;
mod saved;
mod shown;
mod slots;
mod step;
mod testament;
mod unread;
mod wait;

pub use cancel::Cancel;
pub use engine::Engine;
pub use error::EngineError;
pub use event::{Event, Sink, Stamped, Verb};
pub use gate::{Answer, Gate, NextStep, StepGate};
pub(crate) use identity::Identity;
pub use options::{DeployOptions, PlanOptions};
pub use others::{OtherStacks, OtherState, OtherStates};
pub use outcome::{Deployment, Failure, Outcome};
pub use outputs::StackOutput;
pub use panics::in_provider;
pub(crate) use refresh::retried;
pub use retry::{Verdict, verdict};
pub use rotate::{SecretUse, reached_by, secret_named, secrets};
pub use saved::SavedPlan;
