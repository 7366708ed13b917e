//! How many calls AWS takes of an account in a region.
//!
//! EC2 has a bucket for each action; here all of its actions share one, so that
//! no action is ever above its own. For IAM, EKS, RDS, S3, ECR, EFS and FSx no
//! figures are documented: they throttle when they do, and the retry table
//! answers that.

use mlplat_core::provider::{Call, Limit};

/// One bucket.
#[derive(Debug, Clone, Copy)]
pub struct ServiceLimit {
    /// The service, as in the names of its types.
    pub service: &'static str,
    /// Which calls take from it; `None` for all.
    pub call: Option<Call>,
    /// The bucket itself.
    pub limit: Limit,
    /// The error code of one call too many.
    pub code: &'static str,
    /// Where the figures come from.
    pub source: &'static str,
}

const fn limit(bucket: &'static str, per_second: f64, burst: u32) -> Limit {
    Limit {
        bucket,
        per_second,
        burst,
    }
}

const EC2: &str = "EC2 developer guide, request throttling (read 2026-11-29): 100 tokens and 20 a second for non-mutating actions; 50 and 5 for mutating ones from general knowledge, compared with nothing";
const SECRETS: &str = "Secrets Manager user guide, quotas (read 2026-11-29)";
const GENERAL: &str = "general knowledge of the service's quotas, compared with nothing";

/// The documented limits.
pub static LIMITS: &[ServiceLimit] = &[
    ServiceLimit {
        service: "ec2",
        call: Some(Call::Looks),
        limit: limit("ec2 looks", 20.0, 100),
        code: "RequestLimitExceeded",
        source: EC2,
    },
    ServiceLimit {
        service: "ec2",
        call: Some(Call::Changes),
        limit: limit("ec2 changes", 5.0, 50),
        code: "RequestLimitExceeded",
        source: EC2,
    },
    ServiceLimit {
        service: "route53",
        call: None,
        limit: limit("route53", 5.0, 5),
        code: "Throttling",
        source: GENERAL,
    },
    ServiceLimit {
        service: "secretsmanager",
        call: Some(Call::Changes),
        limit: limit("secretsmanager changes", 50.0, 50),
        code: "ThrottlingException",
        source: SECRETS,
    },
    ServiceLimit {
        service: "kms",
        call: Some(Call::Changes),
        limit: limit("kms changes", 5.0, 5),
        code: "ThrottlingException",
        source: GENERAL,
    },
    ServiceLimit {
        service: "acm",
        call: None,
        limit: limit("acm", 5.0, 5),
        code: "ThrottlingException",
        source: GENERAL,
    },
    ServiceLimit {
        service: "logs",
        call: None,
        limit: limit("logs", 10.0, 10),
        code: "ThrottlingException",
        source: GENERAL,
    },
];

/// The bucket that a call on a service takes from, if one is documented.
#[must_use]
pub fn limit_of(service: &str, call: Call) -> Option<&'static ServiceLimit> {
    let fits =
        |one: &&ServiceLimit| one.service == service && one.call.is_none_or(|only| only == call);
    LIMITS.iter().find(fits)
}
