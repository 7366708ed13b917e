//! The pack.

use mlplat_core::checks::Checks;

use super::{
    key_rotation, mutable_tags, no_backups, no_protection, no_tls, no_versions, old_metadata,
    open_endpoint, open_ingress, open_trust, plain_requests, public_bucket, public_database,
    public_policy, unencrypted, wildcard_action, wildcard_resource,
};

/// Every check of this module.
pub fn sensible() -> Checks {
    Checks::new(public_bucket)
        .and(public_policy)
        .and(open_ingress)
        .and(open_trust)
        .and(wildcard_action)
        .and(wildcard_resource)
        .and(unencrypted)
        .and(public_database)
        .and(no_tls)
        .and(mutable_tags)
        .and(key_rotation)
        .and(old_metadata)
        .and(no_backups)
        .and(no_protection)
        .and(no_versions)
        .and(open_endpoint)
        .and(plain_requests)
}
