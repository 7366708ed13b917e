//! The options of a request, from its query and, for deletes, its body.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::kube::kinds::Kind;
use crate::kube::schema::Strictness;
use crate::kube::status::{Failure, FieldError};
use crate::kube::store::Selector;
use crate::kube::verbs::{DeleteOptions, ListQuery, Propagation};

/// A decoded query.
#[derive(Debug, Clone, Default)]
pub(crate) struct Params(BTreeMap<String, String>);

impl Params {
    pub(crate) fn parse(query: &str) -> Self {
        Self(
            form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|text| !text.is_empty())
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.0
            .get(name)
            .is_some_and(|text| matches!(text.as_str(), "" | "1" | "true"))
    }

    pub(crate) fn number(&self, name: &str) -> Result<Option<u64>, Failure> {
        let malformed =
            |text: &str| Failure::bad_request(format!("invalid value for {name}: {text:?}"));
        self.text(name)
            .map(|text| text.parse().map_err(|_| malformed(text)))
            .transpose()
    }

    /// Whether nothing is to be kept. `options` names the kind of options in the message of a refusal.
    pub(crate) fn dry_run(&self, options: &str) -> Result<bool, Failure> {
        match self.text("dryRun") {
            None => Ok(false),
            Some("All") => Ok(true),
            Some(other) => Err(unsupported_dry_run(options, other)),
        }
    }

    pub(crate) fn strictness(&self) -> Strictness {
        match self.text("fieldValidation") {
            Some("Strict") => Strictness::Strict,
            Some("Ignore") => Strictness::Ignore,
            _ => Strictness::Warn,
        }
    }

    pub(crate) fn selector(&self, kind: &Kind) -> Result<Selector, Failure> {
        let fields = self.text("fieldSelector");
        Selector::parse(self.text("labelSelector"), fields, kind)
    }

    pub(crate) fn list(&self, kind: &Kind, namespace: Option<&str>) -> Result<ListQuery, Failure> {
        Ok(ListQuery {
            namespace: namespace.map(str::to_owned),
            selector: self.selector(kind)?,
            selects: self.text("labelSelector").is_some() || self.text("fieldSelector").is_some(),
            limit: self
                .number("limit")?
                .and_then(|limit| usize::try_from(limit).ok()),
            continues: self.text("continue").map(str::to_owned),
            resource_version: self.number("resourceVersion")?,
            exact: self.text("resourceVersionMatch") == Some("Exact"),
        })
    }

    /// Delete options from the body, or from the query where the body has none. Also whether nothing is to be kept.
    pub(crate) fn delete(&self, body: &Value) -> Result<(DeleteOptions, bool), Failure> {
        let text = |name: &str| body[name].as_str().or_else(|| self.text(name));
        let propagation = match text("propagationPolicy") {
            Some("Foreground") => Some(Propagation::Foreground),
            Some("Background") => Some(Propagation::Background),
            Some("Orphan") => Some(Propagation::Orphan),
            Some(other) => return Err(unsupported_propagation(other)),
            None => orphan_flag(body["orphanDependents"].as_bool()),
        };
        let precondition = |name: &str| body["preconditions"][name].as_str().map(str::to_owned);
        let grace = self
            .number("gracePeriodSeconds")?
            .and_then(|seconds| i64::try_from(seconds).ok());
        let dry_run = match body["dryRun"].as_array().map(Vec::as_slice) {
            None | Some([]) => self.dry_run("DeleteOptions")?,
            Some([one]) if one == "All" => true,
            Some(other) => {
                return Err(unsupported_dry_run(
                    "DeleteOptions",
                    &Value::from(other).to_string(),
                ));
            }
        };
        let options = DeleteOptions {
            uid: precondition("uid"),
            resource_version: precondition("resourceVersion"),
            propagation,
            grace_s: body["gracePeriodSeconds"].as_i64().or(grace),
        };
        Ok((options, dry_run))
    }
}

fn orphan_flag(orphan: Option<bool>) -> Option<Propagation> {
    orphan.map(|orphan| {
        if orphan {
            Propagation::Orphan
        } else {
            Propagation::Background
        }
    })
}

fn unsupported_dry_run(options: &str, value: &str) -> Failure {
    let shown = format!("[{value:?}]");
    Failure::invalid_named(
        "meta.k8s.io",
        options,
        "",
        &[FieldError::unsupported("dryRun", &shown, "\"All\"")],
    )
}

fn unsupported_propagation(value: &str) -> Failure {
    let supported = "\"Foreground\", \"Background\", \"Orphan\", \"nil\"";
    let error = FieldError::unsupported("propagationPolicy", &format!("{value:?}"), supported);
    Failure::invalid_named("meta.k8s.io", "DeleteOptions", "", &[error])
}
