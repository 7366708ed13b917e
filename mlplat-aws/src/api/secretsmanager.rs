//! Secrets Manager.

use super::{Mapping, plain};

pub(super) const SECRET: Mapping = Mapping {
    also: &["secretsmanager:DeleteSecret"],
    ..plain("secretsmanager.Secret", "secretsmanager:DeleteSecret")
};
