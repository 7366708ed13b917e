//! Kubernetes' `Status` bodies, in its own words: reason, code, message, details and causes.
//!
//! Messages follow kube-apiserver 1.36; the conformance suite compares them.

use serde_json::{Map, Value, json};

use crate::kube::fields::{Conflict, display_path};
use crate::kube::kinds::Kind;

/// A failed request: the body of its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// HTTP status code.
    pub code: u16,
    /// Machine-readable reason; may be empty.
    pub reason: String,
    /// Text for people.
    pub message: String,
    details: Option<Value>,
}

/// One field that is not valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    reason: &'static str,
    message: String,
    field: String,
}

impl FieldError {
    /// A value that is not allowed.
    #[must_use]
    pub fn invalid(field: &str, value: &str, why: &str) -> Self {
        let message = format!("Invalid value: {}: {why}", Value::from(value));
        Self {
            reason: "FieldValueInvalid",
            message,
            field: field.to_owned(),
        }
    }

    /// A value that is not allowed and not shown, or shown in a form of its own.
    #[must_use]
    pub fn invalid_raw(field: &str, shown: &str, why: &str) -> Self {
        let message = format!("Invalid value: {shown}: {why}");
        Self {
            reason: "FieldValueInvalid",
            message,
            field: field.to_owned(),
        }
    }

    /// A missing value.
    #[must_use]
    pub fn required(field: &str, why: &str) -> Self {
        let message = if why.is_empty() {
            "Required value".to_owned()
        } else {
            format!("Required value: {why}")
        };
        Self {
            reason: "FieldValueRequired",
            message,
            field: field.to_owned(),
        }
    }

    /// A value that may not be given here.
    #[must_use]
    pub fn forbidden(field: &str, why: &str) -> Self {
        Self {
            reason: "FieldValueForbidden",
            message: format!("Forbidden: {why}"),
            field: field.to_owned(),
        }
    }

    /// A value that is none of those supported; both as they are shown.
    #[must_use]
    pub fn unsupported(field: &str, shown: &str, supported: &str) -> Self {
        let message = format!("Unsupported value: {shown}: supported values: {supported}");
        Self {
            reason: "FieldValueNotSupported",
            message,
            field: field.to_owned(),
        }
    }

    /// A value that is too long.
    #[must_use]
    pub fn too_long(field: &str, limit: usize) -> Self {
        let message = format!("Too long: may not be more than {limit} bytes");
        Self {
            reason: "FieldValueTooLong",
            message,
            field: field.to_owned(),
        }
    }

    /// A value of the wrong form, in a custom resource.
    #[must_use]
    pub fn wrong_type(field: &str, value: &str, wanted: &str) -> Self {
        let message =
            format!("Invalid value: {value}: {field} in body must be of type {wanted}: {value}");
        Self {
            reason: "FieldValueTypeInvalid",
            message,
            field: field.to_owned(),
        }
    }

    fn cause(&self) -> Value {
        json!({"reason": self.reason, "message": self.message, "field": self.field})
    }
}

impl Failure {
    fn new(code: u16, reason: &str, message: impl Into<String>) -> Self {
        Self {
            code,
            reason: reason.to_owned(),
            message: message.into(),
            details: None,
        }
    }

    fn about(mut self, group: &str, kind: &str, name: &str) -> Self {
        let mut details = Map::new();
        for (key, value) in [("name", name), ("group", group), ("kind", kind)] {
            if !value.is_empty() {
                details.insert(key.to_owned(), Value::from(value));
            }
        }
        self.details = Some(Value::Object(details));
        self
    }

    fn with(mut self, key: &str, value: Value) -> Self {
        let details = self.details.get_or_insert_with(|| json!({}));
        details[key] = value;
        self
    }

    /// No such object.
    #[must_use]
    pub fn not_found(kind: &Kind, name: &str) -> Self {
        let message = format!("{} {name:?} not found", kind.resource());
        Self::new(404, "NotFound", message).about(&kind.group, &kind.plural, name)
    }

    /// No such namespace.
    #[must_use]
    pub fn no_namespace(name: &str) -> Self {
        Self::new(404, "NotFound", format!("namespaces {name:?} not found")).about(
            "",
            "namespaces",
            name,
        )
    }

    /// No such kind of resource.
    #[must_use]
    pub fn no_resource() -> Self {
        Self::new(
            404,
            "NotFound",
            "the server could not find the requested resource",
        )
        .about("", "", "")
    }

    /// The name is taken.
    #[must_use]
    pub fn already_exists(kind: &Kind, name: &str, deleting: bool) -> Self {
        let deleting = if deleting {
            "object is being deleted: "
        } else {
            ""
        };
        let message = format!("{deleting}{} {name:?} already exists", kind.resource());
        Self::new(409, "AlreadyExists", message).about(&kind.group, &kind.plural, name)
    }

    /// The object is not what the request takes it for.
    #[must_use]
    pub fn conflict(kind: &Kind, name: &str, why: &str) -> Self {
        let message = format!(
            "Operation cannot be fulfilled on {} {name:?}: {why}",
            kind.resource()
        );
        Self::new(409, "Conflict", message).about(&kind.group, &kind.plural, name)
    }

    /// A precondition of a delete does not hold: the message names the kind instead of the resource.
    #[must_use]
    pub fn precondition(kind: &Kind, name: &str, why: &str) -> Self {
        let message = format!(
            "Operation cannot be fulfilled on {} {name:?}: {why}",
            kind.group_kind()
        );
        Self::new(409, "Conflict", message).about(&kind.group, &kind.kind, name)
    }

    /// Fields belong to other managers.
    #[must_use]
    pub fn apply_conflict(conflicts: &[Conflict]) -> Self {
        let mut sorted: Vec<(String, String)> = conflicts
            .iter()
            .map(|one| (one.manager.to_string(), display_path(&one.path)))
            .collect();
        sorted.sort_by(|a, b| a.0.cmp(&b.0));
        let message = match sorted.as_slice() {
            [(manager, path)] => {
                format!("Apply failed with 1 conflict: conflict with {manager}: {path}")
            }
            many => {
                let mut lines = Vec::new();
                let mut last = None;
                for (manager, path) in many {
                    if last.replace(manager) != Some(manager) {
                        lines.push(format!("conflicts with {manager}:"));
                    }
                    lines.push(format!("- {path}"));
                }
                format!(
                    "Apply failed with {} conflicts: {}",
                    many.len(),
                    lines.join("\n")
                )
            }
        };
        let causes = sorted.iter().map(|(manager, path)| {
            json!({"reason": "FieldManagerConflict", "message": format!("conflict with {manager}"), "field": path})
        });
        Self::new(409, "Conflict", message).with("causes", causes.collect())
    }

    /// Fields of an object are not valid. One `errors` at least.
    #[must_use]
    pub fn invalid(kind: &Kind, name: &str, errors: &[FieldError]) -> Self {
        Self::invalid_named(&kind.group, &kind.kind, name, errors)
    }

    /// As [`Failure::invalid`], for what is not a served kind, such as the options of a request.
    #[must_use]
    pub fn invalid_named(group: &str, kind: &str, name: &str, errors: &[FieldError]) -> Self {
        let shown: Vec<String> = errors
            .iter()
            .map(|error| format!("{}: {}", error.field, error.message))
            .collect();
        let shown = if shown.len() == 1 {
            shown.concat()
        } else {
            format!("[{}]", shown.join(", "))
        };
        let full = if group.is_empty() {
            kind.to_owned()
        } else {
            format!("{kind}.{group}")
        };
        let message = format!("{full} {name:?} is invalid: {shown}");
        let causes = errors.iter().map(FieldError::cause).collect();
        Self::new(422, "Invalid", message)
            .about(group, kind, name)
            .with("causes", causes)
    }

    /// The request is refused although it is well formed.
    #[must_use]
    pub fn forbidden(kind: &Kind, name: &str, why: &str) -> Self {
        let message = format!("{} {name:?} is forbidden: {why}", kind.resource());
        Self::new(403, "Forbidden", message).about(&kind.group, &kind.plural, name)
    }

    /// Nothing can be created in a namespace that is going away.
    #[must_use]
    pub fn terminating(kind: &Kind, name: &str, namespace: &str) -> Self {
        let why = format!(
            "unable to create new content in namespace {namespace} because it is being terminated"
        );
        let cause = json!({
            "reason": "NamespaceTerminating",
            "message": format!("namespace {namespace} is being terminated"),
            "field": "metadata.namespace",
        });
        Self::forbidden(kind, name, &why).with("causes", json!([cause]))
    }

    /// The request is malformed.
    #[must_use]
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message)
    }

    /// The patch does not fit the object.
    #[must_use]
    pub fn bad_patch() -> Self {
        Self::new(
            422,
            "Invalid",
            "the server rejected our request due to an error in our request",
        )
        .about("", "", "")
    }

    /// The resource does not have this verb.
    #[must_use]
    pub fn method_not_allowed() -> Self {
        Self::new(
            405,
            "MethodNotAllowed",
            "the server does not allow this method on the requested resource",
        )
        .about("", "", "")
    }

    /// The body's content type is not one that is understood here.
    #[must_use]
    pub fn media_type() -> Self {
        Self::new(415, "UnsupportedMediaType", "415: Unsupported Media Type").about("", "", "")
    }

    /// The resource version asked for is no longer known.
    #[must_use]
    pub fn expired(wanted: u64, oldest: u64) -> Self {
        Self::new(
            410,
            "Expired",
            format!("too old resource version: {wanted} ({oldest})"),
        )
    }

    /// The resource version asked for is not known yet.
    #[must_use]
    pub fn too_large(wanted: u64, current: u64) -> Self {
        let cause =
            json!({"reason": "ResourceVersionTooLarge", "message": "Too large resource version"});
        Self::new(
            504,
            "Timeout",
            format!("Timeout: Too large resource version: {wanted}, current: {current}"),
        )
        .with("causes", json!([cause]))
        .with("retryAfterSeconds", json!(1))
    }

    /// A continue token is no longer good.
    #[must_use]
    pub fn continue_expired() -> Self {
        let message = "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.";
        Self::new(410, "Expired", message)
    }

    /// An error inside the server, without a reason, as the storage layer answers.
    #[must_use]
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(500, "", message)
    }

    /// An injected answer.
    #[must_use]
    pub fn injected(code: u16, retry_after_s: Option<u32>) -> Self {
        let (reason, message) = match code {
            401 => ("Unauthorized", "Unauthorized"),
            403 => ("Forbidden", "forbidden: injected by the simulation"),
            429 => (
                "TooManyRequests",
                "the server has received too many requests and has asked us to try again later",
            ),
            500 => (
                "InternalError",
                "Internal error occurred: injected by the simulation",
            ),
            503 => (
                "ServiceUnavailable",
                "the server is currently unable to handle the request",
            ),
            504 => (
                "Timeout",
                "Timeout: request did not complete within the allotted timeout",
            ),
            _ => ("", "injected by the simulation"),
        };
        let failure = Self::new(code, reason, message);
        match retry_after_s {
            Some(seconds) => failure.with("retryAfterSeconds", json!(seconds)),
            None => failure,
        }
    }

    /// The seconds that the client is asked to wait.
    #[must_use]
    pub fn retry_after_s(&self) -> Option<u64> {
        self.details.as_ref()?["retryAfterSeconds"].as_u64()
    }

    /// The `Status` object.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut status = json!({
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
            "code": self.code,
        });
        if !self.reason.is_empty() {
            status["reason"] = Value::from(self.reason.clone());
        }
        if let Some(details) = &self.details {
            status["details"] = details.clone();
        }
        status
    }
}

/// The `Status` of a delete that removed the object at once.
#[must_use]
pub(crate) fn deleted(kind: &Kind, name: &str, uid: &str) -> Value {
    let mut details = json!({"name": name, "kind": kind.plural, "uid": uid});
    if !kind.group.is_empty() {
        details["group"] = Value::from(kind.group.clone());
    }
    json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details})
}
