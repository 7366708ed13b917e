//! Declared facts: what a resource type is, as plain data.
//!
//! One definition of a type serves the planner, the live provider and the
//! simulated cloud. Nothing here is code: a `static` [`Type`] says how each
//! field may change, what a reference blocks, what must be unique, what the
//! cloud brings along by itself, what has to be true before the object works,
//! and how long all of it takes. The planner derives order and replacement
//! from it, the simulation derives behaviour from it, and an independent
//! oracle (CloudFormation's schemas and botocore's models) checks it.

mod data;
mod document;
mod field;
mod life;
mod path;
mod types;

pub use data::{Data, Fate};
pub use document::{DOCUMENT, Document, Keyed, keyed};
pub use field::{Canon, Field, Held, OnChange, Refs, f, key, opt, plain};
pub use life::{Alone, By, Fails, Life, Need, Side, Updating, instant, w};
pub use path::{Join, Offer};
pub use types::{
    Alphabet, Blocked, Floor, KEYED, Kind, LOOKUP, NameRule, OutputFact, OutputLife, Quota,
    Recovery, Scope, TYPE, Tagging, Type, Unique,
};
