//! Why a function failed.

use crate::template::{Error, ErrorKind};
use crate::value::{CycleError, TooDeep};

/// The failure of one call, before the executor adds where it happened.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) kind: ErrorKind,
    pub(crate) message: String,
    /// The failure of a template that the function executed, which knows its
    /// own place.
    pub(crate) inner: Option<Error>,
}

impl Fault {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            inner: None,
        }
    }

    /// A limit of the render is reached.
    pub(crate) fn limit(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Limit, message)
    }

    /// A template that the function executed failed; `prefix` goes before its
    /// message.
    pub(crate) fn nested(prefix: &str, error: Error) -> Self {
        Self {
            kind: error.kind(),
            message: format!("{prefix}{}", error.message()),
            inner: Some(error),
        }
    }
}

impl From<String> for Fault {
    fn from(message: String) -> Self {
        Self::new(ErrorKind::Execute, message)
    }
}

impl From<&str> for Fault {
    fn from(message: &str) -> Self {
        Self::from(message.to_owned())
    }
}

impl From<TooDeep> for Fault {
    fn from(error: TooDeep) -> Self {
        Self::limit(error.to_string())
    }
}

impl From<CycleError> for Fault {
    fn from(error: CycleError) -> Self {
        Self::from(error.to_string())
    }
}
