//! KMS.

use super::{Mapping, p, plain};

pub(super) const ALIAS: Mapping = plain("kms.Alias", "kms:DeleteAlias");

pub(super) const KEY: Mapping = Mapping {
    also: &["kms:EnableKeyRotation", "kms:ScheduleKeyDeletion"],
    paths: &[p("KeyPolicy", "KeyPolicy", "Policy")],
    ..plain("kms.Key", "kms:ScheduleKeyDeletion")
};
