//! Typed wiring: what may stand in the inputs of a resource.
//!
//! A program connects resources by putting an [`Output`] of one into an input
//! of another. An output is not a closure but a typed shell around an
//! [`Expr`], which the planner can look into: a literal, an attribute of a
//! node, a concatenation, a list, a map, a JSON document. That is why a plan
//! can show `arn:aws:s3:::<artifacts.BucketName>/*` before the bucket exists,
//! and why order, cycles and unknowns are facts instead of discoveries.

mod accepts;
mod db_url;
mod expr;
mod form;
mod id;
mod output;
mod resource;
mod secret;
mod text;

pub use accepts::{Gives, KnownText};
pub use db_url::DbUrl;
pub use expr::{Expr, NodeId};
pub use form::{Form, FormError};
pub(crate) use form::{base64_of_hex, bcrypt, percent_encoded};
pub use output::Output;
pub use resource::{NodeRef, Resource, Wire};
pub use secret::{Charset, Generated, Lasting, Plain, Secret, SecretSource};
pub use text::{Clear, InSecretText, InText, interleave};
