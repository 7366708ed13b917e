//! Reading permissions out of a program: who may do what on what.
//!
//! Every field that is declared to hold a policy document is read: trust
//! policies of roles, inline policies, managed policies that the program
//! itself makes, and policies of resources such as buckets and keys. ARNs are
//! compared after references are written out by their declared form, so
//! `<artifacts/bucket.Arn>/*` and `arn:aws:s3:::<artifacts/bucket.BucketName>/*`
//! are the same thing, and so is the ARN of a bucket whose name is pinned.
//!
//! Reading is cautious: a permission with a condition counts as one, a denial
//! with a condition does not. What AWS's own managed policies permit is not
//! known; they are named. What only narrows (permission boundaries, policies of
//! an organisation, of endpoints and of sessions) is not read.

mod access;
mod arn;
mod collect;
mod statement;
mod wild;

pub use access::{Access, ReadPolicies};
pub use collect::{Policies, RoleOfProgram};
pub use statement::Permission;
