//! Checks on AWS resources: what a reviewer would ask about.
//!
//! Each is a function over a program; [`sensible`] is all of them. What is
//! meant to be otherwise is accepted by code and path, with the reason:
//!
//! ```
//! use mlplat_aws::{Bucket, checks};
//! use mlplat_core::{Stack, graph::Context};
//!
//! fn program(stack: &mut Stack) {
//!     stack.check(checks::sensible().accept("no-versions", "cache", "it can be computed again"));
//!     stack.add("cache", Bucket::new().tls_only());
//! }
//!
//! Stack::test_in(Context::new("shop").in_env("prod"), program).assert_ok();
//! ```
//!
//! | code | what is found | where |
//! |---|---|---|
//! | `public-bucket` | a bucket without all four switches of the public access block | everywhere |
//! | `public-policy` | a resource policy that permits everyone something, without conditions | everywhere |
//! | `open-ingress` | a security group that lets the world in on anything but TCP 80 and 443 | everywhere |
//! | `open-trust` | a role that everyone may take on, or a federation without a subject | everywhere |
//! | `wildcard-action` | a role that may do everything, or everything of a service | everywhere |
//! | `wildcard-resource` | a role that may change things on every resource, without conditions | everywhere |
//! | `unencrypted` | a database, file system or volume that is not encrypted at rest | everywhere |
//! | `public-database` | a database that is not said to be private | everywhere |
//! | `no-tls` | a database whose parameters do not demand TLS | everywhere |
//! | `mutable-tags` | a repository in which an image tag can be moved | everywhere |
//! | `key-rotation` | a symmetric key that is not rotated | everywhere |
//! | `old-metadata` | instances whose metadata service answers without a token | everywhere |
//! | `no-backups` | a database, file system or volume without backups | prod |
//! | `no-protection` | a database, file system or volume that a plan may delete | prod |
//! | `no-versions` | a bucket that does not keep old versions | prod |
//! | `open-endpoint` | a cluster whose API the world can reach | prod |
//! | `plain-requests` | a bucket that answers without TLS | prod |
//!
//! Prod is an environment that is called `prod`, `production`, or begins with
//! `prod-`: see [`is_prod`]. What backs a volume of pods up is said by an
//! annotation: [`BACKED_UP_BY`], [`BACKUP_OF`].

mod compute;
mod database;
mod identity;
mod keys;
mod network;
mod pack;
mod storage;
mod support;
mod volumes;

pub use compute::{mutable_tags, old_metadata, open_endpoint};
pub use database::{no_backups, no_protection, no_tls, public_database, unencrypted};
pub use identity::{open_trust, public_policy, wildcard_action, wildcard_resource};
pub use keys::key_rotation;
pub use network::open_ingress;
pub use pack::sensible;
pub use storage::{no_versions, plain_requests, public_bucket};
pub use support::is_prod;
pub use volumes::{BACKED_UP_BY, BACKUP_OF};
