//! The program: constructs expand into nodes, nodes freeze into a graph.
//!
//! [`Stack`] is the program while it is being written: constructs are added,
//! each expands through its [`Scope`] into resources. [`Graph::build`] runs a
//! program and freezes the result: paths are unique, required fields are set,
//! names and keys do not collide, lifecycle rules have matched, and every node
//! knows what it has to come after, whether by a reference or by a declared
//! need. From there on nothing changes; the planner only reads.

mod check;
mod construct;
mod described;
mod freeze;
mod hash;
mod lifecycle;
mod needs;
mod node;
mod other_stack;
mod scope;
mod settings;
mod settle;
mod stack;
mod view;

pub(crate) use check::RESERVED;
pub use construct::{Construct, Lifecycle, With};
pub(crate) use described::SECRET;
#[doc(hidden)]
pub use described::{ByNothing, ByValue, Shown, Told, tell};
pub use described::{SettingDoc, described};
pub use freeze::{Graph, OutputEntry};
pub use lifecycle::{Ignored, Rules};
pub use node::{Node, NodeKind};
pub use other_stack::{Export, OtherStack, STACK_OUTPUTS, StackOutputs};
pub use scope::Scope;
pub use settings::{Settings, Typed};
pub use stack::{Context, ProgramResult, Stack};
pub(crate) use view::GENERATED;
pub use view::{NodeView, Reference};
