//! The oracle of the declared facts.
//!
//! Two descriptions that are not ours, CloudFormation's schemas and botocore's
//! service models, are compared with the facts of mlplat-aws. The comparing is
//! a Python program, because both live in Python packages; it runs in a
//! private environment with pinned versions ([`environment`]). What it reads
//! is a dump of the catalog, written by an example of mlplat-aws.

mod environment;
mod run;

pub(crate) use environment::prepare;
pub(crate) use run::{OracleError, run};
