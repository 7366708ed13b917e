//! Get and list. A list that is read in parts shows one moment: the parts after the first are taken from the state
//! at the version of the first, put together again from the log of changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde_json::{Value, json};

use crate::kube::journal::ObjectKey;
use crate::kube::kinds::Kind;
use crate::kube::status::Failure;
use crate::kube::store::{Selector, Store};

/// One object.
pub(crate) fn get(store: &Store, kind: &Kind, key: &ObjectKey) -> Result<Arc<Value>, Failure> {
    store
        .get(key)
        .cloned()
        .ok_or_else(|| Failure::not_found(kind, &key.name))
}

/// What a list asks for.
#[derive(Debug, Clone, Default)]
pub(crate) struct ListQuery {
    /// Only in this namespace.
    pub namespace: Option<String>,
    /// Only matching objects.
    pub selector: Selector,
    /// The selector restricts something.
    pub selects: bool,
    /// At most this many.
    pub limit: Option<usize>,
    /// Where an earlier part ended.
    pub continues: Option<String>,
    /// The version asked for.
    pub resource_version: Option<u64>,
    /// Exactly that version, not a later one.
    pub exact: bool,
}

type Rows = BTreeMap<ObjectKey, Arc<Value>>;

/// The list object of what matches.
pub(crate) fn list(store: &Store, kind: &Kind, query: &ListQuery) -> Result<Value, Failure> {
    let current = store.resource_version();
    if let Some(wanted) = query.resource_version.filter(|wanted| *wanted > current) {
        return Err(Failure::too_large(wanted, current));
    }
    let (version, start) = match &query.continues {
        Some(token) => {
            let (version, start) = read_token(token)?;
            (version, Some(start))
        }
        None if query.exact => (query.resource_version.unwrap_or(current), None),
        None => (current, None),
    };
    if version < store.log().oldest() && version < current {
        return Err(match start {
            Some(_) => Failure::continue_expired(),
            None => Failure::expired(version, store.log().oldest()),
        });
    }
    let rows = rows_at(store, kind, query, version);
    let after = |key: &ObjectKey| {
        start
            .as_ref()
            .is_none_or(|start| (&key.namespace, &key.name) > (&start.0, &start.1))
    };
    let matching: Vec<_> = rows
        .iter()
        .filter(|(key, object)| after(key) && query.selector.matches(object))
        .collect();
    let limit = query
        .limit
        .filter(|limit| *limit > 0)
        .unwrap_or(matching.len());
    let shown = &matching[..limit.min(matching.len())];
    let mut metadata = json!({"resourceVersion": version.to_string()});
    if kind.custom {
        metadata["continue"] = json!("");
    }
    if let Some((last, _)) = shown.last().filter(|_| matching.len() > limit) {
        metadata["continue"] = Value::from(write_token(version, last));
        if !query.selects {
            metadata["remainingItemCount"] = json!(matching.len() - limit);
        }
    }
    let items: Vec<Value> = shown
        .iter()
        .map(|(_, object)| list_item(kind, object))
        .collect();
    Ok(json!({
        "kind": format!("{}List", kind.kind),
        "apiVersion": kind.api_version(),
        "metadata": metadata,
        "items": items,
    }))
}

/// Items of Kubernetes' own kinds do not repeat what the list says.
fn list_item(kind: &Kind, object: &Value) -> Value {
    let mut item = object.clone();
    if let Some(map) = item.as_object_mut().filter(|_| !kind.custom) {
        map.remove("kind");
        map.remove("apiVersion");
    }
    item
}

/// The objects of the resource as they were at a version: now, with later changes taken back.
fn rows_at(store: &Store, kind: &Kind, query: &ListQuery, version: u64) -> Rows {
    let namespace = query.namespace.as_deref();
    let now = store.list(&kind.group, &kind.plural, namespace);
    let mut rows: Rows = now
        .map(|(key, object)| (key.clone(), Arc::clone(object)))
        .collect();
    let later: Vec<_> = store
        .log()
        .after(version)
        .filter(|event| event.key.is(&kind.group, &kind.plural))
        .filter(|event| namespace.is_none_or(|name| event.key.namespace == name))
        .collect();
    for event in later.into_iter().rev() {
        match &event.previous {
            Some(previous) => rows.insert(event.key.clone(), Arc::clone(previous)),
            None => rows.remove(&event.key),
        };
    }
    rows
}

fn write_token(version: u64, last: &ObjectKey) -> String {
    let token =
        json!({"v": "meta.k8s.io/v1", "rv": version, "ns": last.namespace, "start": last.name});
    STANDARD_NO_PAD.encode(token.to_string())
}

fn read_token(token: &str) -> Result<(u64, (String, String)), Failure> {
    let malformed = || Failure::bad_request("continue key is not valid: illegal base64 data");
    let bytes = STANDARD_NO_PAD.decode(token).map_err(|_| malformed())?;
    let token: Value = serde_json::from_slice(&bytes).map_err(|_| malformed())?;
    let text = |name: &str| {
        token[name]
            .as_str()
            .map(str::to_owned)
            .ok_or_else(malformed)
    };
    Ok((
        token["rv"].as_u64().ok_or_else(malformed)?,
        (text("ns")?, text("start")?),
    ))
}
