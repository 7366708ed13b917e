//! IAM policy documents whose unknown parts stay visible.
//!
//! A [`PolicyDocument`] is built from typed [`Statement`]s and becomes an
//! `Output<String>` around an expression, not around text: a plan shows
//! `arn:aws:s3:::<artifacts.BucketName>/*` before the bucket exists, and the
//! planner knows that the policy depends on the bucket. Actions are checked
//! when the program is compiled ([`action!`](crate::action)) or when they are
//! made ([`Action::new`]).
//!
//! ```
//! use mlplat_aws::action;
//! use mlplat_aws::policy::{PolicyDocument, Statement};
//! use mlplat_core::Output;
//!
//! let read = Statement::allow([action!("s3:GetObject")]).on(["arn:aws:s3:::data/*".into()]);
//! let document: Output<String> = PolicyDocument::new([read]).into();
//! ```
//!
//! Who may take on a role is said by [`trust`]; AWS's own policies are in
//! [`ManagedPolicy`] and [`AccessPolicy`]. What a deployer of a program needs is
//! [`deployer_policy`]. What a whole program permits is read by
//! [`ReadPolicies`].

mod access_policy;
mod action;
mod condition;
mod deployer;
mod document;
mod managed;
mod principal;
mod read;
mod render;
mod size;
pub mod trust;

pub use access_policy::AccessPolicy;
pub use action::{Action, InvalidAction};
pub use condition::{Condition, Operator};
pub use deployer::{DeployerPolicy, Place, deployer_policy};
pub use document::{Effect, PolicyDocument, Statement};
pub use managed::ManagedPolicy;
pub use principal::Principal;
pub use read::{Access, Permission, Policies, ReadPolicies, RoleOfProgram};
pub use size::{Limit, TooLong};
