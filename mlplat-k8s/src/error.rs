//! Errors of a Kubernetes API as the engine knows them.

use std::time::Duration;

use mlplat_core::provider::{ErrorKind, ProviderError};

/// The engine's error for a failed request. `changing` requests that had no
/// answer may have had their effect.
pub(crate) fn from_kube(error: kube::Error, changing: bool) -> ProviderError {
    match error {
        kube::Error::Api(status) => {
            let kind = match (status.code, status.reason.as_str()) {
                (404, _) => ErrorKind::Gone,
                (401, _) => ErrorKind::Expired,
                (403, "Forbidden") if status.message.contains("being terminated") => {
                    ErrorKind::Conflict
                }
                (403, _) => ErrorKind::Denied,
                (409, "AlreadyExists") => ErrorKind::Invalid,
                (409, _) => ErrorKind::Conflict,
                (429, _) => ErrorKind::Throttled,
                // The server says that it did not come to an end; the effect
                // is open.
                (504, _) if changing => ErrorKind::Ambiguous,
                (500.., _) => ErrorKind::Transient,
                _ => ErrorKind::Invalid,
            };
            let retry_after = status
                .details
                .as_ref()
                .map(|details| details.retry_after_seconds);
            ProviderError {
                retry_after: retry_after
                    .filter(|seconds| *seconds > 0)
                    .map(|seconds| Duration::from_secs(u64::from(seconds))),
                ..ProviderError::new(kind, status.reason.clone(), status.message.clone())
            }
        }
        other => {
            let kind = if changing {
                ErrorKind::Ambiguous
            } else {
                ErrorKind::Transient
            };
            ProviderError::new(kind, "NoAnswer", other.to_string())
        }
    }
}
