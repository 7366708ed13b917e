//! Executing templates.
//!
//! A tree walk that follows Go's executor step by step, since the order of
//! evaluation and the node that is named in an error are part of what charts
//! and their users see. Three things are done differently, without a visible
//! difference: variables live in numbered slots that the parser assigned;
//! texts are shared, not copied; and a failure travels as a value, not as a
//! panic.
//!
//! Every node costs a step, every template within a template a level, every
//! text its length; the [`Context`](crate::funcs::Context) says how much of
//! each there may be. Recursion grows the stack on the heap where it needs
//! to, so that deep templates end at the limit and not in a crash.

mod eval;
mod fault;
mod field;
mod invoke;
mod state;
mod walk;

pub(super) use invoke::execute;
pub(crate) use invoke::{execute_text, include};
