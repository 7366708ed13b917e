//! Planning: what has to be done, and why, and in which order.
//!
//! Pure and synchronous: a frozen [`Graph`](crate::Graph), a
//! [`State`](crate::state::State) and what was observed of reality go in, a
//! [`Plan`] comes out. For every node the inputs are evaluated as far as they
//! are known, put into their canonical form and compared with what the state
//! remembers and what the service shows. The differences decide the
//! [`Change`]; the facts of the type decide what a difference means. What
//! stays unknown until the deployment is shown as what it will come from, and
//! is planned as the most that may happen: a deployment may do less than its
//! plan, never more.

mod canon;
mod certain;
mod change;
mod diff;
mod document;
mod estimate;
mod eval;
mod keys;
mod known;
mod leftovers;
mod planner;
mod provided;
mod render;
mod round;
mod scope;
mod steps;
mod value;
mod verdict;

pub use canon::{canonical, canonical_text};
pub use change::{Change, Counts, Plan, Planned, Provided, Reason, Rule};
pub(crate) use document::{differences, field_of};
pub(crate) use estimate::remaining;
pub use estimate::{Estimate, critical_path, weight};
pub use eval::{Env, EvalError, Evaluator, NodeOutputs};
pub(crate) use known::{open_secret_outputs, taught_nothing};
pub use planner::{Inputs, Sight, plan};
pub(crate) use render::Reseal;
pub use render::{SecretBook, open_body, render_body};
pub use steps::{Step, StepGraph, StepKind};
pub use value::Val;
