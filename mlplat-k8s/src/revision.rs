//! How pods learn that a secret or a map of settings they use has changed.
//!
//! Kubernetes leaves pods alone when the content of a `Secret` or `ConfigMap`
//! changes: environment variables keep the old values for as long as the pod
//! lives. So each of the two carries an annotation that counts its contents,
//! `<birth>-<n>`, which is the output `Revision`; the helpers that put a
//! secret into a pod put its revision into an annotation of the pod's
//! template, and a changed template rolls the pods.
//!
//! A count says nothing about the content, not even to who can guess it, as a
//! digest beside it would; and it goes up when content that others changed is
//! put back, when pods that started in between have the wrong one. It begins
//! anew with each birth, whose token is part of it. The content is compared
//! with what there is before it is written, so an update that is repeated
//! because its answer was lost counts once.

use kube::core::DynamicObject;
use mlplat_core::facts::Type;
use mlplat_core::provider::Request;
use serde_json::{Map, Value};

use crate::objects::REVISION;

/// Characters of the birth token in a revision.
const TOKEN: usize = 8;

/// The input that holds the content of objects of a type, if their contents
/// are counted.
pub(crate) fn content_field(ty: &Type) -> Option<&'static str> {
    match ty.name {
        "k8s.Secret" => Some("StringData"),
        "k8s.ConfigMap" => Some("Data"),
        _ => None,
    }
}

/// The revision that an object carries.
pub(crate) fn of(live: &DynamicObject) -> Option<&str> {
    let annotations = live.metadata.annotations.as_ref()?;
    annotations.get(REVISION).map(String::as_str)
}

/// The revision to write with a request over what there is now. `may_change`
/// says that the content is among what the request is made for.
pub(crate) fn next(request: &Request, live: Option<&DynamicObject>, may_change: bool) -> String {
    let token: String = request.token.chars().take(TOKEN).collect();
    let first = format!("{token}-1");
    let Some(live) = live else { return first };
    let Some(now) = of(live) else { return first };
    let number = now
        .strip_prefix(&token)
        .and_then(|rest| rest.strip_prefix('-')?.parse::<u64>().ok());
    let Some(number) = number else { return first };
    let field = content_field(request.ty).unwrap_or_default();
    let wanted = request.inputs.get(field).and_then(Value::as_object);
    let same = content(request.ty, live).unwrap_or_default() == wanted.cloned().unwrap_or_default();
    if same || !may_change {
        return now.to_owned();
    }
    format!("{token}-{}", number + 1)
}

/// The content of a secret or of settings, in clear.
pub(crate) fn content(ty: &Type, live: &DynamicObject) -> Option<Map<String, Value>> {
    let nothing = Map::new();
    let data = match live.data.get("data") {
        Some(data) => data.as_object()?,
        None => &nothing,
    };
    if ty.name != "k8s.Secret" {
        return Some(data.clone());
    }
    let each = data.iter().map(|(key, value)| {
        let bytes: k8s_openapi::ByteString = serde_json::from_value(value.clone()).ok()?;
        // What is no text is equal to no text that we have written.
        let text = String::from_utf8_lossy(&bytes.0).into_owned();
        Some((key.clone(), Value::String(text)))
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objects::{CONFIG_MAP, SECRET};
    use serde_json::json;

    fn request(ty: &'static Type, field: &str, content: Value) -> Request {
        Request {
            ty,
            inputs: Map::from_iter([(field.to_owned(), content)]),
            token: "0123456789abcdef".to_owned(),
            lineage: String::new(),
            stack: String::new(),
            path: String::new(),
        }
    }

    fn live(revision: Option<&str>, data: Value) -> DynamicObject {
        let annotations = revision.map(|revision| json!({ REVISION: revision }));
        serde_json::from_value(json!({
            "metadata": {"name": "a", "annotations": annotations},
            "data": data,
        }))
        .unwrap()
    }

    #[test]
    fn a_revision_counts_contents() {
        let wanted = request(&CONFIG_MAP, "Data", json!({"a": "2"}));
        let next = |revision, data, may_change| {
            super::next(&wanted, Some(&live(revision, data)), may_change)
        };
        assert_eq!(super::next(&wanted, None, true), "01234567-1");
        assert_eq!(next(None, json!({"a": "1"}), true), "01234567-1");
        // Another birth's count says nothing.
        assert_eq!(next(Some("ffffffff-7"), json!({}), true), "01234567-1");
        let seven = Some("01234567-7");
        assert_eq!(next(seven, json!({"a": "1"}), true), "01234567-8");
        assert_eq!(next(seven, json!({"a": "1"}), false), "01234567-7");
        // The same content again: an update whose answer was lost.
        assert_eq!(next(seven, json!({"a": "2"}), true), "01234567-7");
    }

    #[test]
    fn a_secret_is_compared_in_clear() {
        let wanted = request(&SECRET, "StringData", json!({"a": "hello"}));
        let next = |data| super::next(&wanted, Some(&live(Some("01234567-1"), data)), true);
        assert_eq!(next(json!({"a": "aGVsbG8="})), "01234567-1");
        assert_eq!(next(json!({"a": "aGVsbG9v"})), "01234567-2");
        assert_eq!(next(json!({"a": "aGVsbG8=", "b": ""})), "01234567-2");
        assert_eq!(next(json!({"a": "/w=="})), "01234567-2");
    }
}
