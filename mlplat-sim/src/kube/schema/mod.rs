//! Types of objects: the form (`types`), Kubernetes' own (`parse`), custom ones (`custom`), and the checks and
//! clean-up that an object gets when it comes in (`check`).

mod check;
mod custom;
mod parse;
mod types;

pub use check::{Fill, Findings, Strictness, admit};
pub use custom::{CustomKinds, compile};
pub use parse::builtin;
pub use types::{KeyField, ListType, ObjectType, Relation, Scalar, Type, TypeTable};
