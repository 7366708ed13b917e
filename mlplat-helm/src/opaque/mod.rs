//! Values that are unknown at plan, or secret.
//!
//! A release's values may hold an [`Opaque`] wherever a text, number or boolean may stand. The
//! plan renders the chart twice, each time with another valid *witness* in place of every opaque
//! value. What differs between the two, and what carries a taint, is a [`Hole`]; everything else
//! is certain. The two renders must have the same objects, keys and list lengths, and the engine
//! refuses decisions that would depend on an opaque value beyond what its type tells. So
//! completing a plan later with the real values gives exactly what rendering with them would
//! have given, or an error, never something else.
//!
//! Two ways out where a chart has to know more: [`Opaque::assume`] gives a value that is checked
//! later, [`Release::at_deploy`](crate::render::Release::at_deploy) postpones the whole release.
//!
//! [`Hole`]: crate::render::Hole

mod complete;
mod diff;
mod plan;
mod value;
mod weave;

pub use complete::CompleteError;
pub use plan::{Assumption, Plan, Planned};
pub use value::{Opaque, Witness};
