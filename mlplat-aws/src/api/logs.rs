//! Where the fields of CloudWatch Logs' types go.

use super::{Mapping, plain};

pub(super) const LOG_GROUP: Mapping = Mapping {
    also: &["logs:PutRetentionPolicy"],
    ..plain("logs.LogGroup", "logs:DeleteLogGroup")
};
