//! The oracle of the declared facts.
//!
//! Descriptions that are not ours (CloudFormation's schemas, botocore's service
//! models, moto's list of managed policies) are compared with the facts of
//! mlplat-aws. The comparing is a Python program, because all of them live in
//! Python packages; it runs in a
//! private environment with pinned versions ([`environment`]). What it reads
//! is a dump of the catalog, written by an example of mlplat-aws.

mod environment;
mod run;

pub(crate) use environment::prepare;
pub(crate) use run::{OracleError, run};
