//! What is there already, with the same handles as what is made.
//!
//! `X::existing(id)` reads an object of the account and hands back what
//! `X::new(..)` would: it is owned by nobody here, never changed and never
//! deleted. What AWS does not tell about it (the password of a database, the
//! key of a bucket) the program says.

mod bucket;
mod cluster;
mod database;
mod files;
mod key;
mod registry;
mod secret;
mod zone;

pub use bucket::ExistingBucket;
pub use cluster::ExistingCluster;
pub use database::ExistingDatabase;
pub use files::ExistingFiles;
pub use key::ExistingKey;
pub use registry::ExistingRepo;
pub use secret::ExistingSecret;
pub use zone::ExistingHostedZone;
